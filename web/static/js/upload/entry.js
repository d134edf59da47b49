// A file on its way, as people see it.
import { icon, make } from "../dom.js";
import { about, size } from "../format.js";
import { _ } from "../i18n.js";

/** The row of an entry; `update(entry)` shows how it is now. Its elements stay, so that focus stays. */
export class EntryRow {
  constructor(entry, queue) {
    const button = (name, label, run, look = "quiet icon") => make("button", { type: "button", class: look, "aria-label": `${label}: ${entry.name}`, title: label, onclick: run }, icon(name));
    this.entry = entry;
    this.says = make("p", { class: "small muted number", id: `says-${entry.id}` });
    this.bar = make("progress", { max: entry.size, "aria-label": entry.name });
    this.arrived = make("span", { class: "arrived" }, icon("check"));
    this.pause = button("pause", _("Pause"), () => { queue.pause(entry); this.resume.focus(); });
    this.resume = button("play", _("Go on"), () => { (entry.state === "lost" ? queue.reopen(entry) : queue.resume(entry)); this.pause.focus(); });
    this.retry = button("retry", _("Try again"), () => queue.resume(entry));
    this.cancel = button("close", _("Take away"), () => queue.cancel(entry));
    this.open = make("a", { class: "button small-button" }, _("Open it"));
    this.again = make("button", { type: "button", class: "small-button", onclick: () => queue.again(entry) }, _("Do it again"));
    this.element = make("li", { class: "entry", dataset: { id: entry.id } },
      make("div", { class: "row apart" },
        this.arrived, make("div", { class: "grow" }, make("strong", { class: "break" }, entry.name), this.says),
        make("div", { class: "row" }, this.open, this.again, this.retry, this.pause, this.resume, this.cancel)),
      this.bar);
    this.update(entry);
  }

  update(entry) {
    const { state } = entry;
    this.element.dataset.state = state;
    this.says.textContent = line(entry);
    this.says.classList.toggle("fault-text", Boolean(entry.error));
    this.bar.value = entry.offset;
    this.bar.hidden = ["existing", "sent", "submitting"].includes(state);
    this.arrived.hidden = !["sent", "submitting"].includes(state);
    this.open.hidden = this.again.hidden = state !== "existing";
    if (state === "existing") this.open.href = `/jobs/${entry.job.id}`;
    this.pause.hidden = !["waiting", "sending"].includes(state);
    this.resume.hidden = !(state === "paused" || (state === "lost" && entry.handle));
    this.retry.hidden = state !== "failed";
    this.cancel.hidden = state === "submitting";
  }
}

function line(entry) {
  const part = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(Math.floor(100 * entry.offset / entry.size) / 100);
  if (entry.error) return entry.error;
  switch (entry.state) {
    case "waiting": return _("{size}, waits for its turn", { size: size(entry.size) });
    case "paused": return _("Paused at {part} of {size}", { part, size: size(entry.size) });
    case "lost": return _("Choose {name} again to go on at {part}.", { name: entry.name, part });
    case "sent": return entry.request ? _("{size}, here", { size: size(entry.size) }) : _("{size}, here. Choose the options below.", { size: size(entry.size) });
    case "submitting": return _("{size}, here", { size: size(entry.size) });
    case "existing": return _("You have this already, with the same options.");
    default:
  }
  if (entry.stuck) return _("{part} of {size}. No connection; it goes on by itself.", { part, size: size(entry.size) });
  if (!entry.speed) return _("{part} of {size}", { part, size: size(entry.size) });
  return _("{part} of {size}, {speed} a second, {left} left", { part, size: size(entry.size), speed: size(entry.speed), left: about((entry.size - entry.offset) / entry.speed) });
}

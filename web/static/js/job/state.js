// What became of one's changes, told truthfully: saved, being saved, waiting for the server, in conflict.
import { find, icon, make } from "../dom.js";
import { _, ngettext } from "../i18n.js";
import { say, sayFault } from "../say.js";

/** The element that tells; conflicts and refusals are asked about as they come. */
export function savingState(saver, editor, edits) {
  const element = make("span", { class: "save-state small" }), told = find("#saved");
  let quiet = true; // until something was changed
  const show = () => {
    const dirty = saver.typing !== null;
    const [kind, text] = saver.state === "waiting" ? ["warn", _("Not saved: the server is away. It is kept here and tried again.")]
      : saver.state === "reload" ? ["bad", _("Not saved: reload the page. What you wrote is kept here.")]
      : saver.state === "conflict" ? ["bad", _("Not saved: the transcript was changed elsewhere.")]
        : saver.state === "saving" ? ["", _("Saving …")] : dirty ? ["", _("Writing …")] : ["good", quiet ? "" : _("Saved")];
    if (saver.state !== "saved" || dirty) quiet = false;
    element.dataset.kind = kind;
    const reload = saver.state === "reload" ? make("button", { type: "button", class: "link", onclick: () => location.reload() }, _("Reload")) : "";
    element.replaceChildren(...(kind === "good" && text ? [icon("check")] : kind && text ? [icon("warning")] : []), text, reload);
    if (saver.state !== "saving" && !dirty && told.textContent !== text) told.textContent = text;
  };
  saver.addEventListener("state", () => { show(); if (saver.state === "conflict") ask(saver, edits); });
  saver.addEventListener("refused", ({ detail }) => {
    const texts = (detail.change.body?.segments ?? []).map((one) => one.text).filter(Boolean);
    sayFault({ message: texts.length ? `${detail.problem.message} ${_("You wrote: {text}", { text: texts.join(" ") })}` : detail.problem.message });
    saver.settle(true).catch(sayFault);
  });
  editor.addEventListener("change", show);
  show();
  return element;
}

function ask(saver, edits) {
  const texts = saver.pending.flatMap((one) => one.body?.segments ?? []).map((one) => one.text).filter(Boolean);
  const dialog = make("dialog", { "aria-labelledby": "conflict-title" },
    make("h2", { id: "conflict-title" }, _("This transcript was changed elsewhere")),
    make("p", {}, _("In another window of yours, perhaps, or by a program. The latest is loaded when you choose; what you wrote can be put into it.")),
    texts.length ? make("div", { class: "card scroll conflict-texts" }, ...texts.map((text) => make("p", {}, text))) : null,
    make("form", { method: "dialog", class: "row end" },
      make("button", { value: "theirs" }, _("Leave mine out")),
      // It comes while one writes: whatever key is pressed then, no word is lost by it.
      make("button", { value: "mine", class: "primary", autofocus: true }, _("Keep what I wrote"))));
  dialog.addEventListener("close", async () => {
    dialog.remove();
    edits.forget();
    try {
      const lost = await saver.settle(dialog.returnValue !== "theirs");
      if (lost.length) say(ngettext("One text fits nowhere any more: {text}", "{number} texts fit nowhere any more: {text}", lost.length, { text: lost.join(" · ") }), { fault: true });
    } catch (problem) { sayFault(problem); ask(saver, edits); }
  });
  document.body.append(dialog);
  dialog.showModal();
}

// The head of the page: the job's name, what it is, and what can be done with it as a whole.
import { patch, post, remove } from "../api.js";
import { find, icon, make } from "../dom.js";
import { clock, moment, size } from "../format.js";
import { _, language } from "../i18n.js";
import { STATES } from "../jobs/words.js";
import { confirmed, say, sayFault } from "../say.js";
import { details, opened } from "./about.js";
import { kinds } from "./kinds.js";
import { ended } from "./progress.js";

const RERUN = { transcribe: _("Transcribe again"), summarize: _("Write the minutes again") };
const day = (date) => new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(new Date(date));

export class Header {
  /** `actions` are `{ label, picture, run }`; `rerun` gets the job that runs again. */
  constructor(base, job, { actions = [], rerun, templates }) {
    Object.assign(this, { base, job, actions, rerun, templates });
    this.pencil = make("button", { type: "button", class: "quiet icon", "aria-label": _("Rename"), title: _("Rename"), onclick: () => this.rename() }, icon("edit"));
    find(".job-title").append(this.pencil);
    this.show(job);
  }

  show(job) {
    this.job = { ...this.job, ...job };
    const now = this.job;
    // While a job runs its progress alone changes: what one points at must stay.
    const face = JSON.stringify([now.state, now.name, now.duration, now.delete_after, now.tags, now.recording_deleted, now.keep_recording, now.spoken, now.links, now.minutes]);
    if (face === this.face) return;
    this.face = face;
    if (!find(".job-title input")) find("#title").textContent = now.name;
    document.title = `${now.name} · Steno`;
    const focused = find("#facts").contains(document.activeElement);
    find("#facts").replaceChildren(...this.facts(now));
    this.buttons();
    if (focused) find("#more summary").focus();
  }

  facts(job) {
    const spoken = job.spoken ?? job.options.language;
    const names = new Intl.DisplayNames([language], { type: "language", fallback: "code" });
    const delete_ = job.delete_after
      ? make("span", {}, _("Will be deleted on {date}", { date: day(job.delete_after) }), " ", this.link(_("Change"), () => this.retention()))
      : null;
    return [
      make("span", { class: "badge", dataset: { state: job.state } }, STATES[job.state] ?? job.state),
      make("span", {}, moment(job.created)),
      job.duration ? make("span", { class: "number" }, clock(job.duration)) : null,
      spoken ? make("span", {}, this.languageName(names, spoken)) : null,
      make("span", {}, size(job.size)),
      job.recording_deleted ? make("span", { class: "gone" }, _("Recording deleted on {date}", { date: day(job.recording_deleted) })) : null,
      delete_,
      ...(job.tags ?? []).map((tag) => make("a", { class: "tag", href: `/jobs?tag=${encodeURIComponent(tag)}` }, tag)),
    ].filter(Boolean);
  }

  languageName(names, code) { try { return names.of(code); } catch { return code; } }

  link(label, run) { return make("button", { type: "button", class: "link", onclick: run }, label); }

  buttons() {
    const { job } = this, stages = ended(job) ? job.stages.map((one) => one.stage).filter((one) => RERUN[one] && (one === "summarize" ? job.minutes : !job.recording_deleted)) : [];
    const item = (picture, label, run, kind = "quiet") => make("button", { type: "button", class: kind, onclick: () => { find("#more").open = false; find("#more summary").focus(); run(); } }, icon(picture), label);
    const body = [
      ...stages.map((stage) => item("retry", RERUN[stage], () => this.again(stage))),
      item("tag", _("Tags"), () => this.tags()),
      item("history", _("When it is deleted"), () => this.retention()),
      item("person", _("Who opened it"), () => opened(this.base)),
      item("more", _("Details"), () => details(this.job)),
      item("trash", _("Delete"), () => this.delete(), "quiet danger plain-danger"),
    ];
    const open = find("#more")?.open, focused = find("#more")?.contains(document.activeElement);
    find("#actions").replaceChildren(
      ...(job.links.transcript ? this.actions.map((one) => make("button", { type: "button", onclick: one.run }, icon(one.picture), one.label)) : []),
      make("details", { class: "menu", id: "more", open }, make("summary", { class: "button icon", "aria-label": _("More") }, icon("more")), make("div", { class: "menu-body" }, ...body)));
    if (focused) find("#more summary").focus();
  }

  rename() {
    const title = find("#title"), input = make("input", { value: this.job.name, maxLength: 500, "aria-label": _("Name"), autocomplete: "off" });
    let over = false;
    const end = async (keep) => {
      if (over) return;
      over = true;
      const name = input.value.trim();
      input.remove();
      title.hidden = this.pencil.hidden = false;
      if (keep && name && name !== this.job.name) {
        title.textContent = name;
        try { this.show((await patch(this.base, { name })).value); say(_("Renamed.")); } catch (problem) { title.textContent = this.job.name; sayFault(problem); }
      }
      this.pencil.focus();
    };
    input.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === "Escape") end(event.key === "Enter"); });
    input.addEventListener("blur", () => end(true));
    title.hidden = this.pencil.hidden = true;
    title.after(input);
    input.focus();
    const dot = input.value.lastIndexOf(".");
    input.setSelectionRange(0, dot > 0 ? dot : input.value.length);
  }

  async again(stage) {
    const text = stage === "transcribe" ? _("The recording is transcribed anew, and the minutes are made of that. Your corrections stay in the history.")
      : _("The minutes are written anew from the transcript as it is now. The ones that are there stay in the history.");
    const kind = stage === "summarize" ? kinds(this.templates, this.job.minutes.template) : null;
    if (!await confirmed(RERUN[stage], text, { yes: RERUN[stage], field: kind?.field })) return;
    const query = kind?.changed() ? `?template=${kind.chosen()}` : "";
    try { this.rerun((await post(`${this.base}/stages/${stage}/rerun${query}`)).value); } catch (problem) { sayFault(problem); }
  }

  async delete() {
    const text = _("The recording, the transcript and the minutes are deleted for good. Links that were shared stop working.");
    if (!await confirmed(_("Delete “{name}”?", { name: this.job.name }), text, { yes: _("Delete"), danger: true })) return;
    try { await remove(this.base); location.assign("/jobs"); } catch (problem) { sayFault(problem); }
  }

  /** A small form in a dialog; what it gives is changed on the job. */
  ask(title, fields, read, says) {
    const dialog = make("dialog", { "aria-labelledby": "ask-title" }, make("h2", { id: "ask-title" }, title),
      make("form", { method: "dialog", class: "stack" }, ...fields,
        make("div", { class: "row end" }, make("button", { type: "button", onclick: () => dialog.close() }, _("Cancel")), make("button", { value: "yes", class: "primary" }, _("Save")))));
    dialog.addEventListener("close", async () => {
      dialog.remove();
      if (dialog.returnValue !== "yes") return;
      try { this.show((await patch(this.base, read())).value); say(says); } catch (problem) { sayFault(problem); }
    });
    document.body.append(dialog);
    dialog.showModal();
  }

  tags() {
    const input = make("input", { value: (this.job.tags ?? []).join(", "), maxLength: 1000, autocomplete: "off" });
    this.ask(_("Tags"), [make("label", { class: "field" }, make("span", {}, _("Tags, with commas between them")), input)],
      () => ({ tags: input.value.split(",").map((tag) => tag.trim()).filter(Boolean) }), _("Tags saved."));
  }

  retention() {
    const { job } = this, date = job.delete_after ? new Date(job.delete_after) : null;
    const local = date ? new Date(date - date.getTimezoneOffset() * 60000).toISOString().slice(0, 10) : "";
    const input = make("input", { type: "date", value: local, min: new Date(Date.now() + 86400000).toISOString().slice(0, 10) });
    const keep = make("input", { type: "checkbox", checked: job.keep_recording !== false });
    const fields = [make("label", { class: "field" }, make("span", {}, _("Delete everything of this job on")), input, make("small", {}, _("Leave it empty to keep it.")))];
    const asks = job.keep_recording !== undefined && !job.recording_deleted;
    if (asks) fields.push(make("label", { class: "choice" }, keep, _("Keep the recording beside the transcript")));
    this.ask(_("When it is deleted"), fields, () => ({ ...(input.value === local ? {} : { delete_after: input.value ? new Date(`${input.value}T12:00`).toISOString() : null }),
      ...(asks ? { keep_recording: keep.checked } : {}) }), _("Saved."));
  }
}

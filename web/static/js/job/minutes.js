// The minutes beside the transcript: what was said in short, each with the words that prove it; corrected and ticked off.
import { ask, get } from "../api.js";
import { all, find, icon, make } from "../dom.js";
import { clock } from "../format.js";
import { _, language, ngettext } from "../i18n.js";
import { sayFault } from "../say.js";
import { allRetold, retold } from "../sayings.js";
import { cites } from "./evidence.js";
import { form } from "./minutes_form.js";
import { called } from "./names.js";
import { unreachable } from "./unreachable.js";

const SECTIONS = [
  ["summary", _("Summary"), _("Add a sentence")],
  ["action_items", _("Action items"), _("Add an action item")],
  ["decisions", _("Decisions"), _("Add a decision")],
  ["open_questions", _("Open questions"), _("Add a question")],
];
const FIELDS = "form textarea, form input:not([type=checkbox])";
const METHODS = { "language model": _("Written by a language model and checked against the transcript."), extractive: _("Taken from the transcript by rules, without a language model.") };

export class MinutesPanel {
  /** `address` is where minutes are read; `jump` shows segments; `place` names the segment that a new entry cites. */
  constructor({ address, jump, place, readonly, none }) {
    Object.assign(this, { address, jump, place, readonly, none });
    this.element = make("section", { class: "minutes", "aria-label": _("Minutes") });
    this.open = null; // kind and index of what is being written, index -1: a new one
    addEventListener("pagehide", () => this.keep());
  }

  async load() {
    try {
      const { value, etag } = await get(`${this.address}`);
      Object.assign(this, { value, etag });
      this.show();
      this.recall();
    } catch (problem) {
      if (problem.status !== 404) { this.unread(problem); return; }
      this.value = null;
      this.element.replaceChildren(...this.none());
    }
  }

  /** What is shown stays; where nothing is yet, say why, and how to try again. */
  unread(problem) {
    if (this.value) throw problem;
    unreachable(problem, () => this.load(), (note) => this.element.replaceChildren(note));
  }

  /** Remember what is being written while the page is left: one may have been signed out. */
  keep() {
    if (this.open && this.changed) sessionStorage.setItem(this.address, JSON.stringify({ ...this.open, fields: this.fields() }));
  }

  /** Whether what is being written differs from what was there. */
  get changed() { return this.fields().some((one, place) => one !== this.open.before[place]); }

  recall() {
    const kept = sessionStorage.getItem(this.address);
    sessionStorage.removeItem(this.address);
    if (!kept) return;
    const { kind, index, fields } = JSON.parse(kept);
    this.begin(kind, Math.min(index, this.value[kind].length - 1));
    this.fill(fields);
  }

  /** Read them again, unless somebody is writing: names of speakers may be others now. */
  async again() { if (this.value && this.open === null) await this.load(); }

  /** Show them; what is being written stays in its form, unless a form is opened anew. */
  show({ anew = false } = {}) {
    const fields = anew ? [] : this.fields(), caret = anew ? null : this.caret();
    const { value } = this, doubtful = SECTIONS.flatMap(([kind]) => value[kind]).filter((one) => one.doubts.length).length;
    this.element.replaceChildren(
      make("h2", { class: "minutes-title break" }, value.title || _("Minutes")),
      make("p", { class: "small muted" }, METHODS[value.provenance.method] ?? "", doubtful ? ` ${ngettext("One statement is unverified.", "{number} statements are unverified.", doubtful)}` : ""),
      ...value.provenance.notices.map((notice) => make("p", { class: "note warn small" }, retold(notice))),
      ...SECTIONS.map(([kind, title, add]) => this.section(kind, title, add)),
      ...(value.topics.length ? [this.topics()] : []));
    if (!this.open) return;
    this.fill(fields);
    caret?.();
  }

  /** What puts the caret back into the form, where it is there now. */
  caret() {
    const place = all(FIELDS, this.element).indexOf(document.activeElement), { selectionStart: start, selectionEnd: end } = document.activeElement;
    return place < 0 ? null : () => {
      const field = all(FIELDS, this.element)[place];
      field?.focus({ preventScroll: true });
      if (typeof start === "number") field?.setSelectionRange(start, end);
    };
  }

  fields() { return all(FIELDS, this.element).map((one) => one.value); }

  fill(values) { all(FIELDS, this.element).forEach((one, place) => { one.value = values[place] ?? one.value; }); }

  section(kind, title, add) {
    const entries = this.value[kind];
    const writing = this.open?.kind === kind && this.open.index === -1;
    if (!entries.length && this.readonly) return "";
    return make("section", { class: "minutes-section" },
      make("div", { class: "row apart" }, make("h3", {}, title),
        this.readonly || writing ? null : make("button", { type: "button", class: "quiet icon", "aria-label": add, title: add, dataset: { focus: `add ${kind}` }, onclick: () => this.write(kind, -1) }, icon("plus"))),
      entries.length ? make("ul", { class: "entries plain" }, ...entries.map((entry, index) => this.entry(kind, entry, index))) : writing ? null : make("p", { class: "small muted" }, _("None found.")),
      writing ? this.form(kind, null, -1) : null);
  }

  entry(kind, entry, index) {
    if (this.open?.kind === kind && this.open.index === index) return make("li", {}, this.form(kind, entry, index));
    const text = entry.task ?? entry.text, item = kind === "action_items";
    const tick = item ? make("input", { type: "checkbox", checked: Boolean(entry.done), disabled: this.readonly, "aria-label": _("Done: {task}", { task: text }), dataset: { focus: `tick ${index}` }, onchange: () => this.edit({ kind, index, done: tick.checked }) }) : null;
    const duty = item ? [called(entry.owner), entry.due && this.due(entry.due)].filter(Boolean).join(" · ") : "";
    return make("li", { class: entry.done ? "entry done" : "entry" }, tick,
      make("div", { class: "grow" },
        make("p", { class: "break" }, text, " ", cites(entry.evidence.map((one) => ({ segments: entry.evidence.map((proof) => proof.segment).sort((a, b) => (a === one.segment ? -1 : b === one.segment ? 1 : 0)), ...one })), this.jump)),
        entry.edited ? make("span", { class: "tag" }, _("edited")) : null,
        duty ? make("p", { class: "small muted break" }, duty) : null,
        entry.doubts.length ? make("p", { class: "doubt small" }, icon("warning"), make("span", {}, _("Unverified: {reasons}", { reasons: allRetold(entry.doubts) }))) : null),
      this.readonly ? null : make("button", { type: "button", class: "quiet icon entry-edit", "aria-label": _("Edit: {text}", { text: text.slice(0, 80) }), title: _("Edit"), dataset: { focus: `edit ${kind} ${index}` }, onclick: () => this.write(kind, index) }, icon("edit")));
  }

  due(due) {
    const day = due.day && new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(due.day));
    return day && due.spoken ? _("due {day} (“{spoken}”)", { day, spoken: due.spoken }) : day ? _("due {day}", { day }) : _("due “{spoken}”", { spoken: due.spoken });
  }

  topics() {
    return make("section", { class: "minutes-section" }, make("h3", {}, _("Topics")), make("ol", { class: "entries plain" }, ...this.value.topics.map((topic) =>
      make("li", { class: "entry" }, make("button", { type: "button", class: "link topic", onclick: () => this.jump(this.spoken(topic), topic.start) }, make("span", { class: "number muted" }, clock(topic.start)), " ", topic.title)))));
  }

  spoken(topic) { const first = this.place.at(topic.start); return first === null ? [] : [first]; }

  /** Write a statement, or (index -1) a new one. What is being written is saved before, as in the transcript. */
  async write(kind, index) {
    const said = this.said(kind, index);
    if (!await this.left()) return;
    const place = this.placeOf(kind, index, said);
    if (place < this.value[kind].length) this.begin(kind, place);
  }

  begin(kind, index) {
    this.open = { kind, index };
    this.show({ anew: true });
    this.open.before = this.fields();
    find("form textarea", this.element)?.focus();
  }

  /** Save what is being written; whether nothing is any more. */
  async left() {
    if (this.open?.index < 0 && !this.changed) this.open = null;
    if (!this.open) return true;
    if (!this.open.sent) find("form", this.element).requestSubmit();
    await this.sending;
    return this.open === null;
  }

  form(kind, entry, index) {
    const here = this.open, back = index < 0 ? `add ${kind}` : `edit ${kind} ${index}`;
    const close = (focus) => {
      if (this.open === here) this.open = null;
      this.show();
      this.refocus(focus);
    };
    const once = async (body, focus) => {
      if (here.sent) return; // a second click means nothing else
      here.sent = true;
      await this.send(body, () => close(focus));
      here.sent = false;
    };
    return form(entry, kind, {
      cancel: () => { if (!here.sent) close(back); },
      remove: index < 0 ? null : () => once({ edits: [{ kind, index, remove: true }] }, `add ${kind}`),
      save: (fields) => once(index < 0 ? { add: [{ kind, ...fields, segments: [this.place.now()] }] } : { edits: [{ kind, index, ...fields }] }, back),
    });
  }

  edit(one) {
    const focus = document.activeElement?.dataset.focus;
    return this.send({ edits: [one] }, () => { this.show(); this.refocus(focus); });
  }

  /** Focus what stands for what was focused, unless one has gone on meanwhile. */
  refocus(name) { if (document.activeElement === document.body) find(`[data-focus="${name}"]`, this.element)?.focus(); }

  /** Get the latest; whether what is to be changed is there as it was seen. */
  async renewed({ edits = [] }) {
    const seen = (value) => JSON.stringify(edits.map((one) => value[one.kind][one.index]));
    const before = seen(this.value), { value, etag } = await get(this.address);
    Object.assign(this, { value, etag });
    return seen(value) === before;
  }

  /** One change after the other, each of what was there when one asked for it. */
  send(body, then) {
    const said = body.edits?.map((one) => this.said(one.kind, one.index));
    const placed = () => ({ ...body, edits: body.edits?.map((one, place) => ({ ...one, index: this.placeOf(one.kind, one.index, said[place]) })) });
    this.sending = (this.sending ?? Promise.resolve()).then(() => this.change(placed(), then));
    return this.sending;
  }

  said(kind, index) { return JSON.stringify(this.value[kind][index]); }

  /** Where it stands now what was said at an index: others may have been removed meanwhile. */
  placeOf(kind, index, said) {
    const now = this.value[kind].map((one) => JSON.stringify(one));
    return now[index] === said || !now.includes(said) ? index : now.indexOf(said);
  }

  /** Change the minutes on top of the revision that is shown; of the latest, where it is the same there. */
  async change(body, then, { again = true } = {}) {
    try {
      const { value, etag } = await ask("PATCH", this.address, { body, headers: { "If-Match": this.etag } });
      Object.assign(this, { value, etag });
      then();
      find("#saved").textContent = _("Minutes saved");
    } catch (problem) {
      if (problem.status !== 412 && problem.status !== 409) {
        sayFault(problem);
        if (this.open === null) this.show();
        return;
      }
      try {
        if (await this.renewed(body) && again) { await this.change(body, then, { again: false }); return; }
      } catch (fault) { sayFault(fault); return; }
      const texts = [...body.edits ?? [], ...body.add ?? []].map((one) => one.text).filter(Boolean);
      sayFault({ message: [_("The minutes were changed elsewhere. The latest are shown; please do it again."), ...texts.map((text) => _("You wrote: {text}", { text }))].join(" ") });
      if (texts.length) this.open = null;
      this.show();
    }
  }
}

// Questions to the recording: answers of sentences with the words that prove them, or the passages that are most alike.
import { get, post, remove } from "../api.js";
import { find, icon, make } from "../dom.js";
import { _ } from "../i18n.js";
import { sayFault } from "../say.js";
import { allRetold, retold } from "../sayings.js";
import { cites } from "./evidence.js";
import { called } from "./names.js";

const LOOK_AGAIN = 1500; // milliseconds

export class Questions {
  constructor(base, jump) {
    Object.assign(this, { address: `${base}/questions`, jump, asked: new Map() });
    this.input = make("input", { maxLength: 1000, required: true, autocomplete: "off", placeholder: _("What was decided about the budget?") });
    this.list = make("ol", { class: "questions plain", "aria-live": "polite" });
    this.element = make("section", { class: "ask", "aria-labelledby": "ask-heading" },
      make("h2", { id: "ask-heading" }, _("Ask the recording")),
      make("form", { class: "ask-form", onsubmit: (event) => this.ask(event) },
        make("label", { class: "field grow" }, make("span", { class: "visually-hidden" }, _("Question")), this.input),
        make("button", { class: "primary icon", "aria-label": _("Ask"), title: _("Ask") }, icon("send"))),
      make("p", { class: "hint" }, _("Answers come from this transcript alone, and cite it.")), this.list);
    this.empty = make("p", { class: "muted small" }, _("Nothing was asked yet."));
  }

  /** When the panel is shown first. */
  async shown() {
    if (this.loaded) return;
    this.loaded = true;
    try {
      const { value } = await get(this.address);
      if (!value.questions.length) this.list.before(this.empty);
      for (const one of value.questions) this.show(one);
    } catch (problem) { if (problem.status !== 404) sayFault(problem); }
  }

  async ask(event) {
    event.preventDefault();
    const question = this.input.value.trim();
    if (!question) return;
    this.input.value = ""; // the next one may be written, and this one is asked once
    try {
      const { value } = await post(this.address, { question });
      this.empty.remove();
      this.show(value);
    } catch (problem) {
      sayFault(problem);
      this.input.value ||= question;
    }
  }

  show(one) {
    const known = this.asked.get(one.id);
    // What is still looked for stays as it is: readers are told nothing twice, and focus stays.
    if (known?.dataset.state !== one.state) {
      const element = this.entry(one), focused = known?.contains(document.activeElement);
      if (known) known.replaceWith(element); else this.list.prepend(element);
      this.asked.set(one.id, element);
      if (focused) find("button", element).focus();
    }
    if (one.state === "due" || one.state === "running") setTimeout(() => this.look(one.id), LOOK_AGAIN);
  }

  async look(id) {
    if (!this.asked.has(id)) return;
    try { const { value } = await get(`${this.address}/${id}`); this.show(value); } catch (problem) { if (problem.status !== 404) setTimeout(() => this.look(id), 5 * LOOK_AGAIN); }
  }

  entry(one) {
    const forget = make("button", { type: "button", class: "quiet icon", "aria-label": _("Remove: {text}", { text: one.question.slice(0, 80) }), title: _("Remove"), onclick: async () => {
      try { await remove(`${this.address}/${one.id}`); this.asked.get(one.id)?.remove(); this.asked.delete(one.id); this.input.focus(); } catch (problem) { sayFault(problem); }
    } }, icon("trash"));
    return make("li", { class: "question", dataset: { state: one.state } }, make("div", { class: "row apart" }, make("h3", { class: "break grow" }, one.question), forget), ...this.answer(one));
  }

  answer({ state, answer, error }) {
    if (state === "failed") return [make("p", { class: "note fault small" }, retold(error ?? "") || _("There is no answer."))];
    if (!answer) return [make("p", { class: "muted" }, _("Looking …"))];
    const passage = (one) => ({ segments: one.segments, start: one.start, quote: one.text, speaker: one.speakers.map(called).join(", ") });
    const sentences = answer.sentences.map((one) => make("p", { class: "break" }, one.text, " ", cites(one.citations.map(passage), this.jump),
      one.doubts.length ? make("span", { class: "doubt small" }, icon("warning"), make("span", {}, _("Unverified: {reasons}", { reasons: allRetold(one.doubts) }))) : null));
    const passages = answer.passages.map((one) => make("li", {}, make("blockquote", { class: "break" }, one.text), make("span", { class: "small muted" }, one.speakers.map(called).join(", "), " "), cites([passage(one)], this.jump)));
    const list = make("ul", { class: "passages plain" }, ...passages);
    return [...answer.notices.map((notice) => make("p", { class: "small muted" }, retold(notice))),
      ...(sentences.length ? sentences : passages.length ? [] : [make("p", {}, _("Nothing in the transcript answers that."))]),
      ...(passages.length ? sentences.length ? [make("details", { class: "fold" }, make("summary", {}, _("Passages")), list)] : [list] : [])];
  }
}

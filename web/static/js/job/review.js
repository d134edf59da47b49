// What a person should look at twice: doubtful segments and speech without words, one after the other.
import { find, icon, make } from "../dom.js";
import { _ } from "../i18n.js";

export class Review {
  constructor(view, player) {
    Object.assign(this, { view, player, place: -1 });
    this.says = make("span", { class: "number small", role: "status" });
    const step = (picture, label, by) => make("button", { type: "button", class: "quiet icon", "aria-label": label, title: label, onclick: () => this.step(by) }, icon(picture));
    this.element = make("div", { class: "review", role: "group", "aria-label": _("To review") },
      step("previous", _("Previous doubtful place (p)"), -1), this.says, step("next", _("Next doubtful place (n)"), 1));
    view.addEventListener("updated", () => this.collect());
    this.collect();
  }

  collect() {
    const { transcript } = this.view, before = this.places?.[this.place];
    const doubtful = transcript.segments.filter((one) => one.marks.some((mark) => mark.kind === "suspect"));
    this.places = [
      ...doubtful.map((one) => ({ start: one.start, end: one.end, segment: one.id, kind: "suspect", reason: one.marks.map((mark) => mark.reason).join("; ") })),
      ...transcript.uncovered.map((one) => ({ start: one.start, end: one.end, kind: "hole", reason: one.reason })),
    ].sort((one, other) => one.start - other.start);
    if (before) this.place = this.places.findLastIndex((one) => one.start <= before.start);
    this.player.wave.setMarks(this.places);
    this.show();
  }

  show() {
    const many = this.places.length;
    this.element.hidden = !many;
    this.says.textContent = this.place < 0 ? _("{many} to review", { many }) : _("{place} of {many}", { place: this.place + 1, many });
  }

  step(by) {
    const many = this.places.length;
    if (!many) return;
    this.place = this.place < 0 && by < 0 ? many - 1 : (this.place + by + many) % many;
    const found = this.places[this.place];
    const element = found.kind === "hole" ? this.view.root.querySelector(`[data-hole="${found.start}"]`) : this.view.words(found.segment);
    this.player.seek(Math.max(0, found.start - 0.5));
    element?.scrollIntoView({ block: "center" });
    element?.focus({ preventScroll: true });
    this.show();
    find("#saved").textContent = found.reason;
  }
}

// Find and replace: what is found is marked, stepped through, replaced one by one or everywhere.
import { icon, make } from "../dom.js";
import { _, ngettext } from "../i18n.js";
import { say } from "../say.js";
import { tidy } from "./caret.js";

export class Replace {
  constructor(view, edits, editor) {
    Object.assign(this, { view, edits, editor, hits: [], place: -1 });
    const again = () => this.search();
    this.find = make("input", { type: "search", autocomplete: "off", oninput: again });
    this.put = make("input", { autocomplete: "off" });
    this.sensitive = make("input", { type: "checkbox", onchange: again });
    this.whole = make("input", { type: "checkbox", checked: true, onchange: again });
    this.count = make("p", { class: "small muted number", role: "status" });
    const button = (label, run, kind = "") => make("button", { type: "button", class: kind, onclick: run }, label);
    this.dialog = make("dialog", { class: "replace", "aria-labelledby": "replace-title", onkeydown: (event) => this.key(event), onclose: () => this.clear() },
      make("div", { class: "row apart" }, make("h2", { id: "replace-title" }, _("Find and replace")),
        make("button", { type: "button", class: "quiet icon", "aria-label": _("Close"), onclick: () => this.dialog.close() }, icon("close"))),
      make("label", { class: "field" }, make("span", {}, _("Find")), this.find),
      make("label", { class: "field" }, make("span", {}, _("Replace with")), this.put),
      make("div", { class: "row" }, make("label", { class: "choice" }, this.sensitive, _("Match case")), make("label", { class: "choice" }, this.whole, _("Whole words"))),
      this.count,
      make("div", { class: "row" }, button(_("Previous"), () => this.step(-1)), button(_("Next"), () => this.step(1)),
        button(_("Replace"), () => this.one()), button(_("Replace all"), () => this.all(), "primary")));
    document.body.append(this.dialog);
    view.addEventListener("updated", () => { if (this.dialog.open) this.search(); });
  }

  open() {
    this.editor.close();
    const chosen = getSelection().toString().trim();
    if (chosen && chosen.length < 100 && !this.dialog.open) this.find.value = chosen;
    if (!this.dialog.open) this.dialog.show(); // not modal: what is found is seen
    this.find.focus();
    this.find.select();
    this.search();
  }

  get pattern() {
    const text = this.find.value.trim().replace(/\s+/g, " ");
    if (!text) return null;
    const plain = text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const edge = "[\\p{L}\\p{N}_]";
    return new RegExp(this.whole.checked ? `(?<!${edge})${plain}(?!${edge})` : plain, this.sensitive.checked ? "gu" : "giu");
  }

  search() {
    const { pattern } = this, before = this.hits[this.place];
    this.hits = pattern ? this.view.transcript.segments.flatMap(({ id, start, text }) => [...text.matchAll(pattern)].map((hit) => ({ segment: id, start, at: hit.index, length: hit[0].length }))) : [];
    // It goes on where it was, or behind it: what somebody has passed over is not offered again before all else was.
    const next = before ? this.hits.findIndex((hit) => (hit.segment === before.segment ? hit.at >= before.at : hit.start > before.start)) : 0;
    this.place = this.hits.length ? Math.max(0, next) : -1;
    this.show(false);
  }

  step(by) {
    if (!this.hits.length) return;
    this.place = (this.place + by + this.hits.length) % this.hits.length;
    this.show(true);
  }

  show(scroll) {
    const many = this.hits.length;
    this.count.textContent = !this.find.value.trim() ? "" : many ? _("{place} of {many}", { place: this.place + 1, many }) : _("Not found");
    if (CSS.highlights) {
      CSS.highlights.set("found", new Highlight(...this.hits.slice(0, 2000).map((hit) => this.range(hit)).filter(Boolean)));
      const now = this.hits[this.place] && this.range(this.hits[this.place]);
      CSS.highlights.set("found-now", now ? new Highlight(now) : new Highlight());
    }
    if (scroll) this.view.elements.get(this.hits[this.place].segment)?.scrollIntoView({ block: "center" });
  }

  /** Where a hit stands on the page. */
  range({ segment, at, length }) {
    const element = this.view.elements.get(segment);
    if (!element) return null;
    const range = document.createRange(), walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    let passed = 0, begun = false;
    for (let node = walk.nextNode(); node; passed += node.length, node = walk.nextNode()) {
      if (!begun && at < passed + node.length) { range.setStart(node, at - passed); begun = true; }
      if (begun && at + length <= passed + node.length) { range.setEnd(node, at + length - passed); return range; }
    }
    return null;
  }

  async one() {
    const hit = this.hits[this.place];
    if (!hit || hit.gone) return;
    const { text } = this.view.transcript.byId.get(hit.segment), put = text.slice(0, hit.at) + this.put.value;
    const next = tidy(put + text.slice(hit.at + hit.length)), saved = next ? this.edits.write(hit.segment, next) : this.edits.remove(hit.segment);
    if (next) {
      this.view.refresh(hit.segment);
      hit.at = tidy(put).length; // what was put there may hold what is looked for
      this.search();
    } else hit.gone = true; // until that is saved
    try { await saved; } catch { return; }
    this.show(true);
  }

  async all() {
    const many = this.hits.length;
    if (!many || this.replacing) return; // twice would be done twice
    this.replacing = true;
    try {
      await this.edits.replace(this.find.value, this.put.value, { sensitive: this.sensitive.checked, whole: this.whole.checked });
    } catch { return; } finally { this.replacing = false; }
    say(ngettext("Replaced in one place.", "Replaced in {number} places.", many), { action: { label: _("Undo"), run: () => this.edits.undo() } });
  }

  key(event) {
    event.stopPropagation();
    if (event.key === "Escape") this.dialog.close();
    if (event.key === "Enter" && event.target === this.find) { event.preventDefault(); this.step(event.shiftKey ? -1 : 1); }
  }

  clear() {
    CSS.highlights?.clear();
    this.hits = [];
  }
}

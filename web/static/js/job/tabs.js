// Panels beside the transcript, one at a time; on narrow screens the transcript is one of them.
import { find, make } from "../dom.js";
import { _ } from "../i18n.js";

const narrow = matchMedia("(max-width: 64rem)");

export class Tabs {
  /** `panels` are `{ name, label, element }`; the first is shown beside the transcript. */
  constructor(panels) {
    this.bar = find("#tabs");
    this.transcript = find("#panel-transcript");
    this.panels = [{ name: "transcript", label: _("Transcript"), element: this.transcript }, ...panels];
    for (const one of this.panels) {
      one.tab = make("button", { type: "button", role: "tab", id: `tab-${one.name}`, onclick: () => this.show(one.name) }, one.label);
      if (one.element !== this.transcript) {
        one.element.id = `panel-${one.name}`;
        one.element.setAttribute("role", "tabpanel");
        one.element.setAttribute("aria-labelledby", one.tab.id);
        find("#beside").append(one.element);
      }
      one.tab.setAttribute("aria-controls", one.element.id);
      this.bar.append(one.tab);
    }
    this.bar.addEventListener("keydown", (event) => this.key(event));
    narrow.addEventListener("change", () => this.fit());
    this.beside = panels[0]?.name;
    this.fit();
  }

  /** Wide: the transcript and a panel. Narrow: one of all. */
  fit() {
    this.panels[0].tab.hidden = !narrow.matches;
    this.show(narrow.matches ? "transcript" : this.beside);
  }

  show(name) {
    this.now = name;
    if (name !== "transcript") this.beside = name;
    for (const one of this.panels) {
      const on = one.name === name;
      one.tab.setAttribute("aria-selected", String(on));
      one.tab.tabIndex = on ? 0 : -1;
      one.element.hidden = !on && (narrow.matches || one.element !== this.transcript);
      if (on) one.shown?.();
    }
  }

  /** Bring the transcript to the front, where only one panel is seen. */
  toTranscript() { if (narrow.matches) this.show("transcript"); }

  key(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const seen = this.panels.filter((one) => !one.tab.hidden), place = seen.findIndex((one) => one.name === this.now);
    const next = seen[(place + by + seen.length) % seen.length];
    event.preventDefault();
    event.stopPropagation();
    this.show(next.name);
    next.tab.focus();
  }
}

// The revisions of the transcript and of the minutes: who changed them when; read one, make it the latest again.
import { get, post } from "../api.js";
import { make } from "../dom.js";
import { moment } from "../format.js";
import { _ } from "../i18n.js";
import { confirmed, say, sayFault } from "../say.js";

const KINDS = [["transcript", _("Transcript")], ["minutes", _("Minutes")]];

export class History {
  /** `restored` gets the kind that was taken back. */
  constructor(base, restored) {
    Object.assign(this, { base, restored });
    this.body = make("div");
    this.element = make("section", { class: "history", "aria-labelledby": "history-heading" }, make("h2", { id: "history-heading" }, _("History")), this.body);
  }

  async shown() {
    const parts = [];
    for (const [kind, title] of KINDS) {
      try {
        const { value } = await get(`${this.base}/${kind}/revisions`);
        parts.push(make("h3", {}, title), make("ol", { class: "revisions plain" }, ...value.revisions.map((one, place) => this.row(kind, one, place === 0))));
      } catch (problem) { if (problem.status !== 404) { sayFault(problem); return; } }
    }
    this.body.replaceChildren(...parts);
  }

  row(kind, one, latest) {
    const number = { number: one.revision };
    return make("li", { class: "revision" },
      make("div", { class: "grow" }, make("strong", { class: "break" }, one.author ?? _("The machine")), make("div", { class: "small muted" }, moment(one.changed ?? one.created))),
      latest ? make("span", { class: "badge" }, _("latest")) : null,
      make("button", { type: "button", class: "small-button", "aria-label": _("View revision {number}", number), onclick: () => this.view(kind, one, latest) }, _("View")));
  }

  async view(kind, one, latest) {
    let text;
    try { text = (await get(`${this.base}/${kind}.${kind === "minutes" ? "md" : "txt"}?revision=${one.revision}`)).value; } catch (problem) { sayFault(problem); return; }
    const restore = make("button", { type: "button", class: "primary", onclick: () => this.restore(kind, one, dialog) }, _("Restore this revision"));
    const dialog = make("dialog", { class: "revision-dialog", "aria-labelledby": "revision-title" },
      make("h2", { id: "revision-title" }, _("Revision {number}", { number: one.revision })),
      make("p", { class: "muted small" }, one.author ?? _("The machine"), ", ", moment(one.changed ?? one.created)),
      make("pre", { class: "old", tabindex: "0", "aria-label": _("Text of this revision") }, text),
      make("form", { method: "dialog", class: "row end" }, make("button", {}, _("Close")), latest ? null : restore));
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  async restore(kind, one, dialog) {
    if (!await confirmed(_("Restore revision {number}?", { number: one.revision }), _("It becomes the latest. The one that is there now stays in the history."), { yes: _("Restore") })) return;
    try {
      await post(`${this.base}/${kind}/restore`, { revision: one.revision });
      dialog.close();
      await this.restored(kind);
      await this.shown();
      say(_("Revision {number} is the latest again.", { number: one.revision }));
    } catch (problem) { sayFault(problem); }
  }
}

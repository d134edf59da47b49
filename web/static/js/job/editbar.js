// What one can do with the segment one writes in: beside its time, or above the player on narrow screens.
import { find, icon, make } from "../dom.js";
import { _ } from "../i18n.js";
import { called } from "./names.js";

const narrow = matchMedia("(max-width: 40rem)");
const NEW = "+", NOBODY = "-";

export class EditBar {
  constructor(editor) {
    this.editor = editor;
    this.who = make("select", { "aria-label": _("Speaker of this segment"), onchange: () => this.assign() });
    this.element = make("div", { class: "edit-bar", role: "toolbar", "aria-label": _("Segment") }, this.who,
      this.button("split", _("Split at the cursor (Enter)"), () => editor.split()),
      this.button("join", _("Join with the one before (Backspace at its start)"), () => editor.joinBefore()),
      this.button("trash", _("Delete the segment"), () => editor.remove()),
      this.button("check", _("Done (Escape)"), () => editor.close({ focus: true })));
  }

  show(element, segment) {
    const { transcript } = this.editor;
    this.who.replaceChildren(
      ...transcript.speakers.map((one) => make("option", { value: one.id }, transcript.name(one.id))),
      make("option", { value: NOBODY }, _("Nobody known")), make("option", { value: NEW }, _("New speaker")));
    this.who.value = segment.speaker ?? NOBODY;
    if (narrow.matches) find("#player").prepend(this.element);
    else find(".block-head", element.closest(".block")).append(this.element);
  }

  hide() { this.element.remove(); }

  async assign() {
    const { editor } = this, { id } = editor, { edits, transcript } = editor, chosen = this.who.value;
    await editor.close();
    const speaker = chosen === NEW ? edits.newSpeaker() : chosen === NOBODY ? null : chosen;
    const name = chosen === NEW ? called(`Speaker ${transcript.speakers.length + 1}`) : undefined;
    await editor.after(edits.assign([id], speaker, name), () => editor.reopen(id));
  }

  button(picture, label, run) {
    // The caret stays where it is while one presses.
    return make("button", { type: "button", class: "quiet icon", "aria-label": label, title: label, onmousedown: (event) => event.preventDefault(), onclick: run }, icon(picture));
  }
}

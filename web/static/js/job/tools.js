// The row above the transcript: undo, find and replace, how sure the words are, what to review, whether all is saved.
import { icon, make } from "../dom.js";
import { _ } from "../i18n.js";

/** A switch that underlines words the less sure the machine was; gives `{ element, toggle }`. */
export function confidence(root) {
  const toggle = () => {
    const on = root.classList.toggle("confidence");
    element.setAttribute("aria-pressed", String(on));
  };
  const element = make("button", { type: "button", class: "quiet small-button", "aria-pressed": "false", title: _("Underline words the less sure the machine was (c)"), onclick: toggle }, icon("sure"), make("span", {}, _("Confidence")));
  return { element, toggle };
}

/** Buttons for undo and redo. */
export function undoing(edits, tell) {
  const button = (picture, label, run) => make("button", { type: "button", class: "quiet icon", "aria-label": label, title: label, onclick: run }, icon(picture));
  const undo = button("undo", _("Undo (Ctrl+Z)"), () => tell(edits.undo()));
  const redo = button("redo", _("Redo (Ctrl+Shift+Z)"), () => tell(edits.redo()));
  // Not `disabled`: a button that was just pressed keeps the focus.
  const show = () => { undo.setAttribute("aria-disabled", String(!edits.done.length)); redo.setAttribute("aria-disabled", String(!edits.undone.length)); };
  edits.addEventListener("change", show);
  show();
  return [undo, redo];
}

export function button(picture, label, title, run) {
  return make("button", { type: "button", class: "quiet small-button", "aria-label": title, title, onclick: run }, icon(picture), make("span", {}, label));
}

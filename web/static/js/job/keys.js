// Keys for the whole page, the list of them, and a switch for those that are a single character (WCAG 2.1.4).
import { make } from "../dom.js";
import { _ } from "../i18n.js";

const KEPT = "steno.keys";

/** `actions` are functions by name; what a page has no function for it does not offer. */
export function keys(actions) {
  const list = [
    { keys: [" ", "k"], shown: [_("Space"), "K"], says: _("Play or pause"), run: actions.toggle },
    { keys: ["j", "ArrowLeft"], shown: ["J", "←"], says: _("Back 5 seconds"), run: actions.back },
    { keys: ["l", "ArrowRight"], shown: ["L", "→"], says: _("Forward 5 seconds"), run: actions.forward },
    { keys: ["s"], shown: ["S"], says: _("Faster"), run: actions.faster },
    { keys: ["S"], shown: ["⇧ S"], says: _("Slower"), run: actions.slower },
    { keys: ["f"], shown: ["F"], says: _("Follow the word that is heard"), run: actions.follow },
    { keys: ["g"], shown: ["G"], says: _("Go to the word that is heard"), run: actions.go },
    { keys: ["e"], shown: ["E"], says: _("Edit the segment that is focused or heard"), run: actions.edit },
    { keys: ["n"], shown: ["N"], says: _("Next doubtful place"), run: actions.next },
    { keys: ["p"], shown: ["P"], says: _("Previous doubtful place"), run: actions.previous },
    { keys: ["c"], shown: ["C"], says: _("Show how sure the words are"), run: actions.confidence },
    { keys: ["r"], shown: ["R"], says: _("Find and replace"), run: actions.replace },
    { keys: ["?"], shown: ["?"], says: _("This list"), run: () => help() },
  ].filter((one) => one.run);
  const commands = [
    { shown: ["Ctrl Z"], says: _("Undo"), run: actions.undo },
    { shown: ["Ctrl ⇧ Z"], says: _("Redo"), run: actions.redo },
  ].filter((one) => one.run);
  const inText = [
    { shown: ["↑", "↓"], says: _("Segment before, segment after") },
    { shown: ["Enter"], says: _("Play from the focused segment") },
    ...(actions.edit ? [
      { shown: ["Enter"], says: _("While writing: split at the cursor") },
      { shown: ["⌫"], says: _("While writing, at the start: join with the one before") },
      { shown: ["Alt ↑", "Alt ↓"], says: _("While writing: segment before, segment after") },
      { shown: ["Alt K", "Alt J", "Alt L"], says: _("While writing: play or pause, back, forward") },
      { shown: ["Esc"], says: _("While writing: done") },
    ] : []),
  ];
  let single = localStorage.getItem(KEPT) !== "no";

  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog:modal")) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !writing(event.target)) {
      const run = event.shiftKey ? actions.redo : actions.undo;
      if (run) { event.preventDefault(); run(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
    if (pressed(event)) return;
    const found = list.find((one) => one.keys.includes(event.key));
    if (!found || (!single && event.key !== "?")) return;
    event.preventDefault();
    found.run();
  });

  function help() {
    const rows = (some) => make("dl", { class: "keys" }, ...some.flatMap((one) => [
      make("dt", {}, ...one.shown.flatMap((key, place) => [place ? " " : "", make("kbd", {}, key)])), make("dd", {}, one.says)]));
    const choice = make("input", { type: "checkbox", checked: single, onchange: () => { single = choice.checked; localStorage.setItem(KEPT, single ? "yes" : "no"); } });
    const dialog = make("dialog", { "aria-labelledby": "keys-title", class: "keys-dialog" },
      make("h2", { id: "keys-title" }, _("Keyboard shortcuts")),
      make("div", { class: "keys-columns" }, rows(list), make("div", {}, make("h3", {}, _("In the transcript")), rows(inText), commands.length ? rows(commands) : null)),
      make("label", { class: "choice" }, choice, _("Keys without Ctrl or Alt work")),
      make("form", { method: "dialog", class: "row end" }, make("button", { class: "primary" }, _("Close"))));
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }
  return { help };
}

/** Whether keys are text there. */
const writing = (target) => target.isContentEditable || target.matches?.('input:not([type="checkbox"], [type="radio"], [type="range"]), textarea, select');

/** Whether the key already means something to what is focused. */
function pressed(event) {
  const { key, target } = event;
  if (key === " ") return Boolean(target.closest?.('button, a, summary, input, [role="tab"]'));
  if (key.startsWith("Arrow")) return Boolean(target.closest?.('[role="slider"], [role="tab"], input, summary'));
  return false;
}

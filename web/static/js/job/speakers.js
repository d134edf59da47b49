// One speaker: another name, a turn that somebody else said, two that were one person.
import { make } from "../dom.js";
import { _, ngettext } from "../i18n.js";
import { called } from "./names.js";

const NEW = "+", NOBODY = "-";

/** Let clicks on names open the dialog of that speaker. */
export function speakers(view, edits) {
  view.root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-who]");
    if (button) open(view.transcript, edits, Number(button.dataset.who));
  });
}

function open(transcript, edits, first) {
  const { speaker } = transcript.byId.get(first), name = transcript.name(speaker) ?? "";
  const turn = turnOf(transcript, first), others = transcript.speakers.filter((one) => one.id !== speaker);
  const option = (one) => make("option", { value: one.id }, transcript.name(one.id));
  const rename = make("input", { value: name, maxLength: 200, autocomplete: "off", required: true });
  const who = make("select", {}, make("option", { value: "" }, _("As it is")), ...others.map(option),
    speaker === null ? null : make("option", { value: NOBODY }, _("Nobody known")), make("option", { value: NEW }, _("New speaker")));
  const fresh = make("input", { maxLength: 200, autocomplete: "off", value: called(`Speaker ${transcript.speakers.length + 1}`) });
  const freshField = make("label", { class: "field", hidden: true }, make("span", {}, _("Name of the new speaker")), fresh);
  const into = make("select", {}, make("option", { value: "" }, _("Nobody else")), ...others.map(option));
  who.addEventListener("change", () => { freshField.hidden = who.value !== NEW; });
  const dialog = make("dialog", { "aria-labelledby": "speaker-title", class: "speaker-dialog" },
    make("h2", { id: "speaker-title" }, speaker === null ? _("Unknown speaker") : name),
    make("form", { method: "dialog", class: "stack" },
      speaker === null ? null : make("label", { class: "field" }, make("span", {}, _("Name, everywhere")), rename),
      make("label", { class: "field" }, make("span", {}, ngettext("Who says this segment", "Who says these {number} segments", turn.length)), who),
      freshField,
      speaker === null || !others.length ? null : make("label", { class: "field" }, make("span", {}, _("The same person as")), into,
        make("small", {}, _("All that both said becomes one speaker's."))),
      make("div", { class: "row end" }, make("button", { type: "button", onclick: () => dialog.close() }, _("Cancel")), make("button", { value: "yes", class: "primary" }, _("Save")))));
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "yes") save().catch(() => {});
    dialog.remove();
  });
  async function save() {
    const wanted = rename.value.trim(), renamed = speaker !== null && wanted && wanted !== name;
    if (who.value) {
      const to = who.value === NEW ? edits.newSpeaker() : who.value === NOBODY ? null : who.value;
      await edits.assign(turn, to, who.value === NEW ? fresh.value.trim() || to : undefined);
    } else if (into.value) await edits.merge(speaker, into.value);
    if (renamed) await edits.name(!who.value && into.value ? into.value : speaker, wanted);
  }
  document.body.append(dialog);
  dialog.showModal();
  rename.select();
}

/** The segments that one speaker says in a row from this one on. */
function turnOf(transcript, first) {
  const { segments } = transcript, place = segments.findIndex((one) => one.id === first);
  const turn = [];
  for (const one of segments.slice(place)) { if (one.speaker !== segments[place].speaker) break; turn.push(one.id); }
  return turn;
}

// A statement of the minutes while it is written.
import { make } from "../dom.js";
import { _ } from "../i18n.js";
import { called, kept } from "./names.js";

/** A form for an entry (null: a new one). `save` gets only the fields that were changed. */
export function form(entry, kind, { save, cancel, remove }) {
  const item = kind === "action_items";
  const text = make("textarea", { rows: 3, required: true, maxLength: 2000 });
  text.value = entry ? entry.task ?? entry.text : "";
  const owner = make("input", { value: called(entry?.owner) ?? "", maxLength: 200, autocomplete: "off" });
  const due = make("input", { type: "date", value: entry?.due?.day ?? "" });
  const checked = make("input", { type: "checkbox" });
  const submit = (event) => {
    event.preventDefault();
    const fields = {};
    if (!entry || text.value.trim() !== (entry.task ?? entry.text)) fields.text = text.value.trim();
    if (item && owner.value.trim() !== (called(entry?.owner) ?? "")) fields.owner = kept(owner.value.trim()) || null;
    if (item && due.value !== (entry?.due?.day ?? "")) fields.due = due.value || null;
    if (checked.checked) fields.checked = true;
    if (Object.keys(fields).length) save(fields); else cancel();
  };
  const element = make("form", { class: "entry-form stack", onsubmit: submit },
    make("label", { class: "field" }, make("span", {}, item ? _("Task") : _("Text")), text),
    item ? make("div", { class: "columns" }, make("label", { class: "field" }, make("span", {}, _("Owner")), owner), make("label", { class: "field" }, make("span", {}, _("Due")), due)) : null,
    entry?.doubts.length ? make("label", { class: "choice" }, checked, _("I have checked it: it is right")) : null,
    entry ? null : make("p", { class: "hint" }, _("It cites the segment that is focused or heard.")),
    make("div", { class: "row" }, make("button", { class: "primary small-button" }, _("Save")), make("button", { type: "button", class: "small-button", onclick: cancel }, _("Cancel")),
      remove ? make("button", { type: "button", class: "small-button quiet danger", onclick: remove }, _("Remove")) : null));
  element.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") cancel();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) element.requestSubmit();
  });
  return element;
}

// Kinds of recordings: minutes of each are written in a way of their own, by a template.
import { make } from "../dom.js";
import { _ } from "../i18n.js";

/** A field to choose one; `templates` are pairs of name and title. `chosen()` is the name, `changed()` whether it is another. */
export function kinds(templates, template) {
  const select = make("select", {}, ...templates.map(([name, title]) => make("option", { value: name }, title)));
  select.value = template;
  if (select.selectedIndex < 0) select.selectedIndex = 0;
  const before = select.value;
  const field = make("p", {}, make("label", { class: "field" }, make("span", {}, _("Kind of recording")), select));
  return { field, chosen: () => encodeURIComponent(select.value), changed: () => select.value !== before };
}

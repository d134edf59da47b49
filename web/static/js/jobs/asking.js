// A question that is answered with a line of text.
import { make } from "../dom.js";
import { _ } from "../i18n.js";

/** The text, or null where the person thought better of it. `known` are answers to choose from. */
export function asked(title, label, { value = "", known = [] } = {}) {
  return new Promise((resolve) => {
    const field = make("input", { name: "text", autocomplete: "off", list: "asked-known", value });
    const dialog = make("dialog", { "aria-labelledby": "asked-title" },
      make("h2", { id: "asked-title", class: "break" }, title),
      make("form", { method: "dialog" },
        make("label", { class: "field" }, make("span", {}, label), field),
        make("datalist", { id: "asked-known" }, ...known.map((one) => make("option", { value: one }))),
        make("div", { class: "row end" },
          make("button", { type: "button", onclick: () => dialog.close() }, _("Cancel")),
          make("button", { class: "primary", value: "yes" }, _("Save")))));
    dialog.addEventListener("close", () => { resolve(dialog.returnValue === "yes" ? field.value : null); dialog.remove(); });
    document.body.append(dialog);
    dialog.showModal();
    field.select();
  });
}

// What the page tells in passing, and what it asks before something is gone.
import { make, find } from "./dom.js";
import { _ } from "./i18n.js";

const SECONDS = 6;

/** A short message that goes by itself; a fault stays until it is closed. `action` is `{ label, run }`. */
export function say(text, { fault = false, action = null } = {}) {
  const toast = make("div", { class: fault ? "toast fault" : "toast" }, make("span", {}, text));
  const close = () => toast.remove();
  if (action) toast.append(make("button", { type: "button", onclick: () => { close(); action.run(); } }, action.label));
  if (fault) toast.append(make("button", { type: "button", onclick: close }, _("Close")));
  else setTimeout(close, SECONDS * 1000);
  // What stands outside an open dialog is neither seen nor heard.
  const dialog = find("dialog:modal");
  if (dialog) toast.setAttribute("role", fault ? "alert" : "status");
  (dialog ?? find("#toasts")).append(toast);
  if (dialog) toast.scrollIntoView({ block: "nearest" });
  return close;
}

/** Say what went wrong. */
export const sayFault = (problem) => say(problem.message, { fault: true });

/** Ask whether to do it: resolves to true or false. `field` is what may be chosen with it. */
export function confirmed(title, text, { yes = _("Yes"), danger = false, field = null } = {}) {
  return new Promise((resolve) => {
    const dialog = make("dialog", { "aria-labelledby": "confirm-title" },
      make("h2", { id: "confirm-title" }, title),
      make("p", {}, text),
      field ?? "",
      make("form", { method: "dialog", class: "row end" },
        make("button", { value: "no" }, _("Cancel")),
        make("button", { value: "yes", class: danger ? "danger" : "primary" }, yes)));
    dialog.addEventListener("close", () => { resolve(dialog.returnValue === "yes"); dialog.remove(); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

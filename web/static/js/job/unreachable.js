// What could not be loaded is asked for again: by a button, and when the network is back.
import { find, icon, make } from "../dom.js";
import { _ } from "../i18n.js";

/** Say so where the transcript would be, or where `put` puts it; `again` gets what is missing. */
export function unreachable(problem, again, put = (note) => find("#workspace").before(note)) {
  if (problem.status === undefined) throw problem;
  const retry = () => {
    removeEventListener("online", retry);
    note.remove();
    again();
  };
  const note = make("section", { class: "note fault row apart", role: "alert" }, make("span", { class: "grow break" }, problem.message),
    make("button", { type: "button", onclick: retry }, icon("retry"), _("Try again")));
  addEventListener("online", retry);
  put(note);
}

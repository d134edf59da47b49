// Moments of the form are the reader's own; the server gets them with their zone.
import { all, find, make } from "../dom.js";

const form = find("#announcing");
const two = (number) => String(number).padStart(2, "0");

for (const field of all("input[data-moment]", form)) {
  const at = new Date(field.dataset.moment);
  field.value = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
form.addEventListener("submit", () => {
  for (const field of all('input[type="datetime-local"]', form)) {
    if (!field.value) continue;
    form.append(make("input", { type: "hidden", name: field.name, value: new Date(field.value).toISOString() }));
    field.removeAttribute("name");
  }
});

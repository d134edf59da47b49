// The frame of every page: appearance, language, menus that close, times in the reader's zone.
import { patch } from "./api.js";
import { all, find } from "./dom.js";
import { moment } from "./format.js";

const YEAR = 31536000, TWICE = 3000; // seconds; milliseconds
const remember = (name, value) => { document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${location.protocol === "https:" ? "; Secure" : ""}`; };

for (const choice of all('input[name="theme"]')) {
  choice.addEventListener("change", () => {
    document.documentElement.dataset.theme = choice.value;
    remember("steno_theme", choice.value);
  });
}
for (const choice of all('.own input[name="language"]')) {
  choice.addEventListener("change", async () => {
    remember("steno_language", choice.value);
    // Who is signed in finds it again in their other browsers; this one has it whatever the server says.
    if (find('form[action="/sign-out"]')) await patch("/account", { language: choice.value }).catch(() => {});
    location.reload();
  });
}
// Who clicks twice sends once: else the answer to the second is seen, that there is such a person already, and no link.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => { delete form.dataset.sent; }, TWICE);
});
document.addEventListener("click", (event) => {
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of all("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
});
for (const time of all("time[datetime]")) time.textContent = moment(time.getAttribute("datetime"));
const announcement = document.querySelector("#announcement");
announcement?.querySelector("button").addEventListener("click", () => {
  remember("steno_read", announcement.dataset.id);
  announcement.remove();
  document.querySelector("#main").focus();
});
document.querySelector(".sections [aria-current], .subnav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

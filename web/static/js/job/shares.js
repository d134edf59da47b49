// Links for people without an account: made, copied, looked over, taken back.
import { get, post, remove } from "../api.js";
import { icon, make } from "../dom.js";
import { moment } from "../format.js";
import { _, ngettext } from "../i18n.js";
import { confirmed, say, sayFault } from "../say.js";

const DAYS = [1, 7, 30, 90, 365], USUAL = 30;

/** Open the dialog of a job's links. `most`: days after which the server ends every link; null: there is no such rule. */
export function shares(base, { minutes, most }) {
  const offered = [...new Set([...DAYS.filter((one) => !most || one < most), most ?? 365])];
  const address = `${base}/shares`, list = make("ul", { class: "shares plain" }), made = make("div", { "aria-live": "polite" });
  const label = make("input", { maxLength: 200, autocomplete: "off", placeholder: _("For whom?") });
  const days = make("select", {}, ...offered.map((one) => make("option", { value: String(one), selected: one === Math.min(USUAL, most ?? USUAL) }, ngettext("One day", "{number} days", one))));
  const audio = make("input", { type: "checkbox", checked: true }), notes = make("input", { type: "checkbox", checked: minutes });
  const dialog = make("dialog", { class: "share-dialog", "aria-labelledby": "share-title" },
    make("h2", { id: "share-title" }, _("Share")),
    make("p", { class: "muted" }, _("Who has the link can read, and change nothing.")),
    make("form", { class: "stack", onsubmit: (event) => { event.preventDefault(); create(); } },
      make("div", { class: "columns" }, make("label", { class: "field" }, make("span", {}, _("Label")), label), make("label", { class: "field" }, make("span", {}, _("Works for")), days)),
      make("div", { class: "row" }, make("label", { class: "choice" }, audio, _("With the recording")), minutes ? make("label", { class: "choice" }, notes, _("With the minutes")) : null),
      make("button", { class: "primary", onclick: (event) => { if (event.detail > 1) event.preventDefault(); } }, icon("share"), _("Make a link"))),
    made, list, make("form", { method: "dialog", class: "row end" }, make("button", {}, _("Close"))));

  // Who clicks twice means one link: a second would take the place of the first, which is shown only once.
  let making = false;
  async function create() {
    if (making) return;
    making = true;
    try {
      const { value } = await post(address, { days: Number(days.value), label: label.value.trim(), with_audio: audio.checked, with_minutes: notes.checked });
      const field = make("input", { readOnly: true, value: value.url, "aria-label": _("The link") });
      const copy = make("button", { type: "button", onclick: async () => {
        field.select();
        try { await navigator.clipboard.writeText(value.url); } catch { document.execCommand("copy"); }
        say(_("Copied."));
      } }, icon("copy"), _("Copy"));
      made.replaceChildren(make("div", { class: "note done made-link" }, make("p", {}, _("Here it is. It is shown only now.")), make("div", { class: "row" }, make("div", { class: "grow" }, field), copy)));
      field.focus();
      field.select();
      await show();
    } catch (problem) { sayFault(problem); } finally { making = false; }
  }

  async function show() {
    const { value } = await get(address);
    list.replaceChildren(...value.shares.map((one) => make("li", { class: "share" },
      make("div", { class: "grow" }, make("strong", { class: "break" }, one.label || _("Link")),
        make("div", { class: "small muted" }, [
          one.expires ? new Date(one.expires) < new Date() ? _("ran out on {date}", { date: moment(one.expires) }) : _("until {date}", { date: moment(one.expires) }) : "",
          ngettext("opened once", "opened {number} times", one.opens ?? 0),
          one.with_audio ? "" : _("without the recording"),
        ].filter(Boolean).join(" · "))),
      make("button", { type: "button", class: "small-button danger", "aria-label": _("Revoke: {label}", { label: one.label || _("Link") }), onclick: async () => {
        if (!await confirmed(_("Revoke this link?"), _("Whoever has it cannot open the page any more."), { yes: _("Revoke"), danger: true })) return;
        try { await remove(`${address}/${one.id}`); made.replaceChildren(); await show(); } catch (problem) { sayFault(problem); }
      } }, _("Revoke")))));
  }

  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  show().catch(sayFault);
}

// What there is to take away: every format, subtitles as one wants them, all in one archive.
import { get } from "../api.js";
import { icon, make } from "../dom.js";
import { _ } from "../i18n.js";

const ABOUT = {
  txt: [_("Text"), _("paragraphs with names and times")], srt: [_("SRT subtitles"), _("for most players")], vtt: [_("WebVTT subtitles"), _("for the web")],
  docx: [_("Word"), ""], json: [_("JSON"), _("everything Steno knows")], csv: [_("CSV table"), _("a row for each segment")], tsv: [_("TSV table"), _("a row for each segment")],
  eaf: [_("ELAN"), _("annotation tiers")], textgrid: [_("Praat TextGrid"), _("intervals of words")], rttm: [_("RTTM"), _("who speaks when")],
  md: [_("Markdown"), ""], ics: [_("Calendar"), _("action items as tasks")],
};
const FIELDS = [
  ["max_chars", _("Characters in a line"), 42, 10, 120, 1], ["max_lines", _("Lines at once"), 2, 1, 4, 1], ["max_chars_per_second", _("Characters a second"), 20, 5, 60, 1],
  ["min_duration", _("Shortest, seconds"), 0.833, 0.1, 5, "any"], ["max_duration", _("Longest, seconds"), 7, 1, 30, "any"], ["min_gap", _("Gap, seconds"), 0.083, 0, 1, "any"],
];
const SHOWN = 6; // cues of the preview

/** Open the dialog. `addresses`: transcript, minutes (null: none), audio (null: none), archive (null: none). */
export function downloads(addresses, formats) {
  const links = (kind, names) => make("ul", { class: "formats plain" }, ...names.map((name) => {
    const [title, about] = ABOUT[name] ?? [name.toUpperCase(), ""];
    const query = () => (kind === "transcript" && (name === "srt" || name === "vtt") ? settings.query() : "");
    const link = make("a", { class: "format", href: `${addresses[kind]}.${name}`, download: "" }, make("strong", {}, title), make("span", { class: "small muted" }, about ? `.${name} · ${about}` : `.${name}`));
    link.addEventListener("click", () => { link.href = `${addresses[kind]}.${name}${query()}`; });
    return make("li", {}, link);
  }));
  const settings = subtitles(addresses.transcript);
  const whole = [
    addresses.archive && make("a", { class: "button primary", href: addresses.archive, download: "" }, icon("download"), _("Everything as ZIP")),
    addresses.audio && make("a", { class: "button", href: addresses.audio, download: "" }, icon("download"), _("The recording")),
  ].filter(Boolean);
  const dialog = make("dialog", { class: "downloads", "aria-labelledby": "downloads-title" },
    make("h2", { id: "downloads-title" }, _("Download")),
    whole.length ? make("div", { class: "row" }, ...whole) : null,
    make("h3", {}, _("Transcript")), links("transcript", formats.transcript), settings.element,
    ...(addresses.minutes ? [make("h3", {}, _("Minutes")), links("minutes", formats.minutes)] : []),
    make("form", { method: "dialog", class: "row end" }, make("button", {}, _("Close"))));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** Fields for the limits of subtitles, and the first cues made by them. */
function subtitles(address) {
  const inputs = FIELDS.map(([name, label, value, min, max, step]) => ({ name, value, label, input: make("input", { type: "number", value: String(value), min: String(min), max: String(max), step: String(step) }) }));
  const names = make("input", { type: "checkbox", checked: true });
  const preview = make("pre", { class: "cues small", tabindex: "0", "aria-label": _("The first subtitles"), "aria-live": "polite" });
  const query = () => {
    const changed = inputs.filter((one) => one.input.value && Number(one.input.value) !== one.value).map((one) => [one.name, one.input.value]);
    if (!names.checked) changed.push(["name_speakers", "false"]);
    return changed.length ? `?${new URLSearchParams(changed)}` : "";
  };
  let timer = null, asking = null;
  const show = async () => {
    asking?.abort();
    asking = new AbortController();
    try {
      const { value } = await get(`${address}.srt${query()}`, { signal: asking.signal });
      preview.textContent = value.split(/\n\n/).slice(0, SHOWN).join("\n\n");
    } catch (problem) { if (problem.name !== "AbortError") preview.textContent = problem.message; }
  };
  const element = make("details", { class: "fold subtitle-settings" }, make("summary", {}, _("Subtitle settings")),
    make("div", { class: "columns" }, ...inputs.map((one) => make("label", { class: "field" }, make("span", {}, one.label), one.input))),
    make("label", { class: "choice" }, names, _("Write names where the speaker changes (SRT)")), preview);
  element.addEventListener("toggle", () => { if (element.open) show(); });
  element.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 250); });
  return { element, query };
}

// What there is to take away: every format, subtitles as one wants them, all in one archive.
import { get } from "../api.js";
import { icon, make } from "../dom.js";
import { _, language as reader } from "../i18n.js";

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

/**
 * Open the dialog. `addresses`: transcript, minutes (null: none), audio (null: none), archive (null: none);
 * `formats`: of transcript and minutes, and the `languages` their headings may be in.
 */
export function downloads(addresses, formats) {
  const language = headings(formats.languages);
  const settings = subtitles(addresses.transcript, language.chosen);
  const asked = []; // links, and the address that each has by what is chosen
  const link = (attributes, address, ...children) => {
    const element = make("a", { ...attributes, href: address(), download: "" }, ...children);
    asked.push(() => { element.href = address(); });
    return element;
  };
  const links = (kind, names) => make("ul", { class: "formats plain" }, ...names.map((name) => {
    const [title, about] = ABOUT[name] ?? [name.toUpperCase(), ""];
    const limits = () => (kind === "transcript" && (name === "srt" || name === "vtt") ? settings.chosen() : []);
    return make("li", {}, link({ class: "format" }, () => `${addresses[kind]}.${name}${query(language.chosen(), limits())}`,
      make("strong", {}, title), make("span", { class: "small muted" }, about ? `.${name} · ${about}` : `.${name}`)));
  }));
  const whole = [
    addresses.archive && link({ class: "button primary" }, () => `${addresses.archive}${query(language.chosen())}`, icon("download"), _("Everything as ZIP")),
    addresses.audio && make("a", { class: "button", href: addresses.audio, download: "" }, icon("download"), _("The recording")),
  ].filter(Boolean);
  const dialog = make("dialog", { class: "downloads", "aria-labelledby": "downloads-title" },
    make("h2", { id: "downloads-title" }, _("Download")),
    whole.length ? make("div", { class: "row" }, ...whole) : null, language.element,
    make("h3", {}, _("Transcript")), links("transcript", formats.transcript), settings.element,
    ...(addresses.minutes ? [make("h3", {}, _("Minutes")), links("minutes", formats.minutes)] : []),
    make("form", { method: "dialog", class: "row end" }, make("button", {}, _("Close"))));
  dialog.addEventListener("input", () => { asked.forEach((refresh) => refresh()); settings.again(); });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** What is asked for beside the address: pairs of name and value. */
function query(...wishes) {
  const pairs = wishes.flat();
  return pairs.length ? `?${new URLSearchParams(pairs)}` : "";
}

/** A field for the language of what stands around people's words. */
function headings(languages) {
  const names = new Intl.DisplayNames([reader], { type: "language" });
  const named = (code) => names.of(code).replace(/^./u, (letter) => letter.toLocaleUpperCase(reader));
  const select = make("select", {}, make("option", { value: "" }, _("Same as the text")), ...languages.map((code) => make("option", { value: code }, named(code))));
  const element = make("label", { class: "field headings" }, make("span", {}, _("Language of headings and dates")), select, make("small", {}, _("What was said stays as it is.")));
  return { element, chosen: () => (select.value ? [["language", select.value]] : []) };
}

/** Fields for the limits of subtitles, and the first cues made by them; `language()` is what is chosen of it. */
function subtitles(address, language) {
  const inputs = FIELDS.map(([name, label, value, min, max, step]) => ({ name, value, label, input: make("input", { type: "number", value: String(value), min: String(min), max: String(max), step: String(step) }) }));
  const names = make("input", { type: "checkbox", checked: true });
  const preview = make("pre", { class: "cues small", tabindex: "0", "aria-label": _("The first subtitles"), "aria-live": "polite" });
  const chosen = () => {
    const changed = inputs.filter((one) => one.input.value && Number(one.input.value) !== one.value).map((one) => [one.name, one.input.value]);
    if (!names.checked) changed.push(["name_speakers", "false"]);
    return changed;
  };
  let timer = null, asking = null;
  const show = async () => {
    asking?.abort();
    asking = new AbortController();
    try {
      const { value } = await get(`${address}.srt${query(language(), chosen())}`, { signal: asking.signal });
      preview.textContent = value.split(/\n\n/).slice(0, SHOWN).join("\n\n");
    } catch (problem) { if (problem.name !== "AbortError") preview.textContent = problem.message; }
  };
  const element = make("details", { class: "fold subtitle-settings" }, make("summary", {}, _("Subtitle settings")),
    make("div", { class: "columns" }, ...inputs.map((one) => make("label", { class: "field" }, make("span", {}, one.label), one.input))),
    make("label", { class: "choice" }, names, _("Write names where the speaker changes (SRT)")), preview);
  element.addEventListener("toggle", () => { if (element.open) show(); });
  const again = () => { clearTimeout(timer); if (element.open) timer = setTimeout(show, 250); };
  return { element, chosen, again };
}

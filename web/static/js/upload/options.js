// What is asked for with a recording: the form, its defaults, what was chosen last time.
import { all, find, make } from "../dom.js";
import { _, language as reader } from "../i18n.js";

const RECENT = 3, DAY = 86400;

export class Options {
  /** `form` is the element, `facts` are of the page. */
  constructor(form, facts) {
    Object.assign(this, { form, facts, key: `steno-options-${facts.user}` });
    const names = new Intl.DisplayNames([reader], { type: "language" });
    this.languages = new Map(facts.languages.map((code) => [named(names, code), code]));
    this.#restore();
    form.speakers.addEventListener("change", () => this.#numbers());
    this.#numbers();
  }

  /** The request for the API, remembered for the next time. Throws Error, in words, where it makes no sense. */
  read() {
    const { form, facts } = this, options = {}, wanted = {};
    const language = form.language.value.trim();
    if (language) {
      options.language = this.languages.get(language) ?? [...this.languages].find(([name, code]) => [name.toLowerCase(), code].includes(language.toLowerCase()))?.[1];
      if (!options.language) throw new Wrong(form.language, _("There is no language of this name. Choose one of the list, or leave it empty."));
    }
    const speakers = form.speakers.value;
    if (speakers === "exact") options.speakers = number(form.exact);
    if (speakers === "range") Object.assign(options, { min_speakers: number(form.least), max_speakers: number(form.most) });
    if (options.min_speakers > options.max_speakers) throw new Wrong(form.least, _("The smallest number of speakers is larger than the largest."));
    if (speakers === "none") options.diarize = false;
    else if (!facts.diarize && speakers !== "unknown") options.diarize = true;
    for (const name of ["hotwords", "prompt", "model"]) if (form[name].value.trim()) options[name] = form[name].value.trim();
    if (form.translate.checked) options.task = "translate";
    if (form.separate.checked) options.channels = "separate";
    wanted.options = options;
    wanted.minutes = form.template.value ? { template: form.template.value } : false;
    if (form.notify?.checked) wanted.notify_email = facts.mail;
    wanted.keep_recording = form.keep.checked;
    if (form.days.value) wanted.delete_after = new Date(Date.now() + form.days.value * DAY * 1000).toISOString();
    this.#remember(options.language);
    return wanted;
  }

  #numbers() {
    for (const one of all("[data-when]", this.form)) one.hidden = one.dataset.when !== this.form.speakers.value;
  }

  #restore() {
    const { form, facts } = this;
    form.template.value = facts.minutes ? facts.template : "";
    let last = {};
    try { last = JSON.parse(localStorage.getItem(this.key)) ?? {}; } catch { /* kept by nobody */ }
    for (const [name, value] of Object.entries(last.fields ?? {})) {
      const field = form.elements[name];
      if (field?.type === "checkbox") field.checked = value;
      else if (field && typeof value === "string" && (field.tagName !== "SELECT" || [...field.options].some((one) => one.value === value))) field.value = value;
    }
    const recent = last.recent ?? [], collator = new Intl.Collator(reader);
    const sorted = [...this.languages].sort(([one, code], [other, its]) => {
      const [here, there] = [code, its].map((of) => (recent.includes(of) ? recent.indexOf(of) : RECENT + 1));
      return here - there || collator.compare(one, other);
    });
    find("datalist", form).replaceChildren(...sorted.map(([name]) => make("option", { value: name })));
    this.recent = recent;
    const unusual = form.keep.checked !== form.keep.defaultChecked || ["translate", "separate"].some((name) => form[name].checked) || ["hotwords", "prompt", "model", "days"].some((name) => form[name].value);
    find("#more", form).open = unusual;
  }

  #remember(language) {
    if (language) this.recent = [language, ...this.recent.filter((one) => one !== language)].slice(0, RECENT);
    const fields = {};
    for (const field of this.form.elements) if (field.name) fields[field.name] = field.type === "checkbox" ? field.checked : field.value;
    try { localStorage.setItem(this.key, JSON.stringify({ fields, recent: this.recent })); } catch { /* full, or not allowed */ }
  }
}

/** What a person must correct. `field` is where. */
export class Wrong extends Error {
  constructor(field, message) {
    super(message);
    this.field = field;
  }
}

function number(field) {
  const value = Number(field.value);
  if (!Number.isInteger(value) || value < 1 || value > 50) throw new Wrong(field, _("The number of speakers is 1 to 50."));
  return value;
}

function named(names, code) {
  try {
    const name = names.of(code === "jw" ? "jv" : code);
    return name.charAt(0).toLocaleUpperCase(reader) + name.slice(1);
  } catch {
    return code;
  }
}

// Words in the reader's language. English is what stands in the scripts; the others come from the server, once.
const address = document.documentElement.dataset.messages;
const words = address ? await (await fetch(address)).json() : {};

/** A text in the reader's language; `{name}` in it is replaced by `values.name`. */
export function _(text, values = {}) {
  return filled(words[text] ?? text, values);
}

/** A text that depends on a number: English, Finnish and Swedish have one form for 1 and one for the rest. */
export function ngettext(one, many, number, values = {}) {
  const known = words[one];
  return filled(Array.isArray(known) ? known[number === 1 ? 0 : 1] : number === 1 ? one : many, { number, ...values });
}

/** What went wrong, in the reader's language: by its code, else as the server said it. */
export const told = (code, detail) => words[`problem:${code}`] ?? detail;

export const language = document.documentElement.lang;

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

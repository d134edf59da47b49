// Words in the reader's language. English is what stands in the scripts; the others come from the server, once.
const address = document.documentElement.dataset.messages;
const { texts, sayings, sentences } = address ? await (await fetch(address)).json() : { texts: {}, sayings: [], sentences: {} };

/** A text in the reader's language; `{name}` in it is replaced by `values.name`. */
export function _(text, values = {}) {
  return filled(texts[text] ?? text, values);
}

/** A text that depends on a number: English, Finnish and Swedish have one form for 1 and one for the rest. */
export function ngettext(one, many, number, values = {}) {
  const known = texts[one];
  return filled(Array.isArray(known) ? known[number === 1 ? 0 : 1] : number === 1 ? one : many, { number, ...values });
}

/** Sentences of the server with their translations, and one for each code of what can go wrong. */
export { sayings, sentences };

export const language = document.documentElement.lang;

/** A text with its values. */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// What the server says, in the reader's language: it is kept and sent in English. A sentence is found again by the text
// around its values, as steno/sayings does it; what is not known is shown as it is.
import { filled, sayings, sentences } from "./i18n.js";

const DEEPEST = 4; // sentences in the values of sentences
const LONGEST = 4000; // characters; what the server says is far shorter
const whole = new Map(), withValues = [];
for (const [english, translated] of sayings) {
  const parts = english.split(/\{(\w+)\}/);
  if (parts.length === 1) whole.set(english, translated);
  else withValues.push({ around: parts.filter((_, at) => at % 2 === 0), names: parts.filter((_, at) => at % 2), translated });
}
const weight = ({ around }) => around.reduce((sum, text) => sum + text.length, 0);
withValues.sort((one, other) => weight(other) - weight(one));

/** What was said. */
export const retold = (text) => find(text, DEEPEST) ?? text;

/** What went wrong: in its very words where these are known, else in a sentence for its code. */
export const told = (code, text) => find(text, DEEPEST) ?? (sentences[code] || text);

/** Several sentences, as one line. */
export const allRetold = (texts) => texts.map(retold).join("; ");

function find(text, depth) {
  if (!text || !depth || !whole.size || text.length > LONGEST) return null;
  if (whole.has(text)) return whole.get(text);
  // An error is what happened, and the cure.
  for (let at = text.indexOf(". "); at >= 0; at = text.indexOf(". ", at + 1)) {
    const happened = found(text.slice(0, at)), cure = happened && found(text.slice(at + 2));
    if (cure) return `${written(happened, depth)}. ${written(cure, depth)}`;
  }
  const saying = found(text);
  return saying && written(saying, depth);
}

function found(text) {
  if (whole.has(text)) return { translated: whole.get(text), values: {} };
  for (const saying of withValues) {
    const values = read(saying, text);
    if (values) return { translated: saying.translated, values };
  }
  return null;
}

function written({ translated, values }, depth) {
  return filled(translated, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, find(value, depth - 1) ?? value])));
}

function read({ around, names }, text) {
  const first = around[0], last = around.at(-1), values = {};
  let at = first.length;
  const end = text.length - last.length;
  if (end < at || !text.startsWith(first) || !text.endsWith(last)) return null;
  for (let number = 1; number < around.length - 1; number++) {
    const where = text.indexOf(around[number], at);
    if (where < 0 || where + around[number].length > end) return null;
    values[names[number - 1]] = text.slice(at, where);
    at = where + around[number].length;
  }
  values[names.at(-1)] = text.slice(at, end);
  return values;
}

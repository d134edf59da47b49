// What the machine doubts, in the reader's language: it is kept in English. What is not known here is shown as it is kept.
import { _ } from "../i18n.js";

const KNOWN = [
  [/^few of its words were said there$/, () => _("few of its words were said there")],
  [/^the due date “(?<spoken>.+)” was not said there$/, (found) => _("the due date “{spoken}” was not said there", found)],
  [/^(?<what>.+) was not said there$/, (found) => _("{what} was not said there", found)],
  [/^(?<name>.+) neither says this nor is named there$/, (found) => _("{name} neither says this nor is named there", found)],
  [/^an owner of whom nobody speaks was left out$/, () => _("an owner of whom nobody speaks was left out")],
  [/^a date without words for it was left out$/, () => _("a date without words for it was left out")],
  [/^(?<day>.+) is the language model's reading of “(?<spoken>.+)”$/, (found) => _("{day} is the language model's reading of “{spoken}”", found)],
  [/^said where somebody seems to speak to the software$/, () => _("said where somebody seems to speak to the software")],
  [/^found by the rules; the language model did not list it$/, () => _("found by the rules; the language model did not list it")],
  [/^the same words (?<times>\d+) times in a row$/, (found) => _("the same words {times} times in a row", found)],
  [/^text where no voice was found$/, () => _("text where no voice was found")],
  [/^(?<rate>\d+) characters a second, faster than anybody speaks$/, (found) => _("{rate} characters a second, faster than anybody speaks", found)],
  [/^low confidence \((?<percent>\d+)%\)$/, (found) => _("low confidence ({percent} %)", found)],
  [/^voice was found, but no words were recognised$/, () => _("voice was found, but no words were recognised")],
];

/** One reason. */
export function inWords(reason) {
  for (const [pattern, says] of KNOWN) {
    const found = pattern.exec(reason);
    if (found) return says(found.groups);
  }
  return reason;
}

/** Several of them, as one line. */
export const allInWords = (reasons) => reasons.map(inWords).join("; ");

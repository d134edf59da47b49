// What the machine doubts and gives notice of, in the reader's language: it is kept in English. What is not known here is shown as it is kept.
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
  [/^Nobody was heard to speak in this recording\.$/, () => _("Nobody was heard to speak in this recording.")],
  [/^The day of the recording is not known; dates are counted from (?<day>\S+), its transcription\.$/, (found) => _("The day of the recording is not known; dates are counted from {day}, its transcription.", found)],
  [/^Made without a language model: (?<failure>.+)$/s, (found) => _("Made without a language model: {failure}", found)],
  [/^There are no rules for action items and decisions in the language '(?<code>.+)' yet\.$/, (found) => _("There are no rules for action items and decisions in the language '{code}' yet.", found)],
  [/^Without a language model minutes are in the language of the recording, '(?<code>.+)'\.$/, (found) => _("Without a language model minutes are in the language of the recording, '{code}'.", found)],
  [/^The transcript is in another language: its words could not be compared with these\.$/, () => _("The transcript is in another language: its words could not be compared with these.")],
  [/^(?<count>\d+) answers of the language model were broken and mended: something may be missing\.$/, (found) => _("{count} answers of the language model were broken and mended: something may be missing.", found)],
  [/^(?<count>\d+) of (?<parts>\d+) parts \((?<where>[^)]+)\) were read by rules, not by the language model: (?<failure>.+)$/s, (found) => _("{count} of {parts} parts ({where}) were read by rules, not by the language model: {failure}", spans(found))],
  [/^The summary is extractive: (?<failure>.+)$/s, (found) => _("The summary is extractive: {failure}", found)],
  [/^At (?<where>.+) somebody seems to tell the software what to write\. No language model was shown this\.$/, (found) => _("At {where} somebody seems to tell the software what to write. No language model was shown this.", spans(found))],
  [/^Passages were found by words alone: (?<failure>.+)$/s, (found) => _("Passages were found by words alone: {failure}", found)],
  [/^No language model answered: (?<failure>.+)$/s, (found) => _("No language model answered: {failure}", found)],
];

/** Stretches of time as one writes them everywhere. */
function spans(found) {
  return { ...found, where: found.where.replaceAll(" to ", "–") };
}

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

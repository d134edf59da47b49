// Who has no name yet is kept as "Speaker 2", and called so in the reader's language. Names that somebody gave stay.
import { _ } from "../i18n.js";

/** A name as it is shown. */
export function called(name) {
  const [, number] = /^Speaker (\d+)$/.exec(name ?? "") ?? [];
  return number ? _("Speaker {number}", { number }) : name;
}

/** A shown name as it is kept. */
export function kept(name) {
  const [number] = /\d+$/.exec(name ?? "") ?? [];
  return number && name === called(`Speaker ${number}`) ? `Speaker ${number}` : name;
}

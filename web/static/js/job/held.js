// Whether a transcript already holds a change: one that was made, and whose answer was lost on the way.

/** Whether nothing is left to do: every text, speaker and name that is asked for is there. */
export function there({ byId, speakers }, { segments = [], speakers: named = [], operations = [] }) {
  return !operations.length
    && segments.every(({ segment, ...wanted }) => Object.entries(wanted).every(([key, value]) => byId.get(segment)?.[key] === value))
    && named.every((wanted) => speakers.some((one) => one.id === wanted.id && one.name === wanted.name));
}

/** Whether `latest` is what was `seen` with this change and no other: who says what, in which order. */
export function madeOf(seen, { segments = [], speakers = [], operations = [] }, latest) {
  const wanted = seen.segments.map(({ id, speaker, text, saved }) => ({ id, speaker, text: saved ?? text }));
  const found = latest.segments.map(({ id, speaker, text }) => ({ id, speaker, text }));
  const names = new Map([...seen.speakers, ...speakers].map((one) => [one.id, one.name]));
  for (const { segment, ...edit } of segments) Object.assign(wanted.find((one) => one.id === segment) ?? {}, edit);
  for (const one of operations) {
    if (one.op === "split") { if (!joined(found, one.segment, (id) => !seen.byId.has(id))) return false; }
    else if (one.op === "join") { if (!joined(wanted, one.segment)) return false; }
    else if (one.op === "delete") wanted.splice(wanted.findIndex(({ id }) => id === one.segment), 1);
    else if (one.op === "merge-speakers") wanted.forEach((said) => { if (said.speaker === one.speaker) said.speaker = one.into; });
    else return false; // what a replacement makes of texts is the server's to say
  }
  return alike(wanted, found) && latest.speakers.every((one) => names.get(one.id) === one.name);
}

/** Whether two transcripts say the same. */
export const alike = (some, others) => told(some) === told(others);

// Where words are joined, languages differ in the space between them.
const told = (segments) => JSON.stringify(segments.map(({ id, speaker, text }) => [id, speaker, text.replace(/\s+/g, "")]));

/** Join a segment with the one behind it, if there is such a one. */
function joined(segments, id, such = () => true) {
  const place = segments.findIndex((one) => one.id === id), next = segments[place + 1];
  if (place < 0 || !next || !such(next.id)) return false;
  segments[place].text += next.text;
  segments.splice(place + 1, 1);
  return true;
}

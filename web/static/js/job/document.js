// The transcript as the page holds it: segments by id and in order, speakers, and where in time everything is.

const COLOURS = 8;
const LONG_PAUSE = 2, LONGEST = 60; // seconds, as exports make paragraphs

export class Transcript extends EventTarget {
  constructor(value, etag) {
    super();
    this.load(value, etag);
  }

  /** Take a whole transcript. */
  load(value, etag) {
    this.etag = etag;
    this.value = value;
    this.speakers = value.speakers;
    this.segments = value.segments;
    this.uncovered = [...value.uncovered].sort((one, other) => one.start - other.start);
    this.duration = value.duration;
    this.index();
    this.dispatchEvent(new CustomEvent("change", { detail: { whole: true, changed: new Set(this.byId.keys()) } }));
  }

  /** Take the server's answer to a change: what changed, what is gone, the order where it changed. */
  apply(answer, etag) {
    this.etag = etag;
    const fresh = new Map(answer.segments.map((one) => [one.id, one]));
    const gone = new Set(answer.removed);
    for (const id of gone) this.byId.delete(id);
    for (const [id, one] of fresh) this.byId.set(id, one);
    this.segments = answer.order ? answer.order.map((id) => this.byId.get(id))
      : this.segments.filter((one) => !gone.has(one.id)).map((one) => fresh.get(one.id) ?? one);
    this.speakers = answer.speakers;
    this.index();
    this.dispatchEvent(new CustomEvent("change", { detail: { whole: false, changed: new Set(fresh.keys()) } }));
  }

  index() {
    this.byId = new Map(this.segments.map((one) => [one.id, one]));
    this.names = new Map(this.speakers.map((one) => [one.id, one.name]));
    this.colours = new Map(this.speakers.map((one, place) => [one.id, 1 + (place % COLOURS)]));
    this.inTime = [...this.segments].sort((one, other) => one.start - other.start);
  }

  name(speaker) {
    return speaker === null ? null : this.names.get(speaker) ?? speaker;
  }

  /** The segment and word (-1: none) that are spoken at a time; the last one begun before it. */
  at(seconds) {
    const segment = last(this.inTime, seconds);
    if (!segment) return null;
    const words = segment.words;
    let low = 0, high = words.length;
    while (low < high) { const middle = (low + high) >> 1; if (words[middle].start <= seconds) low = middle + 1; else high = middle; }
    return { segment, word: low - 1 };
  }

  /** What one speaker says in a row, as paragraphs; between them what got no words. */
  blocks() {
    const blocks = [], holes = [...this.uncovered];
    let block = null, speaker; // undefined: nobody has spoken yet
    for (const segment of this.segments) {
      if (holes.length && holes[0].start <= segment.start) block = null;
      while (holes.length && holes[0].start <= segment.start) blocks.push({ hole: holes.shift() });
      const before = block?.segments.at(-1);
      if (!block || segment.speaker !== speaker || segment.start - before.end > LONG_PAUSE
          || segment.end - block.segments[0].start > LONGEST) {
        block = { speaker: segment.speaker, turn: segment.speaker !== speaker, segments: [] };
        blocks.push(block);
        speaker = segment.speaker;
      }
      block.segments.push(segment);
    }
    blocks.push(...holes.map((hole) => ({ hole })));
    return blocks;
  }
}

function last(inTime, seconds) {
  let low = 0, high = inTime.length;
  while (low < high) { const middle = (low + high) >> 1; if (inTime[middle].start <= seconds) low = middle + 1; else high = middle; }
  return inTime[low - 1] ?? null;
}

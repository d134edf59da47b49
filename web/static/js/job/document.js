// The transcript as the page holds it: segments by id and in order, speakers, and where in time everything is.
import { called } from "./names.js";

const COLOURS = 8;
const LONG_PAUSE = 2, LONGEST = 60; // seconds, as exports make paragraphs

export class Transcript extends EventTarget {
  constructor(value, etag, revision) {
    super();
    this.segments = [];
    this.index();
    this.take(value, etag, revision);
  }

  /** Take what the server answers: a whole transcript, or what a change has made of it. Gives ids that are new. */
  take(value, etag, revision) {
    const whole = "provenance" in value;
    Object.assign(this, { etag, revision: Number(revision ?? value.revision), speakers: value.speakers ?? [] });
    if (whole) {
      Object.assign(this, { duration: value.duration, language: value.task === "translate" ? "en" : value.language });
      this.uncovered = [...value.uncovered].sort((one, other) => one.start - other.start);
    }
    const known = this.byId, fresh = new Map(value.segments.map((one) => [one.id, one]));
    const gone = new Set(whole ? [] : value.removed);
    const order = whole ? [...fresh.keys()] : value.order ?? this.segments.map((one) => one.id).filter((id) => !gone.has(id));
    this.segments = order.map((id) => fresh.get(id) ?? known.get(id));
    this.index();
    const changed = [...fresh.keys()].filter((id) => !known.has(id) || !same(known.get(id), fresh.get(id)));
    this.dispatchEvent(new CustomEvent("change", { detail: { changed } }));
    return changed.filter((id) => !known.has(id));
  }

  /** A segment's text as a person has just written it, until the server has placed its words; `saved` is what the server has. */
  draft(id, text) {
    const before = this.byId.get(id), segment = { ...before, text, saved: before.saved ?? before.text };
    this.segments = this.segments.map((one) => (one.id === id ? segment : one));
    this.index();
  }

  index() {
    this.byId = new Map(this.segments.map((one) => [one.id, one]));
    this.speakers ??= [];
    this.names = new Map(this.speakers.map((one) => [one.id, called(one.name)]));
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

const same = (one, other) => one === other || JSON.stringify(one) === JSON.stringify(other);

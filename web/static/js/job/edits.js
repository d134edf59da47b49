// What a person may do to a transcript, each with what takes it back. Undo and redo last as long as the page.
import { _ } from "../i18n.js";
import { kept } from "./names.js";

const STEPS = 500;

/** Events: `change` whenever there is another thing to undo or redo. */
export class Edits extends EventTarget {
  constructor(transcript, saver) {
    super();
    Object.assign(this, { transcript, saver });
    this.done = [];
    this.undone = [];
  }

  /** Do it. `back` is what takes it back; else the revision before does. Resolves to ids that are new. */
  async perform({ label, body, back, segment, merge, gone }) {
    const last = this.done.at(-1);
    const step = merge && last?.merge === merge && !this.undone.length ? last : { label, segment, merge, gone, back };
    step.forth = [{ body }];
    if (step !== last) this.done.push(step);
    if (this.done.length > STEPS) this.done.shift();
    this.undone = [];
    this.changed();
    try {
      const { made, before } = await this.saver.add({ body });
      step.back ??= [{ restore: before }];
      Object.assign(step, { made: made[0], saved: [{ body }] });
      return made;
    } catch (problem) {
      // What is not saved cannot be taken back; what was written there before can.
      if (step.saved) step.forth = step.saved;
      else this.done = this.done.filter((one) => one !== step);
      this.changed();
      throw problem;
    }
  }

  undo() { return this.after(() => this.move(this.done, this.undone, "back")); }

  redo() { return this.after(() => this.move(this.undone, this.done, "forth")); }

  /** One after the other: what the next one means depends on what the last one made. */
  after(run) {
    this.last = (this.last ?? Promise.resolve()).then(run);
    return this.last;
  }

  async move(from, to, way) {
    const step = from.at(-1);
    if (!step?.[way]) return null; // nothing, or it is not saved yet
    from.pop();
    to.push(step);
    this.changed();
    let fresh;
    try {
      for (const change of step[way]) {
        const { made } = await this.saver.add(this.filled(change, fresh));
        fresh = made[0] ?? fresh;
      }
    } catch {
      this.forget();
      return null;
    }
    // A segment that was taken back and made again has another id; an earlier revision has the ids of its time.
    const was = step.gone ?? step.made;
    if (step[way][0].restore) for (const [old, now] of (step.renamed ?? []).splice(0).reverse()) this.rename(now, old);
    else if (fresh !== undefined && was !== undefined && fresh !== was) this.rename(was, fresh);
    return { label: step.label, segment: fresh ?? step.segment };
  }

  /** Nothing can be undone any more: the transcript is somebody else's now. */
  forget() {
    this.done = [];
    this.undone = [];
    this.changed();
  }

  filled(change, fresh) {
    return fresh === undefined ? change : JSON.parse(JSON.stringify(change, (key, value) => (key === "segment" && value === "made" ? fresh : value)));
  }

  /** Another id for a segment, in all that may be undone or redone. What restores a revision notes it. */
  rename(was, now) {
    const walk = (one) => {
      for (const [key, value] of Object.entries(one)) {
        if (["segment", "gone", "made"].includes(key) && value === was) one[key] = now;
        else if (value && typeof value === "object" && key !== "renamed") walk(value);
      }
    };
    for (const step of [...this.done, ...this.undone]) {
      walk(step);
      if (step.back?.[0].restore) (step.renamed ??= []).push([was, now]);
    }
  }

  changed() { this.dispatchEvent(new Event("change")); }

  write(id, text, session) {
    const before = this.transcript.byId.get(id).text;
    this.transcript.draft(id, text);
    return this.perform({ label: _("Text"), segment: id, merge: session, body: { segments: [{ segment: id, text }] }, back: [{ body: { segments: [{ segment: id, text: before }] } }] });
  }

  split(id, word) {
    return this.perform({ label: _("Split"), segment: id, body: operation({ op: "split", segment: id, word }), back: [{ body: operation({ op: "join", segment: id }) }] });
  }

  /** Join a segment with the one behind it. */
  join(id) {
    const { segments } = this.transcript, place = segments.findIndex((one) => one.id === id);
    const [first, second] = segments.slice(place, place + 2);
    const word = first.words.length || first.text.split(/\s+/).filter(Boolean).length;
    const known = Boolean(second.words.length) === Boolean(first.words.length) && first.text && second.text;
    const speaker = { body: { segments: [{ segment: "made", speaker: second.speaker }] } };
    const back = known ? [{ body: operation({ op: "split", segment: id, word }) }, ...(second.speaker === first.speaker ? [] : [speaker])] : undefined;
    return this.perform({ label: _("Join"), segment: id, body: operation({ op: "join", segment: id }), back, gone: second.id });
  }

  remove(id) {
    return this.perform({ label: _("Delete"), segment: id, body: operation({ op: "delete", segment: id }) });
  }

  /** Let a speaker have said these segments; `name` makes a new speaker of that id. */
  assign(ids, speaker, name) {
    const segments = ids.map((segment) => ({ segment, speaker }));
    const before = ids.map((segment) => ({ segment, speaker: this.transcript.byId.get(segment).speaker }));
    return this.perform({ label: _("Speaker"), segment: ids[0], body: { segments, ...(name ? { speakers: [{ id: speaker, name: kept(name) }] } : {}) }, back: [{ body: { segments: before } }] });
  }

  name(speaker, name) {
    return this.perform({ label: _("Name"), body: { speakers: [{ id: speaker, name: kept(name) }] }, back: [{ body: { speakers: [{ id: speaker, name: kept(this.transcript.name(speaker)) }] } }] });
  }

  merge(speaker, into) {
    return this.perform({ label: _("Merge speakers"), body: operation({ op: "merge-speakers", speaker, into }) });
  }

  replace(find, put, { sensitive, whole }) {
    return this.perform({ label: _("Replace"), body: operation({ op: "replace", find, with: put, case: sensitive, whole_words: whole }) });
  }

  /** An id that no speaker has. */
  newSpeaker() {
    let number = this.transcript.speakers.length + 1;
    while (this.transcript.names.has(`S${number}`)) number++;
    return `S${number}`;
  }
}

const operation = (one) => ({ operations: [one] });

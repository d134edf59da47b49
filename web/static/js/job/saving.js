// One queue of changes, sent one after the other on top of what was seen last. What waits is kept in the browser.
import { ask, get } from "../api.js";
import { mine, newId } from "../mine.js";
import { alike, madeOf, there } from "./held.js";

const FIRST_WAIT = 1000, LONGEST_WAIT = 15000; // milliseconds between tries while the server is away
const AWAY = new Set([0, 429, 500, 502, 503, 504]);

/** Events: `state` (saved, saving, waiting, reload, conflict) and `refused` with the problem and what was asked. */
export class Saver extends EventTarget {
  constructor(transcript, base, job) {
    super();
    Object.assign(this, { transcript, base });
    this.kept = `steno.unsaved.${job}.`;
    this.key = this.kept + newId(); // each page has its own: none takes away or sends what another one is writing
    mine(this.key);
    this.pending = []; // { body } or { restore }, with resolve and reject
    this.typing = null; // { segment, text }: written, not yet handed over
    this.state = "saved";
    addEventListener("online", () => this.wake?.());
    addEventListener("beforeunload", (event) => { if ((this.pending.length || this.typing) && this.state !== "reload") event.preventDefault(); });
    addEventListener("signed-out", () => { this.state = "reload"; });
  }

  /** What earlier visits to this page could not save, as soon as they are over: put in the queue, or told as a conflict. */
  recover() {
    for (const key of Object.keys(localStorage)) if (key.startsWith(this.kept) && key !== this.key) mine(key, { wait: true }).then(() => this.inherit(key));
  }

  inherit(key) {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(key)); } catch { /* nothing readable was kept */ }
    if (kept) this.resume(kept);
    localStorage.removeItem(key);
  }

  resume({ pending, typing, etag }) {
    const typed = typing && this.transcript.byId.get(typing.segment)?.text !== typing.text ? [{ body: { segments: [typing] } }] : [];
    const left = [...pending, ...typed];
    while (etag !== this.transcript.etag && left[0]?.body && there(this.transcript, left[0].body)) left.shift(); // its answer was lost
    if (!left.length) return;
    this.pending.push(...left.map((one) => ({ ...one, resolve() {}, reject() {} })));
    if (etag !== this.transcript.etag && this.state !== "conflict") this.conflict();
    this.keep();
    this.run();
  }

  /** Hand a change over; resolves to ids that are new and the revision before, when it is saved. */
  add(change) {
    return new Promise((resolve, reject) => {
      this.pending.push({ ...change, resolve, reject });
      this.keep();
      this.run();
    });
  }

  /** Remember what is being written; null where it was handed over. */
  write(typing) { this.typing = typing; this.keep(); }

  keep() {
    if (!this.pending.length && !this.typing) { localStorage.removeItem(this.key); return; }
    const pending = this.pending.map(({ body, restore }) => ({ body, restore }));
    const etag = this.state === "conflict" ? null : this.transcript.etag; // what was asked and not answered is asked again
    try {
      localStorage.setItem(this.key, JSON.stringify({ etag, pending, typing: this.typing }));
    } catch { /* full, or not allowed: what is written is still sent */ }
  }

  async run() {
    if (this.busy || this.state === "conflict" || this.state === "reload") return;
    this.busy = true;
    let wait = FIRST_WAIT;
    while (this.pending.length && this.state !== "conflict") {
      const change = this.pending[0];
      if (this.state !== "waiting") this.say("saving");
      try {
        const before = this.transcript.revision, made = await this.send(change);
        this.pending.shift();
        this.keep();
        change.resolve({ made, before });
        wait = FIRST_WAIT;
        if (this.state === "waiting") this.say("saving");
      } catch (problem) {
        if (AWAY.has(problem.status)) {
          change.unanswered = true;
          this.say("waiting");
          await new Promise((resolve) => { this.wake = resolve; setTimeout(resolve, wait); });
          wait = Math.min(LONGEST_WAIT, wait * 2);
        } else if (problem.status === 401 || problem.status === 403) { // signed out, here or in another tab
          this.busy = false;
          return this.say("reload");
        } else if (problem.status === 412 || problem.status === 409) {
          this.busy = false;
          return this.conflict();
        } else {
          this.pending.shift();
          this.keep();
          change.reject(problem);
          this.dispatchEvent(new CustomEvent("refused", { detail: { problem, change } }));
        }
      }
    }
    this.busy = false;
    if (this.state !== "conflict") this.say("saved");
  }

  async send(change) {
    try {
      return this.take(await this.ask(change));
    } catch (problem) {
      const latest = problem.status === 412 && change.unanswered ? await get(`${this.base}/transcript`) : null;
      if (!latest || !await this.holds(latest.value, change)) throw problem;
      return this.take(latest);
    }
  }

  ask({ body, restore }) {
    const headers = { Prefer: "return=minimal", "If-Match": this.transcript.etag };
    const path = `${this.base}/transcript${restore ? "/restore" : ""}`;
    return ask(restore ? "POST" : "PATCH", path, { body: restore ? { revision: restore } : body, headers });
  }

  /** Whether the latest transcript is what was seen last with this change and no other. */
  async holds(latest, { body, restore }) {
    return body ? madeOf(this.transcript, body, latest) : madeOf((await get(`${this.base}/transcript?revision=${restore}`)).value, {}, latest);
  }

  take({ value, etag, headers }) { return this.transcript.take(value, etag, headers.get("Steno-Revision")); }

  conflict() { this.say("conflict"); }

  /** End a conflict: get the latest, and send what was written again (`mine`) or leave it. Gives texts that fit nowhere. */
  async settle(mine) {
    this.take(await get(`${this.base}/transcript`));
    const lost = [];
    const waiting = this.pending.splice(0);
    for (const one of mine ? waiting : []) {
      const segments = one.body?.segments?.filter((edit) => this.transcript.byId.has(edit.segment) || (edit.text !== undefined && lost.push(edit.text) < 0));
      // What changes the order of things is not done blindly on top of somebody else's work.
      const body = { ...(segments?.length ? { segments } : {}), ...(one.body?.speakers ? { speakers: one.body.speakers } : {}) };
      if (Object.keys(body).length) this.pending.push({ body, resolve: one.resolve, reject: one.reject });
      else one.reject(new Error("conflict"));
    }
    if (!mine) for (const one of waiting) one.reject(new Error("conflict"));
    this.keep();
    this.say(this.pending.length ? "saving" : "saved");
    this.run();
    return lost;
  }

  say(state) {
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}

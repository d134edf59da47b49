// Files on their way: two at once, resumed after loss of network and after a reload, and made into jobs when they are in.
import { Upload } from "../../vendor/tus.js"; // now: when a file is chosen the network may be away
import { csrf, post, Problem, root } from "../api.js";
import { _ } from "../i18n.js";
import { mine, newId } from "../mine.js";
import { cure } from "./faults.js";
import { Pace } from "./pace.js";
import * as store from "./store.js";

const AT_ONCE = 2;
const RETRY = [0, 1000, 3000, 5000, 10000, 20000, ...Array(120).fill(30000)]; // an hour
const PASSING = new Set([0, 409, 423, 429, 502, 503, 504]);
const COPY_UP_TO = 2 * 1000 ** 3; // bytes: larger files are not copied into the browser's store
const ASKING = new Set(["lost", "failed"]), RECALLED = new Set(["waiting", "sending", "paused"]); // what a file that is chosen may be
const SHORT_LIVED = ["file", "speed", "error", "job", "stuck"];

/**
 * The queue of one person. `changed(entry)` is called with every entry that changed, `gone(entry, job)` when it is done.
 * States of an entry: waiting, sending, paused, lost (its file must be chosen again), sent (in; becomes a job when its
 * `request` is known), submitting, existing (there is a job of it already), failed.
 */
export class Queue {
  #uploads = new Map();
  #copies = null;

  constructor(user, { changed, gone }) {
    Object.assign(this, { user, changed, gone, entries: [] });
    addEventListener("online", () => this.entries.filter((one) => one.stuck).forEach((one) => { this.pause(one); this.resume(one); }));
  }

  /** What was on its way when the page was left; `expiry` is when the server forgets it, in seconds. */
  async recall(expiry) {
    const own = (await store.everything("uploads")).filter((one) => one.user === this.user);
    const free = await Promise.all(own.map((one) => mine(one.id)));
    for (const kept of own.filter((one, place) => free[place])) {
      if (Date.now() - kept.touched > expiry * 1000) { await this.#forget(kept); continue; }
      if (kept.take) await mine(`take-${kept.take}`);
      this.entries.push({ ...kept, state: kept.state === "paused" ? "paused" : "waiting" });
    }
    this.entries.sort((one, other) => one.added - other.added);
    this.entries.forEach(this.changed);
    // They are known before the server has told how much it has: a file that is chosen meanwhile is one of them.
    await Promise.all(this.entries.filter((one) => one.url).map(async (one) => {
      this.#set(one, { offset: await offsetOf(one.url) ?? one.offset });
      if (one.state === "waiting" && one.offset === one.size) this.resume(one); // all is there: nobody is asked for it again
    }));
    this.#next();
  }

  /** Another file. One that was on its way before goes on where it was. */
  async add(file, { take = null, handle = null, force = false, request = null } = {}) {
    const known = this.entries.find((one) => (ASKING.has(one.state) || (RECALLED.has(one.state) && !one.file)) && same(one, file));
    if (known) {
      known.file = file;
      return known.state === "waiting" || known.state === "sending" ? null : this.resume(known);
    }
    const { name, size, type, lastModified } = file;
    const entry = { id: newId(), user: this.user, added: Date.now(), name, size, type, lastModified, offset: 0, url: null, state: "waiting", file, take, handle, force, request };
    await mine(entry.id);
    this.entries.push(entry);
    this.changed(entry);
    this.#next();
    const kept = this.#keep(entry), before = this.#copies; // one copy after the other; no other file waits for them
    if (!take && size <= COPY_UP_TO) this.#copies = kept.then(() => before).then(() => this.#copy(entry)).catch(() => null);
  }

  /** Keep a copy of a file in this browser, where there is room. */
  async #copy(entry) {
    if (!this.entries.includes(entry) || !await store.fits(entry.size)) return;
    await store.put("files", entry.file, entry.id);
    if (this.entries.includes(entry)) entry.copied = true;
    else await store.drop("files", entry.id); // it arrived meanwhile, or was taken away
  }

  /** The options of a file are chosen: when it is in, it becomes a job. */
  async confirm(entry, request) {
    entry.request = request;
    await this.#keep(entry);
    if (entry.state === "sent") await this.#submit(entry);
    else this.changed(entry);
  }

  /** Whether leaving the page now would make somebody choose a file again. */
  get fragile() {
    return this.entries.some((one) => one.state === "sending" && !one.copied && !one.take && !one.handle);
  }

  pause(entry) {
    this.#abort(entry);
    this.#set(entry, { state: "paused" });
    this.#keep(entry);
    this.#next();
  }

  resume(entry) {
    const all = entry.url && entry.offset === entry.size;
    this.#set(entry, { state: all ? "sent" : "waiting", error: null });
    this.#keep(entry);
    if (all && entry.request) this.#submit(entry);
    this.#next();
  }

  /** Ask the person whether its file may be read again, where the browser knows which it is. */
  async reopen(entry) {
    if (await entry.handle.requestPermission({ mode: "read" }).catch(() => "denied") === "granted") this.resume(entry);
  }

  /** Take it away, here and on the server. */
  async cancel(entry) {
    this.#abort(entry);
    // Where the server cannot be reached now, it forgets the upload by itself.
    if (entry.url) fetch(entry.url, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0", "X-CSRF-Token": csrf }, keepalive: true }).catch(() => null);
    await this.#done(entry);
    this.#next();
  }

  /** Make a new job although there is one of the same recording and options. */
  async again(entry) {
    const { take, request } = entry, file = await this.#contents(entry);
    entry.take = null;
    await this.#done(entry);
    await this.add(file, { take, request, force: true });
  }

  /** The job that is there already is good enough. */
  dismiss(entry) {
    return this.#done(entry);
  }

  #next() {
    const busy = this.entries.filter((one) => one.state === "sending").length;
    this.entries.filter((one) => one.state === "waiting").slice(0, Math.max(0, AT_ONCE - busy)).forEach((one) => this.#send(one));
  }

  async #send(entry) {
    this.#set(entry, { state: "sending" });
    const file = await this.#contents(entry) ?? (entry.file ? await this.#contents(entry) : null); // chosen again meanwhile
    if (entry.state !== "sending" || this.#uploads.has(entry.id)) return; // paused meanwhile; and perhaps resumed
    if (!file) {
      this.#set(entry, { state: "lost" });
      return this.#next();
    }
    entry.file = file;
    const pace = new Pace();
    const upload = new Upload(file, {
      endpoint: `${root}/uploads`, uploadUrl: entry.url, headers: { "X-CSRF-Token": csrf }, metadata: { filename: entry.name },
      retryDelays: RETRY, storeFingerprintForResuming: false, // it is remembered with its options, in the store
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        this.#set(entry, { stuck: status === 0 });
        return PASSING.has(status);
      },
      onUploadUrlAvailable: () => { entry.url = upload.url; this.#keep(entry); },
      onProgress: (sent) => this.#set(entry, { offset: sent, speed: pace.note(sent), stuck: false }),
      onError: (error) => this.#failed(entry, error),
      onSuccess: () => this.#arrived(entry),
    });
    this.#uploads.set(entry.id, upload);
    upload.start();
  }

  /** The bytes of an entry, wherever they are; null where the person must show them to us again. */
  async #contents(entry) {
    if (entry.file && await readable(entry.file)) return entry.file;
    if (entry.take) return new File((await store.piecesOf(entry.take)).map((piece) => piece.content), entry.name, { type: entry.type });
    const copy = await store.fetched("files", entry.id).catch(() => null);
    if (copy) return copy;
    try {
      if (await entry.handle?.queryPermission({ mode: "read" }) === "granted") return await entry.handle.getFile();
    } catch { /* moved meanwhile */ }
    return null;
  }

  async #arrived(entry) {
    this.#uploads.delete(entry.id);
    this.#set(entry, { state: "sent", offset: entry.size, speed: null });
    await this.#keep(entry);
    this.#next();
    if (entry.request) await this.#submit(entry);
  }

  async #failed(entry, error) {
    this.#abort(entry);
    const answer = error.originalResponse;
    if (answer) this.#set(entry, { state: "failed", error: cure(answer.getBody()) });
    else if (!await readable(entry.file)) this.#set(entry, { state: "lost", file: null });
    else this.#set(entry, { state: "failed", error: _("The connection broke and did not come back. What was sent is kept.") });
    this.#next();
  }

  async #submit(entry) {
    // Its arrival and the choice of its options meet here; and it may have been taken away meanwhile.
    if (entry.state !== "sent" || !this.entries.includes(entry)) return;
    const tried = entry.tried; // before a reload: the answer was lost, and the job that is there is this one
    this.#set(entry, { state: "submitting", tried: true });
    await this.#keep(entry);
    const body = { upload_id: entry.url.split("/").pop(), ...entry.request };
    try {
      const { value, headers } = await post(`/jobs${entry.force ? "?force=true" : ""}`, body, { headers: { "Idempotency-Key": entry.id } });
      if (headers.get("Steno-Existing") === "true" && !tried) this.#set(entry, { state: "existing", job: value });
      else await this.#done(entry, value);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.code === "unknown-upload" || problem.code === "upload-expired") Object.assign(entry, { url: null, offset: 0 });
      // What will pass needs another try, what is wrong other options.
      const passes = problem.status === 0 || problem.status === 429 || problem.status >= 500;
      this.#set(entry, { state: passes ? "failed" : "sent", error: problem.message, request: passes || !entry.url ? entry.request : null, tried: passes });
      if (!entry.url) this.resume(entry);
    }
  }

  #abort(entry) {
    this.#uploads.get(entry.id)?.abort();
    this.#uploads.delete(entry.id);
    Object.assign(entry, { speed: null, stuck: false });
  }

  #set(entry, values) {
    Object.assign(entry, values);
    if (this.entries.includes(entry)) this.changed(entry);
  }

  async #done(entry, job = null) {
    this.entries = this.entries.filter((one) => one !== entry);
    await this.#forget(entry);
    this.gone(entry, job);
  }

  async #forget(entry) {
    await Promise.all([store.drop("uploads", entry.id), store.drop("files", entry.id)]);
    if (entry.take) await Promise.all([store.dropPieces(entry.take), store.drop("takes", entry.take)]);
  }

  async #keep(entry) {
    if (!this.entries.includes(entry)) return;
    const kept = Object.fromEntries(Object.entries(entry).filter(([name]) => !SHORT_LIVED.includes(name)));
    await store.put("uploads", { ...kept, touched: Date.now() }).catch(() => null); // a browser that keeps nothing still sends
  }
}

const same = (entry, file) => entry.name === file.name && entry.size === file.size && entry.lastModified === file.lastModified;
const readable = (file) => file.slice(0, 1).arrayBuffer().then(() => true, () => false);

async function offsetOf(url) {
  const answer = await fetch(url, { method: "HEAD", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => null);
  return answer?.ok ? Number(answer.headers.get("Upload-Offset")) : null;
}

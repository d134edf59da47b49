// A take of the microphone. It lies in the browser's store piece by piece while it is made: a crash loses seconds.
import { _ } from "../i18n.js";
import { mine, newId } from "../mine.js";
import * as store from "./store.js";

const PIECE = 2000; // milliseconds
const BITS = 64000; // a second: speech in Opus has nothing more to say
const KINDS = [["audio/webm;codecs=opus", "webm"], ["audio/ogg;codecs=opus", "ogg"], ["audio/mp4", "m4a"]];

const kind = () => KINDS.find(([name]) => MediaRecorder.isTypeSupported(name));

/** Whether the browser has all it takes. Some have a recorder, and nothing that it could write. */
export const canRecord = () => Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder && kind());

/** Begin a take. Throws what getUserMedia throws where there is no microphone, or the person does not allow it. */
export async function begin(user, heard) {
  // A meeting is not a call: nothing is to be cancelled, far voices least of all.
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: true } });
  const [type, suffix] = kind();
  const started = new Date();
  const take = { id: newId(), user, name: `${_("Recording")} ${stamp(started)}.${suffix}`, type: type.split(";")[0], started: started.getTime(), seconds: 0 };
  await mine(`take-${take.id}`);
  await store.put("takes", take).catch(() => null); // a browser that keeps nothing still records
  return new Take(take, stream, new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: BITS }), heard);
}

class Take {
  #pieces = 0;
  #unkept = new Map(); // by number: what the store did not take stays in the page
  #written = Promise.resolve();
  #before = 0;
  #since = performance.now();

  /** `on.lost()` is called once where pieces cannot be kept, `on.ended()` where the microphone is gone. */
  constructor(take, stream, recorder, on) {
    Object.assign(this, { take, stream, recorder, on });
    this.context = new AudioContext();
    this.analyser = new AnalyserNode(this.context, { fftSize: 1024, smoothingTimeConstant: 0.5 });
    this.context.createMediaStreamSource(stream).connect(this.analyser);
    this.samples = new Float32Array(this.analyser.fftSize);
    recorder.addEventListener("dataavailable", ({ data }) => {
      if (data.size === 0) return;
      const number = this.#pieces;
      this.#pieces += 1;
      take.seconds = this.seconds;
      this.#written = this.#written.then(() => this.#keep(number, data));
    });
    stream.getAudioTracks()[0].addEventListener("ended", () => on.ended());
    recorder.start(PIECE);
    navigator.wakeLock?.request("screen").then((lock) => { this.lock = lock; }, () => null);
  }

  async #keep(number, data) {
    try {
      // Its bytes, not the blob: WebKit's private windows have no room for blobs.
      await store.put("pieces", { take: this.take.id, number, content: await data.arrayBuffer() });
      await store.put("takes", this.take);
    } catch {
      this.#unkept.set(number, data);
      if (this.#unkept.size === 1) this.on.lost();
    }
  }

  /** Whether all of it lies in the store. */
  get kept() {
    return this.#unkept.size === 0;
  }

  get paused() {
    return this.recorder.state === "paused";
  }

  /** Seconds that are recorded, without pauses. */
  get seconds() {
    return this.#before + (this.recorder.state === "recording" ? (performance.now() - this.#since) / 1000 : 0);
  }

  /** How loud it is now, 0 to 1: -60 dB is nothing. */
  get level() {
    this.analyser.getFloatTimeDomainData(this.samples);
    const power = this.samples.reduce((sum, sample) => sum + sample * sample, 0) / this.samples.length;
    return Math.min(1, Math.max(0, 1 + Math.log10(power + 1e-12) / 6));
  }

  pause() {
    this.#before = this.seconds;
    this.recorder.pause();
  }

  resume() {
    this.#since = performance.now();
    this.recorder.resume();
  }

  /** End it; the file, when its last piece is kept. */
  async stop() {
    this.#before = this.seconds;
    if (this.recorder.state !== "inactive") {
      const ended = new Promise((resolve) => { this.recorder.addEventListener("stop", resolve, { once: true }); });
      this.recorder.stop();
      await ended;
    }
    for (const track of this.stream.getTracks()) track.stop();
    await Promise.all([this.#written, this.context.close(), this.lock?.release()]);
    return fileOf(this.take, this.#unkept);
  }

  /** End it, and keep nothing. */
  async discard() {
    await this.stop();
    await forget(this.take);
  }
}

/** The file of a take that is in the store; `unkept` are pieces that are not, by number. */
export async function fileOf(take, unkept = []) {
  const kept = await store.piecesOf(take.id).catch(() => []);
  const pieces = new Map([...kept.map(({ number, content }) => [number, content]), ...unkept]);
  const inOrder = [...pieces].sort(([one], [other]) => one - other).map(([, content]) => content);
  return new File(inOrder, take.name, { type: take.type, lastModified: take.started });
}

export const forget = (take) => Promise.all([store.dropPieces(take.id), store.drop("takes", take.id)]);

/** Takes that broke off: of this person, not on their way, and not being made in another page. */
export async function broken(user, underWay) {
  const found = [], own = (await store.everything("takes")).filter((take) => take.user === user && !underWay.has(take.id));
  const free = await Promise.all(own.map((take) => mine(`take-${take.id}`)));
  for (const take of own.filter((one, place) => free[place])) {
    if ((await store.piecesOf(take.id)).length) found.push(take);
    else await forget(take);
  }
  return found;
}

function stamp(date) {
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}.${two(date.getMinutes())}`;
}

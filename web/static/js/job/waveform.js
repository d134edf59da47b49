// The recording's loudness as a picture that is a slider: click, drag or keys go to a time.
import { make } from "../dom.js";
import { clock } from "../format.js";
import { _ } from "../i18n.js";

const BAR = 3, GAP = 1; // pixels
const KEYS = { ArrowRight: 5, ArrowUp: 5, ArrowLeft: -5, ArrowDown: -5, PageUp: 60, PageDown: -60 }; // seconds

export class Waveform {
  constructor({ duration, seek }) {
    Object.assign(this, { duration, seek });
    this.peaks = null;
    this.marks = []; // { start, end, kind }
    this.time = 0;
    this.canvas = make("canvas", { "aria-hidden": "true" });
    this.element = make("div", { class: "wave", role: "slider", tabindex: "0", "aria-label": _("Position"), "aria-valuemin": "0", "aria-valuemax": String(Math.round(duration)) }, this.canvas, this.tip = make("span", { class: "wave-tip number", "aria-hidden": "true", hidden: true }));
    this.element.addEventListener("pointermove", (event) => this.hover(event));
    this.element.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    this.element.addEventListener("pointerdown", (event) => this.grab(event));
    this.element.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.draw()).observe(this.element);
    new MutationObserver(() => this.draw()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  /** Loudness from 0 to 1, evenly over the recording; null where nobody knows it. */
  setPeaks(peaks) {
    // A quiet recording is seen as well as a loud one.
    const most = Math.max(0.05, ...peaks);
    this.peaks = peaks.map((one) => Math.sqrt(one / most));
    this.draw();
  }

  setMarks(marks) { this.marks = marks; this.draw(); }

  show(time) {
    this.time = time;
    const second = String(Math.floor(time));
    if (this.element.getAttribute("aria-valuenow") !== second) {
      this.element.setAttribute("aria-valuenow", second);
      this.element.setAttribute("aria-valuetext", _("{time} of {length}", { time: clock(time), length: clock(this.duration) }));
    }
    if (Math.round(this.canvas.width * time / this.duration) !== this.drawn) this.draw();
  }

  /** The time under the pointer. */
  hover(event) {
    const box = this.element.getBoundingClientRect(), part = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    this.tip.textContent = clock(this.duration * part);
    this.tip.style.left = `${100 * part}%`;
    this.tip.hidden = event.pointerType === "touch" && !event.buttons;
  }

  grab(event) {
    if (event.button !== 0) return;
    const box = this.element.getBoundingClientRect();
    const move = (at) => this.seek(this.duration * Math.min(1, Math.max(0, (at.clientX - box.left) / box.width)));
    const stop = new AbortController();
    this.element.setPointerCapture(event.pointerId);
    this.element.addEventListener("pointermove", move, { signal: stop.signal });
    for (const end of ["pointerup", "pointercancel"]) this.element.addEventListener(end, () => stop.abort(), { signal: stop.signal });
    move(event);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = event.key === "Home" ? 0 : event.key === "End" ? this.duration : event.key in KEYS ? this.time + KEYS[event.key] : null;
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.seek(to);
  }

  draw() {
    const ratio = devicePixelRatio || 1, { clientWidth: wide, clientHeight: high } = this.element;
    if (!wide || !high) return;
    const width = Math.round(wide * ratio), height = Math.round(high * ratio);
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    const pen = this.canvas.getContext("2d"), style = getComputedStyle(this.element);
    const [rest, played, doubt, hole] = ["--control", "--accent", "--warn", "--bad"].map((name) => style.getPropertyValue(name));
    const x = (seconds) => width * seconds / this.duration;
    pen.clearRect(0, 0, width, height);
    this.drawn = Math.round(x(this.time));
    const step = (BAR + GAP) * ratio, bars = Math.floor(width / step), foot = 4 * ratio, room = height - 2 * foot;
    for (let bar = 0; bar < bars; bar++) {
      const left = bar * step, loud = this.peaks ? loudest(this.peaks, bar / bars, (bar + 1) / bars) : 0.06;
      const tall = Math.max(2 * ratio, loud * room);
      pen.globalAlpha = left < this.drawn ? 1 : 0.55;
      pen.fillStyle = left < this.drawn ? played : rest;
      pen.fillRect(left, (height - foot - tall) / 2, BAR * ratio, tall);
    }
    pen.globalAlpha = 1;
    for (const mark of this.marks) {
      pen.fillStyle = mark.kind === "hole" ? hole : doubt;
      pen.fillRect(x(mark.start), height - foot + ratio, Math.max(2 * ratio, x(mark.end) - x(mark.start)), foot - ratio);
    }
    pen.fillStyle = played;
    pen.fillRect(Math.min(width - 2 * ratio, this.drawn), 0, 2 * ratio, height);
  }
}

function loudest(peaks, from, to) {
  const first = Math.floor(from * peaks.length), end = Math.max(first + 1, Math.ceil(to * peaks.length));
  let most = 0;
  for (let at = first; at < end && at < peaks.length; at++) most = Math.max(most, peaks[at]);
  return most;
}

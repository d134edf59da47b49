// The player: the recording, its controls, its speed. `time` events say where it is, at every frame while it plays.
import { icon, make } from "../dom.js";
import { clock } from "../format.js";
import { _ } from "../i18n.js";
import { Waveform } from "./waveform.js";

const STEP = 5; // seconds
const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];

export class Player extends EventTarget {
  constructor(root, { address, duration }) {
    super();
    Object.assign(this, { root, duration });
    this.there = true;
    this.audio = make("audio", { preload: "metadata", src: address ?? null });
    this.play_ = this.button("play", _("Play"), () => this.toggle(), "round");
    this.clock = make("span", { class: "clock number" });
    this.speed = make("select", { class: "speed", "aria-label": _("Speed"), onchange: () => this.setSpeed(Number(this.speed.value)) },
      ...SPEEDS.map((one) => make("option", { value: String(one), selected: one === 1 }, `${one}×`)));
    this.wave = new Waveform({ duration, seek: (seconds) => this.seek(seconds) });
    this.says = make("p", { class: "player-note small", hidden: true });
    root.append(this.audio, make("div", { class: "player-buttons" },
      this.button("back", _("Back {number} seconds", { number: STEP }), () => this.skip(-STEP)), this.play_,
      this.button("forward", _("Forward {number} seconds", { number: STEP }), () => this.skip(STEP))),
    this.clock, this.wave.element, this.speed, this.says);
    root.hidden = false;
    for (const name of ["play", "pause", "ended"]) this.audio.addEventListener(name, () => this.playing());
    for (const name of ["timeupdate", "seeking", "seeked", "loadedmetadata"]) this.audio.addEventListener(name, () => this.tick());
    this.audio.addEventListener("error", () => this.missing(address));
    if (!address) this.silent(_("The recording is not shared."));
    this.tick();
  }

  get time() { return this.wanted ?? this.audio.currentTime; }

  toggle() { if (this.audio.paused) this.play(); else this.audio.pause(); }

  play() { if (this.there) this.audio.play().catch(() => {}); }

  pause() { this.audio.pause(); }

  /** Go to a time. Before the recording is read it is remembered. */
  seek(seconds, { play = false } = {}) {
    const there = Math.min(Math.max(0, seconds), this.duration || Infinity);
    if (this.audio.readyState > 0) this.audio.currentTime = there;
    else if (this.there) {
      this.wanted = there;
      this.audio.addEventListener("loadedmetadata", () => {
        if (this.wanted !== undefined) this.audio.currentTime = this.wanted; // the last one that was asked for
        this.wanted = undefined;
      }, { once: true });
    } else this.wanted = there;
    this.tick();
    if (play) this.play();
  }

  skip(seconds) { this.seek(this.time + seconds); }

  setSpeed(speed) {
    this.audio.playbackRate = this.audio.defaultPlaybackRate = speed;
    this.speed.value = String(speed);
  }

  /** The next speed up (1) or down (-1). */
  faster(by) {
    const place = SPEEDS.indexOf(Number(this.speed.value)) + by;
    this.setSpeed(SPEEDS[(place + SPEEDS.length) % SPEEDS.length]);
  }

  playing() {
    const paused = this.audio.paused, label = paused ? _("Play") : _("Pause");
    this.play_.replaceChildren(icon(paused ? "play" : "pause"));
    this.play_.setAttribute("aria-label", label);
    this.play_.title = label;
    const frame = () => { if (this.audio.paused) return; this.tick(); this.frame = requestAnimationFrame(frame); };
    cancelAnimationFrame(this.frame);
    frame();
    this.tick();
  }

  tick() {
    const time = this.time, text = `${clock(time)} / ${clock(this.duration)}`;
    if (this.clock.textContent !== text) this.clock.textContent = text;
    this.wave.show(time);
    this.dispatchEvent(new Event("time"));
  }

  /** The recording cannot be played: say why. What a network that is away keeps from it comes back with it. */
  async missing(address) {
    let status = 0;
    const broke = this.audio.error?.code === MediaError.MEDIA_ERR_NETWORK;
    try { status = (await fetch(address, { method: "HEAD", credentials: "same-origin" })).status; } catch { /* said below */ }
    if (status === 410 || status === 404) return this.silent(_("The recording was deleted; the transcript stays."));
    if (status === 200 && !broke) return this.silent(_("This browser cannot play this kind of recording. Download it to listen."));
    const again = make("button", { type: "button", class: "small-button", onclick: () => this.again() }, icon("retry"), _("Try again"));
    this.silent(_("The recording cannot be reached now."), again);
    addEventListener("online", () => this.again(), { once: true });
  }

  /** Ask for the recording anew, and stand where it stood. */
  again() {
    if (this.there) return;
    const { time } = this, focused = this.says.contains(document.activeElement);
    this.there = true;
    this.root.classList.remove("silent");
    for (const one of this.controls) one.disabled = false;
    this.says.hidden = true;
    this.audio.load();
    this.seek(time);
    if (focused) this.play_.focus();
  }

  /** There is nothing to be heard: say so. Times can be gone to all the same. */
  silent(reason, ...cure) {
    this.there = false;
    this.root.classList.add("silent");
    for (const one of this.controls) one.disabled = true;
    this.says.replaceChildren(reason, ...cure.flatMap((one) => [" ", one]));
    this.says.hidden = false;
  }

  get controls() { return this.root.querySelectorAll(".player-buttons button, .speed"); }

  button(picture, label, run, kind = "") {
    return make("button", { type: "button", class: `quiet icon ${kind}`, "aria-label": label, title: label, onclick: run }, icon(picture));
  }
}

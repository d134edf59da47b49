// The word that is heard, marked in step with the player and kept in view.
import { icon, make } from "../dom.js";
import { _ } from "../i18n.js";

const EARLY = 0.03; // seconds: a player that is sent to a word's start may stand a little before it
const STILL_AWAY = 4000; // milliseconds after the reader scrolled until the page may follow again

export class Follower {
  constructor(view, player) {
    Object.assign(this, { view, player });
    this.on = localStorage.getItem("steno.follow") !== "no";
    this.away = 0;
    player.addEventListener("time", () => this.show());
    view.addEventListener("updated", () => { this.shown = null; this.show(); });
    for (const name of ["wheel", "touchmove"]) addEventListener(name, () => { this.away = performance.now(); }, { passive: true });
    addEventListener("keydown", (event) => { if (["PageUp", "PageDown", "Home", "End", "ArrowUp", "ArrowDown"].includes(event.key)) this.away = performance.now(); });
    this.button = make("button", { type: "button", class: "quiet follow", "aria-pressed": String(this.on), title: _("Keep the word that is heard in view"), onclick: () => this.toggle() }, icon("follow"), make("span", {}, _("Follow")));
  }

  toggle() {
    this.on = !this.on;
    this.away = 0;
    localStorage.setItem("steno.follow", this.on ? "yes" : "no");
    this.button.setAttribute("aria-pressed", String(this.on));
    if (this.on) this.into();
  }

  /** Mark what is heard now. */
  show() {
    const place = this.view.transcript.at(this.player.time + EARLY);
    const key = place && `${place.segment.id} ${place.word}`;
    if (key === this.shown) return;
    this.shown = key;
    this.element?.classList.remove("now");
    this.segment?.classList.remove("now-segment");
    this.segment = place && this.view.words(place.segment.id);
    this.element = place && this.view.word(place.segment.id, place.word);
    this.segment?.classList.add("now-segment");
    if (this.element !== this.segment) this.element?.classList.add("now");
    const free = performance.now() - this.away > STILL_AWAY;
    if (this.on && free && !this.player.audio.paused && this.view.editing === null) this.into();
  }

  /** Bring the word into view, where it is not. */
  into() {
    if (!this.element) return;
    const box = this.element.getBoundingClientRect(), low = innerHeight - this.player.root.offsetHeight - 80;
    if (box.top < 120 || box.bottom > low) this.element.scrollIntoView({ block: "center", behavior: "smooth" });
  }
}

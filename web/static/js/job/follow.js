// The word that is heard, marked in step with the player and kept in view, until the reader scrolls away from it.
import { icon, make } from "../dom.js";
import { _ } from "../i18n.js";

const EARLY = 0.03; // seconds: a player that is sent to a word's start may stand a little before it
const OWN = 1000; // milliseconds in which the page's own scrolling comes to its end
const KEPT = "steno.follow";

export class Follower {
  constructor(view, player) {
    Object.assign(this, { view, player });
    this.on = localStorage.getItem(KEPT) !== "no";
    this.away = false; // whether the reader looks at something else
    this.scrolled = 0; // when the page scrolled by itself last
    player.addEventListener("time", () => this.show());
    view.addEventListener("updated", () => { this.shown = null; this.show(); });
    addEventListener("scroll", () => { if (performance.now() - this.scrolled > OWN && !player.audio.paused) this.leave(true); }, { passive: true });
    for (const name of ["wheel", "touchmove"]) addEventListener(name, () => { this.scrolled = 0; }, { passive: true });
    this.label = make("span");
    this.button = make("button", { type: "button", class: "quiet follow", onclick: () => (this.away && this.on ? this.into() : this.toggle()) }, icon("follow"), this.label);
    this.tell();
  }

  toggle() {
    this.on = !this.on;
    localStorage.setItem(KEPT, this.on ? "yes" : "no");
    if (this.on) this.into();
    this.tell();
  }

  leave(away) {
    if (this.away === away) return;
    this.away = away;
    this.tell();
  }

  tell() {
    const back = this.away && this.on;
    this.label.textContent = back ? _("Back to it") : _("Follow");
    this.button.title = back ? _("Go to the word that is heard (g)") : _("Keep the word that is heard in view (f)");
    this.button.setAttribute("aria-label", this.button.title);
    this.button.setAttribute("aria-pressed", String(this.on && !this.away));
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
    if (!this.on || this.player.audio.paused || this.view.editing !== null) return;
    if (this.away && this.seen()) this.leave(false);
    if (!this.away) this.into();
  }

  seen() {
    const box = this.element?.getBoundingClientRect();
    return Boolean(box?.height) && box.top >= 100 && box.bottom <= innerHeight - this.player.root.offsetHeight - 60;
  }

  /** Bring the word into view, where it is not. */
  into() {
    if (!this.element) return;
    this.leave(false);
    if (this.seen()) return;
    this.scrolled = performance.now();
    this.element.scrollIntoView({ block: "center", behavior: "smooth" });
  }
}

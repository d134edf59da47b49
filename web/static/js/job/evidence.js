// From a statement to the words that prove it.
import { make } from "../dom.js";
import { clock } from "../format.js";
import { _ } from "../i18n.js";
import { called } from "./names.js";

/** A function that shows segments in the transcript, marks them, and puts the player there. */
export function evidence({ view, player }, tabs) {
  let marked = [];
  return (segments, start) => {
    for (const one of marked) one.classList.remove("evidence");
    tabs?.toTranscript();
    marked = segments.map((id) => view.words(id)).filter(Boolean);
    for (const one of marked) one.classList.add("evidence");
    const first = marked[0];
    player.seek(view.transcript.byId.get(segments[0])?.start ?? start);
    if (!first) return;
    first.scrollIntoView({ block: "center" });
    first.focus({ preventScroll: true });
  };
}

/** Buttons for evidence, one for each segment that is cited. `cited` are `{ segments, start, quote, speaker }`. */
export function cites(cited, jump) {
  return make("span", { class: "cites" }, ...cited.map((one) => make("button", {
    type: "button", class: "cite number", title: one.speaker ? `${called(one.speaker)}: ${one.quote}` : one.quote,
    "aria-label": _("Evidence at {time}: {quote}", { time: clock(one.start), quote: one.quote.slice(0, 120) }),
    onclick: () => jump(one.segments, one.start),
  }, clock(one.start))));
}

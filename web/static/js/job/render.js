// Paragraphs, segments and words as elements. Words are made when they are needed: text alone can be found and read.
import { icon, make } from "../dom.js";
import { clock } from "../format.js";
import { _ } from "../i18n.js";
import { allRetold, retold } from "../sayings.js";

/** A paragraph of one speaker, or a stretch without words. */
export function blockElement(block, transcript, readonly) {
  if (block.hole) return holeElement(block.hole);
  const first = block.segments[0], name = transcript.name(block.speaker) ?? _("Unknown speaker");
  const colour = transcript.colours.get(block.speaker);
  const time = make("button", { type: "button", class: "time number", tabindex: "-1", dataset: { seek: first.start }, "aria-label": _("Play from {time}", { time: clock(first.start) }) }, clock(first.start));
  const who = !block.turn ? null : readonly ? make("h3", { class: "who" }, name)
    : make("h3", { class: "who" }, make("button", { type: "button", class: "who-button", tabindex: "-1", dataset: { who: first.id }, "aria-haspopup": "dialog" }, name));
  const text = make("p", { class: "words" });
  block.segments.forEach((segment, place) => text.append(place ? " " : "", segmentElement(segment)));
  return make("div", { class: block.turn ? "block turn" : "block", dataset: colour ? { colour } : {} }, make("div", { class: "block-head" }, who, time, readonly ? null : pencil(first)), text);
}

/** For the mouse and the finger; keys have their own way. */
const pencil = (segment) => make("button", { type: "button", class: "quiet block-edit", tabindex: "-1", dataset: { edit: segment.id }, "aria-label": _("Edit from {time}", { time: clock(segment.start) }), title: _("Edit") }, icon("edit"));

/** A segment with its text alone. */
export function segmentElement(segment) {
  const element = make("span", { class: "segment", tabindex: "-1", dataset: { id: segment.id } }, segment.text);
  if (segment.marks.length) element.title = allRetold(segment.marks.map((mark) => mark.reason));
  if (segment.marks.some((mark) => mark.kind === "suspect")) element.classList.add("suspect");
  return element;
}

/** Give a segment's element its words, each an element of its own. What stands between them stays as it is written. */
export function buildWords(element, segment) {
  if (element.dataset.words) return;
  const pieces = [];
  let at = 0;
  for (const [place, word] of segment.words.entries()) {
    const found = segment.text.indexOf(word.text, at);
    if (found < 0) continue;
    if (found > at) pieces.push(segment.text.slice(at, found));
    const piece = document.createElement("span");
    piece.className = "w";
    piece.dataset.w = place;
    const doubt = word.probability === null ? 0 : word.probability < 0.35 ? 3 : word.probability < 0.55 ? 2 : word.probability < 0.75 ? 1 : 0;
    if (doubt) { piece.dataset.doubt = doubt; piece.title = _("{percent} % sure", { percent: Math.round(100 * word.probability) }); }
    piece.textContent = word.text;
    pieces.push(piece);
    at = found + word.text.length;
  }
  pieces.push(segment.text.slice(at));
  element.replaceChildren(...pieces);
  element.dataset.words = "1";
}

function holeElement(hole) {
  const span = `${clock(hole.start)} – ${clock(hole.end)}`;
  return make("div", { class: "block hole", tabindex: "-1", dataset: { hole: hole.start } },
    make("button", { type: "button", class: "time number", dataset: { seek: hole.start }, "aria-label": _("Play from {time}", { time: clock(hole.start) }) }, span),
    make("span", {}, _("Speech without words: {reason}", { reason: retold(hole.reason) })));
}

// The transcript with its player, and where it is one's own, what changes it.
import { find, icon, make } from "../dom.js";
import { get } from "../api.js";
import { _ } from "../i18n.js";
import { Transcript } from "./document.js";
import { Editor } from "./editing.js";
import { Edits } from "./edits.js";
import { Follower } from "./follow.js";
import { keys } from "./keys.js";
import { Player } from "./player.js";
import { pointing } from "./pointing.js";
import { Replace } from "./replace.js";
import { Review } from "./review.js";
import { Saver } from "./saving.js";
import { speakers } from "./speakers.js";
import { savingState } from "./state.js";
import { button, confidence, undoing } from "./tools.js";
import { View } from "./transcript.js";

/** Build it. `transcript`, `audio` and `waveform` are addresses; `job` is an id where it may be changed. */
export async function workspace({ base, transcript: address, audio, waveform, job }) {
  const { value, etag, headers } = await get(address);
  find("#workspace").hidden = false;
  const transcript = new Transcript(value, etag, headers.get("Steno-Revision"));
  const root = find("#transcript");
  root.lang = transcript.language;
  const player = new Player(find("#player"), { address: audio, duration: value.duration });
  const view = new View(root, transcript, { readonly: !job });
  root.before(wordless(view));
  const follower = new Follower(view, player);
  find("#player").append(follower.button);
  pointing(view, player);
  const review = new Review(view, player), sure = confidence(root);
  if (waveform) get(waveform).then(({ value: wave }) => player.wave.setPeaks(wave.peaks), () => {});
  const here = { transcript, view, player, follower, review, base, job };
  const own = job ? changing(here) : {};
  find("#tools").append(...(own.tools ?? []), sure.element, review.element, ...(own.state ? [own.state] : []));
  const { help } = keys({
    toggle: () => player.toggle(), back: () => player.skip(-5), forward: () => player.skip(5), faster: () => player.faster(1),
    slower: () => player.faster(-1), follow: () => follower.toggle(), go: () => follower.into(), next: () => review.step(1),
    previous: () => review.step(-1), confidence: sure.toggle, ...own.actions,
  });
  find("#player").append(shortcuts(help));
  const wanted = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash);
  if (wanted) goTo(here, Number(wanted[1]));
  else resume(here, `steno.place.${address}`);
  return { ...here, ...own };
}

/** What stands in the place of a transcript without words. */
function wordless(view) {
  const { transcript } = view, element = make("p", { class: "empty" });
  const show = () => {
    element.hidden = transcript.segments.length > 0;
    element.textContent = transcript.revision > 1 ? _("There are no words in this transcript.") : _("No speech was recognised in this recording.");
  };
  view.addEventListener("updated", show);
  show();
  return element;
}

/** Go on listening where one stopped the last time. The page stays at its head until it plays. */
function resume({ player }, key) {
  const kept = Number(localStorage.getItem(key));
  if (kept > 5 && kept < player.duration - 5) player.seek(kept);
  const keep = () => { if (player.there && player.time > 5) localStorage.setItem(key, player.time.toFixed(1)); else localStorage.removeItem(key); };
  player.audio.addEventListener("pause", keep);
  addEventListener("pagehide", keep);
}

/** Where a link to a time leads: the player and the page go there. */
function goTo({ view, transcript, player }, seconds) {
  player.seek(seconds);
  const place = transcript.at(seconds);
  const element = place && view.word(place.segment.id, place.word);
  if (!element) return;
  history.scrollRestoration = "manual"; // where the page stood before a reload is not what the link means
  const show = () => element.scrollIntoView({ block: "center" });
  show();
  requestAnimationFrame(show); // paragraphs that are laid out now may be higher than was thought
}

function shortcuts(help) {
  const label = _("Keyboard shortcuts (?)");
  return make("button", { type: "button", class: "quiet icon shortcuts", "aria-label": label, title: label, onclick: help }, icon("keyboard"));
}

function changing(here) {
  const { transcript, view, player, base, job } = here;
  const saver = new Saver(transcript, base, job), edits = new Edits(transcript, saver);
  const editor = new Editor(view, edits, saver, player), replace = new Replace(view, edits, editor);
  speakers(view, edits);
  const show = async (moved) => {
    const step = await moved;
    if (!step) return;
    find("#saved").textContent = _("Done: {what}", { what: step.label });
    const element = step.segment === undefined ? null : view.elements.get(step.segment);
    const box = element?.getBoundingClientRect();
    if (box && (box.top < 100 || box.bottom > innerHeight - 120)) element.scrollIntoView({ block: "center" });
  };
  const edit = () => {
    const focused = document.activeElement.closest?.(".segment");
    const id = focused ? Number(focused.dataset.id) : transcript.at(player.time)?.segment.id ?? transcript.segments[0]?.id;
    if (id !== undefined) editor.open(id, { at: 0 });
  };
  const actions = { edit, replace: () => replace.open(), undo: () => show(edits.undo()), redo: () => show(edits.redo()) };
  const tools = [button("edit", _("Edit"), _("Edit the segment that is focused or heard (e)"), edit), ...undoing(edits, show),
    button("search", _("Replace"), _("Find and replace (r)"), actions.replace)];
  const state = savingState(saver, editor, edits);
  saver.recover();
  return { saver, edits, editor, actions, tools, state };
}

/** Which segment is spoken at a time, and which one is meant now: the one that was used last, else the one heard. */
export function placing({ view, transcript, player }) {
  return {
    at: (seconds) => transcript.at(seconds)?.segment.id ?? transcript.segments[0]?.id ?? null,
    now() {
      const used = view.root.querySelector('.segment[tabindex="0"]');
      return used ? Number(used.dataset.id) : this.at(player.time);
    },
  };
}

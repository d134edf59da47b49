// Recording in the browser, as people see it: how long, how loud, pause, done.
import { find, icon, make } from "../dom.js";
import { clock, moment } from "../format.js";
import { _ } from "../i18n.js";
import { confirmed, say } from "../say.js";
import { begin, fileOf, forget } from "./take.js";

const SILENT = 6000; // milliseconds after which it is said that nothing is heard
const AUDIBLE = 0.2;

/** Record in `panel` in the place of `otherwise`; `done(file, take)` takes what came of it. */
export async function record(panel, otherwise, user, done) {
  const state = make("p", { role: "status", class: "muted" });
  const time = make("p", { class: "take-time number", "aria-hidden": "true" }, clock(0));
  const level = make("span", {});
  const button = (name, label, run, look = "") => make("button", { type: "button", class: look, onclick: run }, icon(name), label);
  let take;
  try {
    take = await begin(user, { lost: () => { say(_("The browser has no room to keep the recording. Stop soon, and send what there is."), { fault: true }); }, ended: () => finish() });
  } catch (fault) {
    say(fault.name === "NotAllowedError" ? _("The microphone may not be used. Allow it for this page in the browser.") : _("No microphone was found. Connect one, or choose a file."), { fault: true });
    return;
  }
  const hold = button("pause", _("Pause"), () => { take.pause(); shown(); go.focus(); });
  const go = button("play", _("Go on"), () => { take.resume(); shown(); hold.focus(); });
  const stop = button("check", _("Done"), () => finish(), "primary");
  const discard = button("trash", _("Discard"), async () => {
    if (!await confirmed(_("Discard this recording?"), _("It is deleted for good."), { yes: _("Discard"), danger: true })) return;
    close();
    await take.discard();
  }, "quiet");
  let loudAt = performance.now(), running = true;

  function shown() {
    hold.hidden = take.paused;
    go.hidden = !take.paused;
    panel.classList.toggle("paused", take.paused);
    state.textContent = take.paused ? _("Paused") : _("Recording. It is kept in this browser until you send it.");
  }

  function draw() {
    if (!running) return;
    const now = take.paused ? 0 : take.level, text = clock(take.seconds);
    if (time.textContent !== text) time.textContent = text;
    level.style.transform = `scaleX(${now.toFixed(3)})`;
    if (now > AUDIBLE || take.paused) {
      if (performance.now() - loudAt > SILENT) shown();
      loudAt = performance.now();
    } else if (performance.now() - loudAt > SILENT) {
      const quiet = _("Nothing is heard. Is it the right microphone?");
      if (state.textContent !== quiet) state.textContent = quiet;
    }
    requestAnimationFrame(draw);
  }

  const stay = (event) => event.preventDefault();
  let warned = false;
  const signedOut = (event) => {
    event.preventDefault();
    if (!warned) say(_("You are signed out. The recording goes on. When it is done, sign in again to send it."), { fault: true });
    warned = true;
  };

  function close() {
    running = false;
    removeEventListener("beforeunload", stay);
    removeEventListener("signed-out", signedOut);
    panel.hidden = true;
    panel.replaceChildren();
    otherwise.hidden = false;
    find("#record").focus();
  }

  async function finish() {
    if (!running) return;
    close();
    const file = await take.stop();
    done(file, take.kept ? take.take.id : null); // what is not kept whole is sent as any file is
  }

  addEventListener("beforeunload", stay);
  addEventListener("signed-out", signedOut);
  panel.replaceChildren(make("h2", { class: "visually-hidden" }, _("Recording")), time,
    make("div", { class: "level", "aria-hidden": "true" }, level), state,
    make("div", { class: "row center" }, stop, hold, go, discard));
  panel.hidden = false;
  otherwise.hidden = true;
  shown();
  stop.focus();
  draw();
}

/** Takes that broke off, offered in `panel`. */
export function offer(panel, takes, done) {
  const element = (take) => {
    const gone = () => { row.remove(); panel.hidden = panel.childElementCount === 0; };
    const row = make("div", { class: "note row apart" },
      make("span", { class: "grow" }, _("A recording of {length} of {date} broke off. What was recorded is here.", { length: clock(take.seconds), date: moment(take.started) })),
      make("button", { type: "button", onclick: async () => { gone(); done(await fileOf(take), take.id); } }, _("Use it")),
      make("button", { type: "button", class: "quiet", onclick: async () => {
        if (!await confirmed(_("Discard this recording?"), _("It is deleted for good."), { yes: _("Discard"), danger: true })) return;
        gone();
        await forget(take);
      } }, _("Discard")));
    return row;
  };
  panel.replaceChildren(...takes.map(element));
  panel.hidden = takes.length === 0;
}

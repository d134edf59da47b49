// A job that is not at its end: how far it is, told by the server as it goes on; and why it failed.
import { get, post } from "../api.js";
import { find, icon, make } from "../dom.js";
import { about, moment } from "../format.js";
import { _ } from "../i18n.js";
import { told } from "../sayings.js";
import { sayFault } from "../say.js";
import { unreachable } from "./unreachable.js";

const STAGES = { prepare: _("Reading the recording"), transcribe: _("Transcribing"), summarize: _("Writing minutes") };
const POLL = 5000; // milliseconds
const ENDED = new Set(["completed", "failed", "cancelled"]);

export const ended = (job) => ENDED.has(job.state);

/** Show it in `root`; `done` gets the job when it has ended. */
export function progress(root, base, job, { changed, done }) {
  const says = make("p", { class: "lead" }), bar = make("progress", { max: 100 });
  const list = make("ol", { class: "stages plain" });
  const cancel = make("button", { type: "button", onclick: async () => {
    cancel.disabled = true;
    try { await post(`${base}/cancel`); } catch (problem) { cancel.disabled = false; sayFault(problem); }
  } }, icon("close"), _("Cancel"));
  bar.setAttribute("aria-label", _("Progress"));
  root.replaceChildren(make("section", { class: "card progress-card" }, says, bar, list, make("div", { class: "row" }, cancel)));
  let told = null; // the stage that was said aloud
  const show = (now) => {
    changed(now);
    const left = now.progress.estimated_finish && (new Date(now.progress.estimated_finish) - Date.now()) / 1000;
    says.textContent = now.state === "queued" && now.progress.queue_position > 1 ? _("Waiting: place {place} in the queue", { place: now.progress.queue_position })
      : now.state === "queued" && !now.progress.percent ? _("Waiting for a free worker")
        : left > 0 ? _("{percent} % done, ready in {time}", { percent: Math.round(now.progress.percent), time: about(left) }) : _("{percent} % done", { percent: Math.round(now.progress.percent) });
    bar.value = now.progress.percent;
    const running = now.stages.find((one) => one.state === "running")?.stage;
    if (running && running !== told) find("#saved").textContent = STAGES[told = running];
    list.replaceChildren(...now.stages.filter((one) => one.state !== "skipped").map((one) => make("li", { dataset: { state: one.state } },
      one.state === "done" ? icon("check") : make("span", { class: "dot", "aria-hidden": "true" }), STAGES[one.stage] ?? one.stage,
      one.state === "done" ? make("span", { class: "visually-hidden" }, _("done"))
        : one.state === "running" ? make("span", { class: "number muted" }, ` ${Math.round(one.percent)} %`) : null)));
  };
  show(job);
  const events = new EventSource(`${base}/events`);
  const take = (now) => {
    show(now);
    if (!ENDED.has(now.state)) return true;
    events.close();
    finish();
    return false;
  };
  events.addEventListener("job", (event) => take(JSON.parse(event.data)));
  const finish = () => get(base).then(({ value }) => { root.replaceChildren(); done(value); }, (problem) => unreachable(problem, finish));
  const gone = () => { events.close(); location.assign("/jobs"); };
  events.addEventListener("deleted", gone);
  // Refused, as where too many pages follow their jobs: it is asked for again and again.
  const again = () => setTimeout(() => get(base).then(({ value }) => { if (take(value)) again(); }, (problem) => (problem.status === 404 ? gone() : again())), POLL);
  events.addEventListener("error", () => { if (events.readyState === EventSource.CLOSED) again(); });
  addEventListener("pagehide", () => events.close());
}

/** Say why a job has no (whole) result, and let it be tried again. */
export function failure(root, base, job, { retried }) {
  const failed = job.stages.find((one) => one.state === "failed"), stage = failed?.stage ?? job.stages.find((one) => one.state === "cancelled")?.stage ?? "prepare";
  const error = failed?.error ?? job.error, reason = error && told(error.code, error.message);
  if (job.state === "completed" && !failed) return;
  const retry = make("button", { type: "button", class: "primary", onclick: async () => {
    retry.disabled = true;
    try { retried((await post(`${base}/stages/${stage}/rerun`)).value); } catch (problem) { retry.disabled = false; sayFault(problem); }
  } }, icon("retry"), _("Try again"));
  const [title, text] = job.state === "cancelled" ? [_("This job was cancelled"), _("What was finished of it is kept.")]
    : [stage === "summarize" && job.links.transcript ? _("The minutes could not be made") : _("This job failed"), reason ?? _("No reason is known.")];
  root.replaceChildren(make("section", { class: job.state === "cancelled" ? "note" : "note fault", "aria-label": title },
    make("p", {}, make("strong", {}, title)), make("p", { class: "break" }, text),
    failed?.finished ? make("p", { class: "small" }, moment(failed.finished)) : null, retry));
}

// What a job's state is called, and how it goes, in a person's words.
import { about, clock, moment, size } from "../format.js";
import { _, language } from "../i18n.js";
import { told } from "../sayings.js";

export const STATES = { queued: _("Waiting"), running: _("Running"), completed: _("Done"), failed: _("Failed"), cancelled: _("Cancelled") };
const STAGES = { prepare: _("Reading"), transcribe: _("Transcribing"), summarize: _("Writing minutes") };
export const ended = (job) => ["completed", "failed", "cancelled"].includes(job.state);

/** The badge's word: the stage where it runs; between two of them it waits. */
export function state(job) {
  if (job.state !== "running") return STATES[job.state];
  const stage = job.stages.find((one) => one.state === "running");
  return stage ? STAGES[stage.stage] : STATES.queued;
}

/** What there is to say beside the badge; empty where that is nothing. */
export function says(job) {
  const { queue_position: place, estimated_finish: end, percent } = job.progress;
  if (job.state === "failed") return job.error ? told(job.error.code, job.error.message) : "";
  if (ended(job)) return "";
  const left = end ? about(Math.max(5, (Date.parse(end) - Date.now()) / 1000)) : "";
  if (job.state === "queued" && place) return left ? _("place {place}, {left} left", { place, left }) : _("place {place}", { place });
  const part = new Intl.NumberFormat(language, { style: "percent" }).format(Math.round(percent) / 100);
  return left ? _("{part}, {left} left", { part, left }) : part;
}

/** When it was handed in, how long it is, or how large while nobody knows. */
export const facts = (job) => [moment(job.created), job.duration === null ? size(job.size) : clock(job.duration)].join(" · ");

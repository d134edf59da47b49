// What can be done with jobs: stopped, run again, tagged, downloaded, deleted.
import { patch, post, remove, root } from "../api.js";
import { icon, make } from "../dom.js";
import { _, ngettext } from "../i18n.js";
import { confirmed, say, sayFault } from "../say.js";
import { asked } from "./asking.js";
import { ended } from "./words.js";

const STOPPED = ["failed", "cancelled"];
export const archive = (jobs) => `${root}/archive.zip?jobs=${jobs.map((job) => job.id).join(",")}`;
const has = (job, kind) => kind in job.links;

/** The entries of a row's menu. `changed(jobs)` and `deleted(id)` are told what came of it; `tags()` are those in use. */
export function entries(row, on) {
  const { job } = row;
  const entry = (name, label, run, look = "quiet") => make("button", { type: "button", class: look, onclick: () => { row.menu.open = false; row.summary.focus(); run(job); } }, icon(name), label);
  return [
    !ended(job) && entry("close", _("Stop it"), (one) => stop(one, on)),
    STOPPED.includes(job.state) && entry("retry", _("Run it again"), (one) => again(one, on)),
    entry("tag", _("Tags"), (one) => retag(one, on)),
    has(job, "transcript") && make("a", { class: "button quiet", href: `${root}/jobs/${job.id}/archive.zip` }, icon("download"), _("Download all")),
    entry("trash", _("Delete"), (one) => deleteAll([one], on), "quiet danger"),
  ].filter(Boolean);
}

export const stop = (job, on) => doing(async () => on.changed([(await post(`/jobs/${job.id}/cancel`, {})).value]));

/** Run again what did not end well; what is finished stays. */
export const again = (job, on) => doing(async () => {
  const stage = job.stages.find((one) => STOPPED.includes(one.state)) ?? job.stages[0];
  on.changed([(await post(`/jobs/${job.id}/stages/${stage.stage}/rerun`, {})).value]);
});

async function retag(job, on) {
  const text = await asked(_("Tags of {name}", { name: job.name }), _("Tags, with commas between them"), { value: job.tags.join(", "), known: on.tags() });
  if (text === null) return;
  await doing(async () => on.changed([(await patch(`/jobs/${job.id}`, { tags: text.split(",") })).value]));
}

/** Add a tag to several jobs. */
export async function tagAll(jobs, on) {
  const tag = await asked(ngettext("Add a tag to {number} job", "Add a tag to {number} jobs", jobs.length), _("Tag"), { known: on.tags() });
  if (!tag?.trim()) return;
  await doing(async () => {
    for (const job of jobs) on.changed([(await patch(`/jobs/${job.id}`, { tags: [...job.tags, ...tag.split(",")] })).value]);
    say(_("Tagged."));
  });
}

/** Delete jobs, after asking. */
export async function deleteAll(jobs, on) {
  const title = jobs.length === 1 ? _("Delete {name}?", { name: jobs[0].name }) : ngettext("Delete {number} job?", "Delete {number} jobs?", jobs.length);
  const text = _("The recording, the transcript and the minutes are deleted for good. This cannot be undone.");
  if (!await confirmed(title, text, { yes: _("Delete"), danger: true })) return;
  await doing(async () => {
    for (const job of jobs) {
      await remove(`/jobs/${job.id}`).catch((problem) => { if (problem.status !== 404) throw problem; });
      on.deleted(job.id);
    }
    say(jobs.length === 1 ? _("Deleted.") : ngettext("{number} job deleted.", "{number} jobs deleted.", jobs.length));
  });
}

async function doing(work) {
  try {
    await work();
  } catch (problem) {
    if (problem.status === undefined) throw problem;
    sayFault(problem);
  }
}

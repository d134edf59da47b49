// The start page: recordings in, jobs out.
import { get } from "../api.js";
import { all, find } from "../dom.js";
import { _, ngettext } from "../i18n.js";
import { say } from "../say.js";
import { JobRows } from "../jobs/rows.js";
import { Live } from "../jobs/live.js";
import { dropped } from "./dropping.js";
import { EntryRow } from "./entry.js";
import { refusal } from "./faults.js";
import { Options, Wrong } from "./options.js";
import { Queue } from "./queue.js";
import { offer, record } from "./recorder.js"; // now: a room for meetings may have no network
import { broken, canRecord } from "./take.js";

const LATEST = 5;
const facts = JSON.parse(find("#facts").dataset.facts);
const list = find("#queue"), form = find("#options"), start = find("#start"), fault = find("#options-fault"), files = find("#files");
const rows = new Map();
const options = new Options(form, facts);
const latest = new JobRows(find("#latest"), { most: LATEST, empty: _("What you hand in appears here.") });
const queue = new Queue(facts.user, { changed, gone });

function changed(entry) {
  if (!rows.has(entry.id)) {
    rows.set(entry.id, new EntryRow(entry, queue));
    list.append(rows.get(entry.id).element);
  } else rows.get(entry.id).update(entry);
  arrange();
}

function gone(entry, job) {
  const row = rows.get(entry.id);
  const focused = row?.element.contains(document.activeElement);
  row?.element.remove();
  rows.delete(entry.id);
  if (focused) find("#choose").focus();
  if (job) {
    latest.show([job]);
    if (rows.size === 0) say(_("Everything is in: you may close this page."));
  }
  arrange();
}

/** Options are there while a file waits for them. */
function arrange() {
  const open = queue.entries.filter((entry) => !entry.request);
  list.hidden = queue.entries.length === 0;
  find("#drop").classList.toggle("compact", queue.entries.length > 0);
  form.hidden = open.length === 0;
  start.textContent = open.length > 1 ? ngettext("Transcribe {number} file", "Transcribe {number} files", open.length) : _("Transcribe");
}

/** Take files in, or say why not. */
async function take(given) {
  for (const { file, handle } of given) {
    const room = facts.room === null ? null : facts.room - queue.entries.reduce((sum, entry) => sum + entry.size, 0);
    const why = refusal(file, facts, room);
    if (why) say(why, { fault: true });
    else await queue.add(file, { handle });
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  fault.textContent = "";
  for (const one of all("[aria-invalid]", form)) one.removeAttribute("aria-invalid");
  try {
    const request = options.read();
    for (const entry of queue.entries.filter((one) => !one.request)) queue.confirm(entry, request);
    arrange();
    if (form.hidden) find("#choose").focus();
  } catch (wrong) {
    if (!(wrong instanceof Wrong)) throw wrong;
    fault.textContent = wrong.message;
    wrong.field.setAttribute("aria-invalid", "true");
    wrong.field.focus();
  }
});

find("#choose").addEventListener("click", async () => {
  if (!window.showOpenFilePicker) return files.click();
  try {
    const handles = await window.showOpenFilePicker({ multiple: true });
    await take(await Promise.all(handles.map(async (handle) => ({ file: await handle.getFile(), handle }))));
  } catch (stopped) {
    if (stopped.name !== "AbortError") files.click();
  }
});
files.addEventListener("change", () => { const chosen = [...files.files]; files.value = ""; take(chosen.map((file) => ({ file, handle: null }))); });

find("#record").hidden = !canRecord();
const recorded = (file, id) => queue.add(file, { take: id });
let asking = false; // for the microphone: a second click would open another one, which nobody sees
find("#record").addEventListener("click", async () => {
  if (asking) return;
  asking = true;
  await record(find("#recorder"), find("#drop"), facts.user, recorded).finally(() => { asking = false; });
});

dropped(take);

addEventListener("beforeunload", (event) => { if (queue.fragile) event.preventDefault(); });

const live = new Live({
  refresh: async () => latest.show((await get(`/jobs?limit=${LATEST}`)).value.jobs),
  changed: (jobs) => latest.show(jobs.filter((job) => latest.has(job.id) || isNew(job))),
  deleted: (id) => latest.remove(id),
  failed: (problem) => latest.missing(problem, () => live.begin()),
});
const isNew = (job) => latest.shown.length < LATEST || job.created > latest.shown.at(-1).job.created;
await Promise.all([queue.recall(facts.expiry), live.begin()]);
const takes = canRecord() ? await broken(facts.user, new Set(queue.entries.map((entry) => entry.take))) : [];
if (takes.length) offer(find("#broken"), takes, recorded);


// The page of a job: its progress, then its transcript with all that belongs to it.
import { get, post } from "../api.js";
import { find, make } from "../dom.js";
import { _ } from "../i18n.js";
import { sayFault } from "../say.js";
import { retold } from "../sayings.js";
import { downloads } from "./downloads.js";
import { evidence } from "./evidence.js";
import { Header } from "./header.js";
import { History } from "./history.js";
import { kinds } from "./kinds.js";
import { MinutesPanel } from "./minutes.js";
import { ended, failure, progress } from "./progress.js";
import { Questions } from "./questions.js";
import { shares } from "./shares.js";
import { Tabs } from "./tabs.js";
import { unreachable } from "./unreachable.js";
import { placing, workspace } from "./workspace.js";

const { base, job: first, formats, templates, template, sharing } = JSON.parse(find("#boot").textContent);
const status = find("#progress");
const header = new Header(base, first, {
  actions: [
    { label: _("Download"), picture: "download", run: () => downloads({
      transcript: `${base}/transcript`, minutes: header.job.links.minutes ? `${base}/minutes` : null,
      audio: header.job.recording_deleted ? null : `${base}/audio?download=true`, archive: `${base}/archive.zip` }, formats) },
    ...(sharing.allowed ? [{ label: _("Share"), picture: "share", run: () => shares(base, { minutes: Boolean(header.job.links.minutes), most: sharing.longest_days }) }] : []),
  ],
  rerun: follow,
  templates,
});

/** Show how the job goes on, then what came of it. */
function follow(job) {
  header.show(job);
  progress(status, base, job, { changed: (now) => header.show(now), done: (now) => (open_ ? location.reload() : finished(now)) });
}

function finished(job) {
  header.show(job);
  find("#notices").replaceChildren(...job.notices.map((notice) => make("p", { class: "note warn" }, retold(notice))));
  failure(status, base, job, { retried: follow });
  if (job.links.transcript) open(job).catch(sayFault);
}

let open_ = false;

async function open(job) {
  open_ = true;
  let here;
  try {
    here = await workspace({ base, job: job.id, transcript: `${base}/transcript`, audio: `${base}/audio`, waveform: job.links.waveform });
  } catch (problem) { unreachable(problem, () => open(job)); return; }
  header.show({ spoken: here.transcript.language });
  let tabs = null;
  const jump = evidence(here, { toTranscript: () => tabs.toTranscript() });
  const minutes = new MinutesPanel({ address: `${base}/minutes`, jump, place: placing(here), readonly: false, none: () => noMinutes(job) });
  const restored = async (kind) => {
    if (kind === "minutes") return minutes.load();
    here.edits.forget();
    return here.saver.settle(false);
  };
  const history = new History(base, restored), questions = new Questions(base, jump);
  tabs = new Tabs([
    { name: "minutes", label: _("Minutes"), element: minutes.element },
    { name: "questions", label: _("Ask"), element: questions.element, shown: () => questions.shown() },
    { name: "history", label: _("History"), element: history.element, shown: () => history.shown() },
  ]);
  here.saver.addEventListener("state", () => { if (here.saver.state === "saved" && tabs.now === "history") history.shown(); });
  await minutes.load();
  let names = JSON.stringify(here.transcript.speakers);
  here.transcript.addEventListener("change", () => {
    const now = JSON.stringify(here.transcript.speakers);
    if (now !== names) minutes.again().catch(sayFault);
    names = now;
  });
}

function noMinutes(job) {
  const kind = kinds(templates, job.minutes?.template ?? template);
  const begin = make("button", { type: "button", class: "primary", onclick: async () => {
    begin.disabled = true;
    try { follow((await post(`${base}/stages/summarize/rerun?template=${kind.chosen()}`)).value); } catch (problem) { begin.disabled = false; sayFault(problem); }
  } }, _("Make the minutes"));
  return [make("h2", {}, _("No minutes")),
    make("p", { class: "muted" }, job.minutes ? _("They could not be made.") : _("None were asked for with this recording.")),
    kind.field,
    make("p", {}, begin)];
}

const begin = () => get(base).then(({ value }) => (ended(value) ? finished(value) : follow(value)), (problem) => unreachable(problem, begin));
begin();

// What there is to know of a job: its facts, and who opened what of it.
import { get } from "../api.js";
import { make } from "../dom.js";
import { moment } from "../format.js";
import { _, ngettext } from "../i18n.js";
import { sayFault } from "../say.js";

const STAGES = { prepare: _("Reading took"), transcribe: _("Transcribing took"), summarize: _("The minutes took") };
const WHAT = { transcript: _("read the transcript"), minutes: _("read the minutes"), audio: _("heard the recording"), archive: _("downloaded everything"), share: _("followed a link"), waveform: _("looked at the waveform") };
const KINDS = {
  "job.submitted": _("handed the recording in"), "job.amended": _("changed its settings"), "share.made": _("made a link"),
  "share.revoked": _("revoked a link"), "recording.deleted": _("The recording was deleted"),
};

export function details(job) {
  const took = (one) => ngettext("{number} second", "{number} seconds", Math.max(1, Math.round((new Date(one.finished) - new Date(one.started)) / 1000)));
  const rows = [
    [_("Id"), job.id], [_("SHA-256 of the recording"), job.recording_sha256], [_("Speech model"), job.options.model],
    [_("Handed in"), moment(job.created)], job.finished && [_("Finished"), moment(job.finished)],
    ...job.stages.filter((one) => one.started && one.finished && STAGES[one.stage]).map((one) => [STAGES[one.stage], took(one)]),
    job.notify_email && [_("Mail goes to"), job.notify_email], job.webhook_url && [_("Webhook"), job.webhook_url],
  ].filter(Boolean);
  show("details", _("Details"), make("dl", { class: "details" }, ...rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", { class: "break" }, value)])));
}

/** Who opened what, the latest first. */
export async function opened(base) {
  let events;
  try { events = (await get(`${base}/audit`)).value.events; } catch (problem) { sayFault(problem); return; }
  const row = (one) => {
    const read = one.kind === "document.opened"; // else the link is what was made, not who came by it
    const who = !read || !one.share ? one.who ?? "" : one.label ? _("Somebody with the link “{label}”", { label: one.label }) : _("Somebody with a link");
    const did = read ? WHAT[one.what] ?? one.what : KINDS[one.kind] ?? one.kind;
    return make("li", { class: "revision" }, make("div", { class: "grow" }, make("span", { class: "break" }, who ? make("strong", {}, who) : null, who ? " " : "", did),
      make("div", { class: "small muted" }, [moment(one.at), read ? null : one.label, one.address].filter(Boolean).join(" · "))));
  };
  show("opened", _("Who opened it"), make("p", { class: "muted small" }, _("What is read again within ten minutes is told once.")),
    make("ol", { class: "plain opened", tabindex: "0", "aria-label": _("Who opened it") }, ...events.map(row)));
}

function show(name, title, ...content) {
  const dialog = make("dialog", { "aria-labelledby": `${name}-title` }, make("h2", { id: `${name}-title` }, title), ...content,
    make("form", { method: "dialog", class: "row end" }, make("button", { class: "primary" }, _("Close"))));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

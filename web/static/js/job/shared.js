// What a shared link shows: the transcript to read and to hear, with the minutes where they are shared; nothing to change.
import { find, icon, make } from "../dom.js";
import { clock, moment } from "../format.js";
import { _, language } from "../i18n.js";
import { sayFault } from "../say.js";
import { downloads } from "./downloads.js";
import { evidence } from "./evidence.js";
import { MinutesPanel } from "./minutes.js";
import { Tabs } from "./tabs.js";
import { unreachable } from "./unreachable.js";
import { placing, workspace } from "./workspace.js";

const { base, formats, audio, minutes: withMinutes, expires } = JSON.parse(find("#boot").textContent);

async function open() {
  let here;
  try {
    here = await workspace({ transcript: `${base}/transcript.json`, audio: audio ? `${base}/audio` : null, waveform: audio ? `${base}/waveform` : null });
  } catch (problem) { unreachable(problem, open); return; }
  const spoken = new Intl.DisplayNames([language], { type: "language", fallback: "code" }).of(here.transcript.language);
  find("#facts").replaceChildren(...[clock(here.transcript.duration), spoken, _("Shared with you to read"), expires ? _("until {date}", { date: moment(expires) }) : null]
    .filter(Boolean).map((fact) => make("span", {}, fact)));
  find("#actions").append(make("button", { type: "button", onclick: () => downloads({
    transcript: `${base}/transcript`, minutes: withMinutes ? `${base}/minutes` : null, audio: audio ? `${base}/audio?download=true` : null, archive: null }, formats) }, icon("download"), _("Download")));
  if (!withMinutes) return;
  let tabs = null;
  const jump = evidence(here, { toTranscript: () => tabs.toTranscript() });
  const panel = new MinutesPanel({ address: `${base}/minutes.json`, jump, place: placing(here), readonly: true, none: () => [make("p", { class: "muted" }, _("No minutes were made."))] });
  tabs = new Tabs([{ name: "minutes", label: _("Minutes"), element: panel.element }]);
  await panel.load();
}

open().catch(sayFault);

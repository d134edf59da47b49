// The page of a job.
import { find } from "../dom.js";
import { sayFault } from "../say.js";
import { workspace } from "./workspace.js";

const boot = JSON.parse(find("#boot").textContent);
const { base, job } = boot;

if (job.links.transcript) workspace({ base, job: job.id, transcript: `${base}/transcript`, audio: `${base}/audio`, waveform: `${base}/waveform` }).catch(sayFault);

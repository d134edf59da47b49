// The page of a job.
import { find } from "../dom.js";
import { get } from "../api.js";
import { sayFault } from "../say.js";
import { Transcript } from "./document.js";
import { Follower } from "./follow.js";
import { Player } from "./player.js";
import { pointing } from "./pointing.js";
import { View } from "./transcript.js";

const boot = JSON.parse(find("#boot").textContent);

async function open() {
  const { value, etag } = await get(`${boot.base}/transcript`);
  find("#workspace").hidden = false;
  const transcript = new Transcript(value, etag);
  const root = find("#transcript");
  root.lang = value.task === "translate" ? "en" : value.language;
  const player = new Player(find("#player"), { address: `${boot.base}/audio`, duration: value.duration });
  const view = new View(root, transcript);
  const follower = new Follower(view, player);
  find("#player").append(follower.button);
  pointing(view, player);
  get(`${boot.base}/waveform`).then(({ value: wave }) => player.wave.setPeaks(wave.peaks), () => {});
}

if (boot.job.links.transcript) open().catch(sayFault);

// Jobs as they go on: looked at again and again while the page is shown.
import { get } from "../api.js";

const QUICK = 2000, SLOW = 15000;

export class Live {
  #timer = null;

  constructor({ limit = 20, changed, deleted }) {
    Object.assign(this, { limit, changed, deleted });
    document.addEventListener("visibilitychange", () => (document.hidden ? this.stop() : this.begin()));
  }

  async begin() {
    this.stop();
    const { value } = await get(`/jobs?limit=${this.limit}`);
    this.changed(value.jobs);
    const open = value.jobs.some((job) => ["queued", "running"].includes(job.state));
    this.#timer = setTimeout(() => this.begin().catch(() => null), open ? QUICK : SLOW);
  }

  stop() {
    clearTimeout(this.#timer);
  }
}

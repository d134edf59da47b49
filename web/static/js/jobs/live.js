// Jobs as they go on: one stream of events for all pages of this browser, and only while somebody looks.
import { root } from "../api.js";

const NAME = "steno-jobs", POLL = 5000, AGAIN = 60000;

/**
 * Follow one's jobs. `refresh()` asks for the list anew (when news may have been missed), `changed(jobs)` and
 * `deleted(id)` bring news, `failed(problem)` tells that the list could not be had: the next look comes by itself. One
 * page of the browser holds the stream and tells the others; where there is no stream to be had, every page asks again
 * and again.
 */
export class Live {
  #channel = typeof BroadcastChannel === "function" ? new BroadcastChannel(NAME) : null;
  #stop = null;

  constructor({ refresh, changed, deleted, failed }) {
    Object.assign(this, { refresh, changed, deleted, failed });
    this.#channel?.addEventListener("message", ({ data }) => { if (this.#stop) this.#news(data); });
    document.addEventListener("visibilitychange", () => (document.hidden ? this.end() : this.begin()));
    addEventListener("pagehide", () => this.end());
  }

  /** Look once, and go on looking. */
  begin() {
    this.end();
    if (document.hidden) return Promise.resolve();
    const stop = new AbortController();
    this.#stop = stop;
    if (navigator.locks && this.#channel) {
      navigator.locks.request(NAME, { signal: stop.signal }, () => this.#follow(stop.signal)).catch(() => null);
    } else this.#follow(stop.signal);
    return this.#look();
  }

  end() {
    this.#stop?.abort();
    this.#stop = null;
  }

  /** Hold the stream until `signal` says that nobody looks here. */
  async #follow(signal) {
    while (!signal.aborted) {
      await this.#stream(signal);
      for (let waited = 0; waited < AGAIN && !signal.aborted; waited += POLL) {
        await pause(POLL, signal);
        if (!signal.aborted) await this.#tell({ kind: "refresh" });
      }
    }
  }

  /** Resolves when the stream is refused, or is no longer wanted. What breaks off is connected anew by the browser. */
  #stream(signal) {
    return new Promise((resolve) => {
      const stream = new EventSource(`${root}/jobs/events`);
      const end = () => { stream.close(); resolve(); };
      signal.addEventListener("abort", end);
      stream.addEventListener("open", () => this.#tell({ kind: "refresh" }));
      stream.addEventListener("jobs", ({ data }) => this.#tell({ kind: "jobs", jobs: JSON.parse(data).jobs }));
      stream.addEventListener("deleted", ({ data }) => this.#tell({ kind: "deleted", id: JSON.parse(data).id }));
      stream.addEventListener("error", () => { if (stream.readyState === EventSource.CLOSED) end(); });
    });
  }

  #tell(news) {
    this.#channel?.postMessage(news);
    return this.#news(news);
  }

  #news(news) {
    if (news.kind === "jobs") this.changed(news.jobs);
    else if (news.kind === "deleted") this.deleted(news.id);
    else return this.#look();
  }

  /** Ask for the list. */
  async #look() {
    try {
      await this.refresh();
    } catch (problem) {
      if (problem.status === undefined) throw problem;
      this.failed(problem);
    }
  }
}

const pause = (time, signal) => new Promise((resolve) => {
  const timer = setTimeout(resolve, time);
  signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); });
});

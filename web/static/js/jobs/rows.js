// Jobs as rows. Their elements stay while they change, so that focus stays and nothing flickers.
import { make } from "../dom.js";
import { ended, facts, says, state } from "./words.js";

class Row {
  constructor(job, actions) {
    this.name = make("a", { class: "name break", href: `/jobs/${job.id}` });
    this.facts = make("p", { class: "small muted number" });
    this.badge = make("span", { class: "badge" });
    this.says = make("span", { class: "small muted number" });
    this.bar = make("progress", { max: 100, "aria-label": job.name });
    this.element = make("li", { class: "job", dataset: { id: job.id } },
      make("div", { class: "what" }, this.name, this.facts),
      make("div", { class: "how" }, make("div", { class: "row" }, this.badge, this.says), this.bar),
      actions?.(job));
    this.show(job);
  }

  show(job) {
    this.job = job;
    this.name.textContent = job.name;
    this.facts.textContent = facts(job);
    this.badge.textContent = state(job);
    this.badge.dataset.state = job.state;
    this.says.textContent = says(job);
    this.bar.hidden = job.state !== "running";
    this.bar.value = job.progress.percent;
    this.element.dataset.ended = ended(job);
  }
}

/** A list of jobs, newest first; `most` rows where that is given, `empty` is said where there are none. */
export class JobRows {
  constructor(list, { most = Infinity, empty = "", actions = null } = {}) {
    Object.assign(this, { list, most, actions, rows: new Map() });
    this.empty = make("li", { class: "empty" }, empty);
    this.list.append(this.empty);
  }

  get jobs() {
    return [...this.rows.values()].map((row) => row.job);
  }

  /** New jobs come in their place, known ones are shown as they are now. */
  show(jobs) {
    for (const job of jobs) {
      const known = this.rows.get(job.id);
      if (known) known.show(job);
      else this.#insert(job);
    }
    const newest = [...this.rows.values()].sort((one, other) => other.job.created.localeCompare(one.job.created));
    for (const row of newest.slice(this.most)) this.#drop(row);
    this.#settled();
  }

  remove(id) {
    const row = this.rows.get(id);
    if (row) this.#drop(row);
    this.#settled();
  }

  clear() {
    for (const row of [...this.rows.values()]) this.#drop(row);
  }

  #insert(job) {
    const row = new Row(job, this.actions);
    this.rows.set(job.id, row);
    const later = [...this.list.children].find((one) => this.rows.get(one.dataset.id)?.job.created < job.created);
    this.list.insertBefore(row.element, later ?? null);
  }

  #drop(row) {
    row.element.remove();
    this.rows.delete(row.job.id);
  }

  #settled() {
    this.empty.hidden = this.rows.size > 0;
    this.list.setAttribute("aria-busy", "false");
  }
}

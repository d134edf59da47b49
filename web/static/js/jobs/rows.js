// Jobs as rows. Their elements stay while they change, so that focus stays and nothing flickers.
import { find, icon, make } from "../dom.js";
import { clock } from "../format.js";
import { _ } from "../i18n.js";
import { ended, facts, says, state } from "./words.js";

const TICK = 10000; // the time that is left is said anew, also while no news comes

class Row {
  constructor(job, { select, menu }) {
    this.name = make("a", { class: "name break", href: `/jobs/${job.id}` });
    this.facts = make("p", { class: "small muted number" });
    this.tags = make("ul", { class: "plain tags", "aria-label": _("Tags") });
    this.found = make("a", { class: "found break small" });
    this.badge = make("span", { class: "badge" });
    this.says = make("span", { class: "small muted number says break" });
    this.bar = make("progress", { max: 100 });
    this.box = select && make("input", { type: "checkbox", onclick: (event) => select(this, event) });
    this.menu = menu && make("details", { class: "menu" });
    this.summary = menu && make("summary", { class: "button quiet icon" }, icon("more"));
    if (menu) {
      this.body = make("div", { class: "menu-body" });
      this.menu.append(this.summary, this.body);
      this.menu.addEventListener("toggle", () => { if (this.menu.open) this.body.replaceChildren(...menu(this)); });
    }
    this.element = make("li", { class: "job", dataset: { id: job.id } },
      this.box && make("label", { class: "pick" }, this.box),
      make("div", { class: "what" }, this.name, this.facts, this.found, this.tags),
      make("div", { class: "how" }, make("div", { class: "row" }, this.badge, this.says), this.bar),
      this.menu);
    this.show(job);
  }

  show(job) {
    if (this.job && job.version < this.job.version) return; // an answer that news have overtaken
    const match = job.match ?? this.job?.match ?? null;
    const moved = this.job?.state !== job.state;
    this.job = { ...job, match };
    set(this.name, job.name);
    set(this.facts, facts(job));
    set(this.badge, state(job));
    this.badge.dataset.state = job.state;
    set(this.says, says(job));
    this.says.classList.toggle("fault-text", job.state === "failed");
    this.bar.hidden = job.state !== "running";
    this.bar.value = job.progress.percent;
    this.bar.setAttribute("aria-label", job.name);
    this.box?.setAttribute("aria-label", _("Select {name}", { name: job.name }));
    this.summary?.setAttribute("aria-label", _("Actions for {name}", { name: job.name }));
    const tags = JSON.stringify(job.tags);
    if (this.shownTags !== tags) {
      this.shownTags = tags;
      this.tags.replaceChildren(...job.tags.map((tag) => make("li", {}, make("a", { class: "tag", href: `/jobs?tag=${encodeURIComponent(tag)}` }, tag))));
      this.tags.hidden = job.tags.length === 0;
    }
    this.#showMatch(match);
    if (moved && this.menu?.open) this.menu.open = false; // it offers what can be done no longer
  }

  #showMatch(match) {
    this.found.hidden = !match || match.start === null;
    if (this.found.hidden) return;
    this.found.href = `/jobs/${this.job.id}#t=${Math.floor(match.start)}`;
    this.found.replaceChildren(make("span", { class: "number at" }, clock(match.start)),
      ...match.parts.map((part) => (part.hit ? make("mark", {}, part.text) : part.text)));
  }
}

/** A list of jobs, newest first; `most` rows where that is given. `select` and `menu` make rows that can do things. */
export class JobRows {
  constructor(list, { most = Infinity, empty, select = null, menu = null } = {}) {
    Object.assign(this, { list, most, select, menu, rows: new Map(), nothing: [empty].flat(), there: false, fault: null });
    this.empty = make("li", { class: "empty" }, ...this.nothing);
    this.empty.hidden = true;
    list.append(this.empty);
    setInterval(() => { for (const row of this.rows.values()) if (!ended(row.job)) set(row.says, says(row.job)); }, TICK);
  }

  get shown() {
    return [...this.list.children].map((one) => this.rows.get(one.dataset.id)).filter(Boolean);
  }

  has(id) {
    return this.rows.has(id);
  }

  /** New jobs come in their place, known ones are shown as they are now. */
  show(jobs) {
    for (const job of jobs) {
      const known = this.rows.get(job.id);
      if (known) known.show(job);
      else this.#insert(job);
    }
    for (const row of this.shown.slice(this.most)) this.#drop(row);
    this.#settled();
  }

  /** These, and no others. */
  replace(jobs) {
    const wanted = new Set(jobs.map((job) => job.id));
    for (const row of this.shown) if (!wanted.has(row.job.id)) this.#drop(row);
    this.show(jobs);
  }

  /** Take a row away; who was in it is in the next one. */
  remove(id) {
    const row = this.rows.get(id);
    if (!row) return;
    if (row.element.contains(document.activeElement)) (row.element.nextElementSibling ?? row.element.previousElementSibling)?.querySelector("a")?.focus();
    this.#drop(row);
    this.#settled();
  }

  /** Why there is no list yet, in its place; `again` asks anew. A list that is there stays. */
  missing(problem, again) {
    if (this.there || this.fault === problem.message) return;
    this.fault = problem.message;
    this.empty.replaceChildren(make("p", { role: "alert" }, problem.message), make("button", { type: "button", onclick: again }, icon("retry"), _("Try again")));
    this.empty.hidden = false;
    this.list.setAttribute("aria-busy", "false");
  }

  #insert(job) {
    const row = new Row(job, this);
    const older = this.shown.find((one) => one.job.created < job.created);
    this.rows.set(job.id, row);
    this.list.insertBefore(row.element, older?.element ?? this.empty);
  }

  #drop(row) {
    row.element.remove();
    this.rows.delete(row.job.id);
  }

  #settled() {
    const waited = this.fault !== null && this.empty.contains(document.activeElement);
    if (this.fault !== null) this.empty.replaceChildren(...this.nothing);
    this.there = true;
    this.fault = null;
    this.empty.hidden = this.rows.size > 0;
    if (waited) find("a", this.list)?.focus();
    this.list.setAttribute("aria-busy", "false");
  }
}

/** Only what differs is written: who selects text keeps the selection, and readers are told nothing twice. */
function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

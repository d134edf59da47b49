// Which jobs are selected, and the bar that says so.
import { find } from "../dom.js";
import { ngettext } from "../i18n.js";

export class Selection {
  #last = null;
  onchange = () => {};

  /** `bar` is shown while something is selected; `shown()` are the rows there are. */
  constructor(bar, shown) {
    Object.assign(this, { bar, shown });
    this.toggle = this.toggle.bind(this);
    find("#bulk-none", bar).addEventListener("click", () => {
      const first = this.#rows[0];
      for (const row of this.#rows) row.box.checked = false;
      this.settle();
      first?.box.focus();
    });
  }

  get #rows() {
    return this.shown().filter((row) => row.box.checked);
  }

  get jobs() {
    return this.#rows.map((row) => row.job);
  }

  /** A box was clicked; with Shift all between it and the last one become like it. */
  toggle(row, event) {
    const rows = this.shown(), here = rows.indexOf(row), there = rows.indexOf(this.#last);
    if (event.shiftKey && there >= 0) for (const one of rows.slice(Math.min(here, there), Math.max(here, there) + 1)) one.box.checked = row.box.checked;
    this.#last = row;
    this.settle();
  }

  /** Say how many are selected now. */
  settle() {
    const { jobs } = this;
    this.bar.hidden = jobs.length === 0;
    find("#bulk-count", this.bar).textContent = ngettext("{number} selected", "{number} selected", jobs.length);
    if (jobs.length) this.onchange(jobs);
  }
}

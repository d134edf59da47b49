// The list of jobs: searched, filtered, selected, followed.
import { get } from "../api.js";
import { find, make } from "../dom.js";
import { _, ngettext } from "../i18n.js";
import { sayFault } from "../say.js";
import { archive, deleteAll, entries, tagAll } from "./actions.js";
import { Live } from "./live.js";
import { JobRows } from "./rows.js";
import { Selection } from "./selection.js";
import { ended } from "./words.js";

const PAGE = 25, MOST = 100, TYPING = 250; // rows at once, the most that one answer has; milliseconds
const form = find("#filters"), more = find("#more"), said = find("#said");
const emptyText = make("p", {}), emptyHint = make("p", { class: "small muted" }), emptyWay = make("p", {});
const selection = new Selection(find("#bulk"), () => rows.shown);
const on = { changed, deleted, tags: () => known ?? [] };
const rows = new JobRows(find("#jobs"), { empty: [emptyText, emptyHint, emptyWay], select: selection.toggle, menu: (row) => entries(row, on) });
const live = new Live({
  refresh: async () => {
    if (known === null) await loadTags();
    await growing; // what somebody asked for comes before news
    await load();
  },
  changed, deleted, failed: (problem) => rows.missing(problem, () => live.begin()),
});
let cursor = null, listed = ""; // where the list goes on, and what it was asked by
let known = null, loading = null, growing = null; // what is on its way: any answer; one page more
let untold = false; // how many were found: news may ask anew before the search is answered

const filters = () => Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value));
const asked = () => new URLSearchParams(filters()).toString();
const filtered = () => Object.keys(filters()).length > 0;

/** As many of the first as are shown; or one page more. */
async function load({ further = false, wanted = further ? PAGE : Math.max(PAGE, rows.shown.length) } = {}) {
  loading?.abort();
  const mine = loading = new AbortController(), searched = filters(), by = asked(), jobs = [];
  let next = further ? cursor : null;
  try {
    do {
      const query = new URLSearchParams({ ...searched, limit: Math.min(MOST, wanted - jobs.length), ...(next ? { cursor: next } : {}) });
      const { value } = await get(`/jobs?${query}`, { signal: mine.signal });
      jobs.push(...value.jobs);
      next = value.next_cursor;
    } while (next && jobs.length < wanted);
    tellEnded(jobs);
    if (further) rows.show(jobs);
    else rows.replace(jobs);
    [cursor, listed] = [next, by];
    more.hidden = cursor === null;
    selection.settle();
    if (untold && !further) sayFound(jobs.length);
  } catch (fault) {
    if (fault.name !== "AbortError") throw fault;
  }
}

async function loadTags() {
  known = (await get("/tags")).value.tags.map((one) => one.tag);
  const wanted = form.tag.value || new URLSearchParams(location.search).get("tag") || "";
  const names = wanted && !known.includes(wanted) ? [...known, wanted] : known;
  form.tag.replaceChildren(form.tag.options[0], ...names.map((tag) => make("option", { value: tag }, tag)));
  form.tag.value = wanted;
  form.tag.parentElement.hidden = names.length === 0;
}

/** News of jobs. What is not shown comes in where it belongs: never among the hits of a search. */
function changed(jobs) {
  const oldest = rows.shown.at(-1)?.job.created ?? "";
  tellEnded(jobs);
  for (const job of jobs) {
    const before = rows.rows.get(job.id)?.job;
    if (before && JSON.stringify(before.tags) !== JSON.stringify(job.tags)) loadTags().catch(failed);
  }
  rows.show(jobs.filter((job) => rows.has(job.id) || (!filtered() && (cursor === null || job.created > oldest))));
}

/** Say which of the jobs that are shown have ended, however the page heard of it. */
function tellEnded(jobs) {
  for (const job of jobs) {
    const before = rows.rows.get(job.id)?.job;
    if (before && !ended(before) && ended(job)) said.textContent = job.state === "completed" ? _("{name} is done.", { name: job.name }) : _("{name} has ended.", { name: job.name });
  }
}

function deleted(id) {
  rows.remove(id);
  selection.settle();
}

/** What somebody asked for could not be had. */
function failed(problem) {
  if (problem.status === undefined) throw problem;
  if (rows.there) sayFault(problem);
  else rows.missing(problem, () => live.begin());
}

function sayEmpty() {
  const searching = filtered();
  emptyText.textContent = searching ? _("Nothing was found.") : _("There are no jobs yet.");
  emptyHint.textContent = form.q.value.trim() ? _("Fewer letters find more: a word is found by its beginning, too.") : "";
  emptyHint.hidden = !emptyHint.textContent;
  emptyWay.replaceChildren(searching ? make("button", { type: "button", onclick: forget }, _("Show all jobs")) : make("a", { class: "button primary", href: "/" }, _("Hand in a recording")));
}

function forget() {
  form.reset();
  search();
  form.q.focus();
}

async function search() {
  const query = asked();
  clearTimeout(typing);
  history.replaceState(null, "", query ? `?${query}` : location.pathname);
  sayEmpty();
  for (const row of rows.shown) row.job.match = null;
  untold = filtered();
  await load({ wanted: PAGE }).catch(failed);
}

function sayFound(number) {
  untold = false;
  said.textContent = cursor ? _("{number} jobs and more", { number }) : ngettext("{number} job", "{number} jobs", number);
}

let typing = null;
form.addEventListener("input", (event) => {
  clearTimeout(typing);
  typing = setTimeout(search, event.target === form.q ? TYPING : 0);
});
form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
more.addEventListener("click", async () => {
  if (asked() !== listed) { await search(); return; } // a list that a search is about to replace has no more
  const last = rows.shown.at(-1);
  await (growing = load({ further: true }).catch(failed));
  last?.element.nextElementSibling?.querySelector("a")?.focus();
});
find("#bulk-delete").addEventListener("click", () => deleteAll(selection.jobs, on));
find("#bulk-tag").addEventListener("click", () => tagAll(selection.jobs, on));
selection.onchange = (jobs) => { find("#bulk-zip").href = archive(jobs); };

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
  if (event.key === "/") { event.preventDefault(); form.q.focus(); }
  const row = event.target.closest?.(".job");
  const next = { ArrowDown: row?.nextElementSibling, ArrowUp: row?.previousElementSibling }[event.key]?.querySelector(".name");
  if (next) { event.preventDefault(); next.focus(); }
});

for (const [name, value] of new URLSearchParams(location.search)) if (["q", "state"].includes(name)) form.elements[name].value = value;
sayEmpty();
await live.begin();

// A part of the page looks again every few seconds, unless nobody sees it. What did not change is left alone.
import { all, find } from "../dom.js";
import { moment } from "../format.js";
import { say } from "../say.js";
import { _ } from "../i18n.js";

const area = find("#now");
const every = Number(area.dataset.every ?? 4) * 1000;
let close = null;

/** The page's own part, made anew by the server. */
async function look() {
  const answer = await fetch(area.dataset.address, { credentials: "same-origin", headers: { Accept: "text/html" } });
  if (answer.redirected) { location.reload(); return; }
  if (!answer.ok) throw new Error(String(answer.status));
  const made = new DOMParser().parseFromString(await answer.text(), "text/html").body;
  for (const time of all("time[datetime]", made)) time.textContent = moment(time.getAttribute("datetime"));
  replace(area, made);
}

/** Give `old` the children of `made`: the same ones stay, so that focus and place on the page stay, too. */
function replace(old, made) {
  const before = [...old.childNodes], after = [...made.childNodes];
  after.forEach((node, place) => {
    const there = before[place];
    if (there === undefined) old.append(document.importNode(node, true));
    else if (!there.isEqualNode(node)) {
      if (there.nodeType === Node.ELEMENT_NODE && there.nodeName === node.nodeName) { attributes(there, node); replace(there, node); }
      else there.replaceWith(document.importNode(node, true));
    }
  });
  before.slice(after.length).forEach((node) => node.remove());
}

function attributes(old, made) {
  for (const { name } of [...old.attributes]) if (!made.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of made.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}

async function again() {
  if (!document.hidden) {
    try {
      await look();
      close?.();
      close = null;
    } catch {
      close ??= say(_("The figures are not up to date: the server does not answer."), { fault: true });
    }
  }
  setTimeout(again, every);
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) look().catch(() => {}); });
setTimeout(again, every);

// The REST API as this page's person may use it.
import { _ } from "./i18n.js";
import { told } from "./sayings.js";

export const root = "/api/v1";
export const csrf = document.documentElement.dataset.csrf;

/** What the server said was wrong: `message` is for people and names the cure, `code` is stable. */
export class Problem extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Ask the API. `body` goes as JSON; the answer is `{ value, etag, headers, status }`. Throws Problem. */
export async function ask(method, path, { body, headers = {}, signal } = {}) {
  const sent = { Accept: "application/json", "X-CSRF-Token": csrf, ...headers };
  if (body !== undefined) sent["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(/^\/(api|shared)\//.test(path) ? path : root + path, {
      method, headers: sent, signal, body: body === undefined ? undefined : JSON.stringify(body), credentials: "same-origin",
    });
  } catch (fault) {
    if (fault.name === "AbortError") throw fault;
    throw new Problem(0, "offline", away());
  }
  if (answer.status === 401) {
    // Nobody is to be asked whether to leave; but a recording goes on, and holds the page.
    if (dispatchEvent(new Event("signed-out", { cancelable: true }))) location.assign(`/sign-in?ended=1&next=${encodeURIComponent(location.pathname + location.search + location.hash)}`);
    throw new Problem(401, "unauthenticated", _("You are signed out."));
  }
  const text = await answer.text();
  const value = text && (answer.headers.get("Content-Type") ?? "").includes("json") ? JSON.parse(text) : text;
  if (!answer.ok && value.code) throw new Problem(answer.status, value.code, told(value.code, value.detail ?? ""));
  if (!answer.ok) throw new Problem(answer.status, "error", away()); // a proxy's own page: it has found no server
  return { value, etag: answer.headers.get("ETag"), headers: answer.headers, status: answer.status };
}

const away = () => _("The server cannot be reached. Check the network; nothing is lost.");

export const get = (path, options) => ask("GET", path, options);
export const post = (path, body, options) => ask("POST", path, { body, ...options });
export const patch = (path, body, options) => ask("PATCH", path, { body, ...options });
export const remove = (path, options) => ask("DELETE", path, options);

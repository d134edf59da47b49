// What one page works on and no other page of this browser does.
const LEAVING = 1000; // milliseconds

/** A random id; also where the page came by plain HTTP. */
export const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * Whether this page alone works on it, of all pages of this browser; until it is left. A page that is being left may
 * hold it a moment longer; `wait` waits until it is left, however long that is. Without locks: yes.
 */
export function mine(name, { wait = false } = {}) {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    const hold = () => { resolve(true); return new Promise(() => {}); };
    navigator.locks.request(`steno-${name}`, wait ? {} : { signal: AbortSignal.timeout(LEAVING) }, hold).catch(() => resolve(false));
  });
}

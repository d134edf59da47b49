// Files that are dropped, anywhere on the page.
import { _ } from "../i18n.js";
import { say } from "../say.js";

/** `take(files)` is given what is dropped: files, with handles where the browser has them. */
export function dropped(take) {
  let depth = 0;
  const carries = (event) => [...event.dataTransfer?.types ?? []].includes("Files");
  const over = (inside) => document.documentElement.classList.toggle("dropping", inside);
  addEventListener("dragenter", (event) => { if (carries(event)) { depth += 1; over(true); } });
  addEventListener("dragleave", (event) => { if (carries(event)) { depth = Math.max(0, depth - 1); over(depth > 0); } });
  addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
  addEventListener("drop", async (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    depth = 0;
    over(false);
    // Handles must be asked for at once; where the browser has them, a reload finds the file again.
    const given = [...event.dataTransfer.items].filter((item) => item.kind === "file").map((item) => {
      if (item.webkitGetAsEntry?.()?.isDirectory) return null;
      return { file: item.getAsFile(), handle: item.getAsFileSystemHandle?.().catch(() => null) ?? null };
    });
    if (given.includes(null)) say(_("Folders cannot be taken. Choose the files in it."), { fault: true });
    await take(await Promise.all(given.filter((one) => one?.file).map(async ({ file, handle }) => ({ file, handle: await handle }))));
  });
}

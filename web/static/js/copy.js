// Buttons that copy what stands beside them: `<button data-copy="ID" hidden>`.
import { all, find } from "./dom.js";
import { say } from "./say.js";
import { _ } from "./i18n.js";

for (const button of all("button[data-copy]")) {
  const source = find(`#${button.dataset.copy}`);
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      say(_("Copied."));
    } catch {
      // Browsers copy only where the page came by https or from this machine: then it is selected, to be copied by hand.
      getSelection().selectAllChildren(source);
      say(_("Press Ctrl+C to copy it."));
    }
  });
}

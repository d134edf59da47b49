// What clicks and keys on the transcript itself do: play from a word, go from segment to segment.

/** Let a click on a word, a segment or a time play from there. */
export function pointing(view, player) {
  const { root, transcript } = view;
  let heard = false; // before the first click of what may become a double click
  root.addEventListener("dblclick", () => { if (!heard) player.pause(); });
  root.addEventListener("click", (event) => {
    const seek = event.target.closest("[data-seek]");
    if (seek) return player.seek(Number(seek.dataset.seek), { play: true });
    const element = event.target.closest(".segment");
    const selecting = !getSelection().isCollapsed && event.detail > 0;
    if (!element || selecting || Number(element.dataset.id) === view.editing || event.shiftKey || event.ctrlKey) return null;
    const segment = transcript.byId.get(Number(element.dataset.id)), word = event.target.closest(".w");
    rove(element);
    if (event.detail > 1) return null; // the second of a double click, which edits
    heard = !player.audio.paused;
    return player.seek(word ? segment.words[Number(word.dataset.w)].start : segment.start, { play: true });
  });
  root.addEventListener("keydown", (event) => {
    const element = event.target.closest(".segment");
    if (!element || view.editing !== null || event.ctrlKey || event.metaKey || event.altKey) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      const all = [...view.elements.values()], next = all[all.indexOf(element) + by];
      if (next) { event.preventDefault(); rove(next); next.focus(); }
    } else if (event.key === "Enter") {
      event.preventDefault();
      player.seek(transcript.byId.get(Number(element.dataset.id)).start, { play: true });
    }
  });
  // One segment, with its speaker, is in the order of Tab: the one that was used last, else the first.
  function rove(element) {
    for (const one of root.querySelectorAll('[tabindex="0"]')) one.tabIndex = -1;
    element.tabIndex = 0;
    const name = element.closest(".block").querySelector(".who-button");
    if (name) name.tabIndex = 0;
  }
  const first = () => { if (!root.querySelector('.segment[tabindex="0"]') && root.querySelector(".segment")) rove(root.querySelector(".segment")); };
  view.addEventListener("updated", first);
  root.addEventListener("focusin", (event) => { const element = event.target.closest(".segment"); if (element) rove(element); });
  first();
}

// Where the caret stands in a text, in characters, and which word that is.

/** A text as it is kept: one line, single spaces. */
export const tidy = (text) => text.replace(/\s+/g, " ").trim();

/** What is written in an element. Browsers that break lines by elements have them read as spaces: words stay apart. */
export const written = (element) => [...element.childNodes].map((node) => (node.nodeName === "BR" ? " " : node.textContent)).join("");

/** Characters before the caret in an element. */
export function caretOffset(element) {
  const selection = getSelection();
  if (!selection.rangeCount || !element.contains(selection.anchorNode)) return written(element).length;
  const range = document.createRange();
  range.setStart(element, 0);
  range.setEnd(selection.getRangeAt(0).startContainer, selection.getRangeAt(0).startOffset);
  return written(range.cloneContents()).length;
}

/** Put the caret behind so many characters. */
export function setCaret(element, offset) {
  const text = element.firstChild;
  if (text) getSelection().collapse(text, Math.min(offset, text.length));
  else getSelection().collapse(element, 0);
}

/** Go to the start or the end of a text; `extend` selects what lies between. */
export function caretTo(element, end, extend) {
  const place = end ? element.childNodes.length : 0;
  if (extend) getSelection().extend(element, place);
  else getSelection().collapse(element, place);
}

/** Put a text in the place of what is selected, as if it were typed: the browser can undo it. */
export const insert = (text) => document.execCommand("insertText", false, text);

/** The place in the element's text at a point of the page; null where there is none. */
export function caretAt(element, x, y) {
  const place = document.caretPositionFromPoint?.(x, y);
  const [node, offset] = place ? [place.offsetNode, place.offset] : (() => {
    const range = document.caretRangeFromPoint?.(x, y);
    return range ? [range.startContainer, range.startOffset] : [null, 0];
  })();
  return node && element.contains(node) ? offset : null;
}

/** How many words stand before so many characters of a segment. A word that the place cuts counts as behind it. */
export function wordAt(segment, characters) {
  if (!segment.words.length) return tidy(segment.text.slice(0, characters)).split(" ").filter(Boolean).length;
  let at = 0, count = 0;
  for (const word of segment.words) {
    const found = segment.text.indexOf(word.text, at);
    if (found < 0) continue;
    at = found + word.text.length;
    if (at > characters) break;
    count++;
  }
  return count;
}

// The transcript on the page: built once, changed where it changes, its words made as they come near.
import { find } from "../dom.js";
import { blockElement, buildWords, segmentElement } from "./render.js";

export class View extends EventTarget {
  constructor(root, transcript, { readonly = false } = {}) {
    super();
    Object.assign(this, { root, transcript, readonly });
    this.blocks = new Map(); // by key: element
    this.elements = new Map(); // by id of a segment
    this.editing = null; // id of the segment that a person writes in: it is not touched
    this.near = new IntersectionObserver((seen) => {
      for (const one of seen) if (one.isIntersecting) { this.near.unobserve(one.target); this.build(one.target); }
    }, { rootMargin: "600px" });
    transcript.addEventListener("change", (event) => this.update(event.detail));
    this.update({ changed: [] });
  }

  /** Bring the page up to date: paragraphs that stay the same stay the same elements. */
  update({ changed }) {
    const focus = this.focused(), writing = this.elements.get(this.editing), put = writing && holding(writing);
    const before = this.blocks, wanted = [];
    this.blocks = new Map();
    for (const block of this.transcript.blocks()) {
      const key = this.key(block);
      let element = before.get(key);
      if (!element) {
        element = blockElement(block, this.transcript, this.readonly);
        if (!block.hole) this.near.observe(element);
      } else before.delete(key);
      this.blocks.set(key, element);
      wanted.push(element);
    }
    this.moving = true; // who writes in a paragraph that is made anew has not left it
    for (const element of before.values()) { this.near.unobserve(element); element.remove(); }
    let next = this.root.firstChild;
    for (const element of wanted) {
      if (element === next) next = next.nextSibling;
      else this.root.insertBefore(element, next);
    }
    this.elements = new Map();
    for (const element of this.root.querySelectorAll(".segment")) this.elements.set(Number(element.dataset.id), element);
    const made = this.elements.get(this.editing);
    if (made && made !== writing) {
      this.elements.set(this.editing, writing);
      put(made);
    }
    this.moving = false;
    for (const id of changed) if (id !== this.editing) this.refresh(id);
    focus?.();
    this.dispatchEvent(new Event("updated"));
  }

  /** Show a segment as the transcript has it. */
  refresh(id) {
    const element = this.elements.get(id), segment = this.transcript.byId.get(id);
    if (!element || !segment) return;
    const fresh = segmentElement(segment), focused = document.activeElement === element;
    if (element.dataset.words) buildWords(fresh, segment);
    element.replaceWith(fresh);
    this.elements.set(id, fresh);
    if (focused) fresh.focus({ preventScroll: true });
  }

  key(block) {
    if (block.hole) return `hole ${block.hole.start}`;
    return `${block.turn} ${block.speaker} ${this.transcript.name(block.speaker)} ${block.segments.map((one) => one.id).join()}`;
  }

  build(block) {
    for (const element of block.querySelectorAll(".segment")) this.words(Number(element.dataset.id));
  }

  /** A segment's element with its words. */
  words(id) {
    const element = this.elements.get(id);
    if (element && id !== this.editing) buildWords(element, this.transcript.byId.get(id));
    return element;
  }

  /** The element of a word; that of its segment where it has none. */
  word(id, place) {
    const element = this.words(id);
    return element && place >= 0 ? find(`[data-w="${place}"]`, element) ?? element : element;
  }

  focused() {
    const active = document.activeElement;
    if (!this.root.contains(active)) return null;
    const id = active.dataset.id ?? active.dataset.who;
    const selector = active.dataset.who ? `[data-who="${id}"]` : `[data-id="${id}"]`;
    return id === undefined ? null : () => {
      if (!this.root.contains(document.activeElement)) (find(selector, this.root) ?? find(`[data-id="${id}"]`, this.root))?.focus({ preventScroll: true });
    };
  }
}

/** A function that puts an element in the place of another one, with focus and caret as they are now. */
function holding(element) {
  const { anchorNode, anchorOffset, focusNode, focusOffset } = getSelection(), focused = document.activeElement === element;
  return (other) => {
    other.replaceWith(element);
    if (!focused) return;
    element.focus({ preventScroll: true });
    if (element.contains(anchorNode)) getSelection().setBaseAndExtent(anchorNode, anchorOffset, focusNode, focusOffset);
  };
}

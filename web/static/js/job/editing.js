// Writing in the transcript: one segment at a time, in its place.
import { _ } from "../i18n.js";
import { clock } from "../format.js";
import { say } from "../say.js";
import { caretAt, caretOffset, caretTo, insert, setCaret, tidy, wordAt, written } from "./caret.js";
import { EditBar } from "./editbar.js";

const PAUSE = 1200; // milliseconds without a key until it is saved

export class Editor extends EventTarget {
  constructor(view, edits, saver, player) {
    super();
    Object.assign(this, { view, edits, saver, player, id: null });
    this.transcript = view.transcript;
    this.bar = new EditBar(this);
    const { root } = view;
    root.addEventListener("click", (event) => {
      const pencil = event.target.closest("[data-edit]");
      if (pencil) this.open(Number(pencil.dataset.edit), { at: 0 });
    });
    root.addEventListener("dblclick", (event) => {
      const element = event.target.closest(".segment");
      if (element && Number(element.dataset.id) !== this.id) this.open(Number(element.dataset.id), { x: event.clientX, y: event.clientY });
    });
    root.addEventListener("input", (event) => { if (event.target === this.element) this.typed(); });
    root.addEventListener("keydown", (event) => { if (event.target === this.element) this.key(event); });
    root.addEventListener("paste", (event) => { if (event.target === this.element || this.element?.contains(event.target)) this.paste(event); });
    // Safari gives the focus to the page, not to the button, where one is clicked: what is pressed tells where one goes.
    document.addEventListener("mousedown", ({ target }) => { this.pressed = target; setTimeout(() => { this.pressed = null; }); }, true);
    document.addEventListener("focusout", (event) => this.left(event));
    view.addEventListener("updated", () => { if (this.id !== null && !this.bar.element.isConnected) this.bar.show(this.element, this.transcript.byId.get(this.id)); });
    document.addEventListener("visibilitychange", () => { if (document.hidden && this.id !== null && this.text) this.commit(); });
  }

  /** Write in a segment: with the caret at a point, a place in the text, or its end. */
  open(id, { x, y, at } = {}) {
    if (this.id === id) return;
    this.close();
    const element = this.view.elements.get(id), segment = this.transcript.byId.get(id);
    if (!element) return;
    this.id = this.view.editing = id;
    this.session = `${id} ${performance.now()}`;
    this.element = element;
    this.kept = segment.text;
    element.textContent = segment.text;
    delete element.dataset.words;
    try { element.contentEditable = "plaintext-only"; } catch { element.contentEditable = "true"; }
    element.setAttribute("role", "textbox");
    element.setAttribute("aria-multiline", "true");
    element.setAttribute("aria-label", _("Text at {time}", { time: clock(segment.start) }));
    element.spellcheck = true;
    element.classList.add("editing");
    this.bar.show(element, segment);
    element.focus({ preventScroll: x !== undefined });
    setCaret(element, x === undefined ? at ?? segment.text.length : caretAt(element, x, y) ?? segment.text.length);
    this.dispatchEvent(new Event("change"));
  }

  /** Leave the segment; what was written is saved. */
  close({ focus = false } = {}) {
    if (this.id === null) return Promise.resolve();
    const { id, element } = this, saved = this.commit();
    this.id = this.view.editing = null;
    this.element = null;
    clearTimeout(this.timer);
    this.bar.hide();
    element.removeAttribute("contenteditable");
    for (const name of ["role", "aria-multiline", "aria-label", "spellcheck"]) element.removeAttribute(name);
    element.classList.remove("editing");
    this.view.refresh(id);
    this.view.words(id);
    if (focus) this.view.elements.get(id)?.focus({ preventScroll: true });
    this.dispatchEvent(new Event("change"));
    return saved;
  }

  get text() { return tidy(written(this.element)); }

  typed() {
    clearTimeout(this.timer);
    this.saver.write({ segment: this.id, text: this.text });
    this.dispatchEvent(new Event("change"));
    this.timer = setTimeout(() => { if (this.text) this.commit(); }, PAUSE);
  }

  /** Hand over what was written. An empty segment is deleted when one leaves it. */
  commit() {
    const { id, text } = this;
    clearTimeout(this.timer);
    if (this.saver.typing) this.saver.write(null);
    if (text === this.transcript.byId.get(id)?.text) return Promise.resolve();
    return (text ? this.edits.write(id, text, this.session) : this.edits.remove(id)).catch(() => {});
  }

  key(event) {
    const { key } = event, command = event.ctrlKey || event.metaKey;
    const at = caretOffset(this.element), collapsed = getSelection().isCollapsed, { length } = written(this.element);
    const run = {
      Escape: () => this.close({ focus: true }),
      Enter: () => (command ? this.close({ focus: true }) : this.split(at)),
      Backspace: at === 0 && collapsed && !command ? () => this.joinBefore() : null,
      Delete: at === length && collapsed && !command ? () => this.joinAfter() : null,
      // Firefox stops at an edge of a line: the segment is no block of its own.
      Home: event.ctrlKey ? () => caretTo(this.element, false, event.shiftKey) : null,
      End: event.ctrlKey ? () => caretTo(this.element, true, event.shiftKey) : null,
      ArrowDown: event.altKey ? () => this.step(1) : null,
      ArrowUp: event.altKey ? () => this.step(-1) : null,
    }[key];
    event.stopPropagation();
    const heard = this.hearing(event);
    if (heard) { event.preventDefault(); heard(); }
    if (!run) return;
    event.preventDefault();
    run();
  }

  /** A segment is one line, whatever lines the text has that is put in. */
  paste(event) {
    event.preventDefault();
    const text = event.clipboardData.getData("text/plain").replace(/\s+/g, " ");
    if (text) insert(text);
  }

  /** The player's keys while one writes. By their place: with Alt some keyboards write other letters. */
  hearing({ code, altKey, ctrlKey }) {
    if (ctrlKey && code === "Space") return () => this.player.toggle();
    return altKey && !ctrlKey ? { KeyK: () => this.player.toggle(), KeyJ: () => this.player.skip(-5), KeyL: () => this.player.skip(5) }[code] : undefined;
  }

  /** What stands before and behind, in order. */
  neighbour(by) {
    const { segments } = this.transcript;
    return segments[segments.findIndex((one) => one.id === this.id) + by];
  }

  step(by) {
    const next = this.neighbour(by);
    if (next) this.open(next.id, { at: by > 0 ? 0 : undefined });
  }

  async split(at = caretOffset(this.element)) {
    const { id } = this, whole = written(this.element);
    if (!tidy(whole.slice(at))) return this.step(1);
    const word = tidy(whole.slice(0, at)).length;
    if (!word) return undefined;
    return this.typingOn(async () => {
      await this.close();
      const place = wordAt(this.transcript.byId.get(id), word);
      if (place > 0) await this.after(this.edits.split(id, place), ([made]) => this.reopen(made, 0));
    });
  }

  joinBefore() {
    const before = this.neighbour(-1);
    return before && this.join(before.id, before.id, before.text.length);
  }

  joinAfter() { return this.neighbour(1) && this.join(this.id, this.id, this.text.length); }

  join(first, open, at) {
    return this.typingOn(async () => {
      await this.close();
      if (this.transcript.byId.has(first)) await this.after(this.edits.join(first), () => this.reopen(open, at));
    });
  }

  /** Go on writing, unless one writes somewhere else by now. */
  reopen(id, at) { if (this.id === null) this.open(id, { at }); }

  /** What is typed while segments are made anew is written when they are there; it means nothing else meanwhile. */
  async typingOn(work) {
    let typed = "";
    const hold = (event) => {
      const { key, target } = event;
      if (key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
      if (this.saver.state === "waiting" || target.isContentEditable || target.closest("input, select, textarea, button, dialog")) return;
      event.preventDefault();
      event.stopPropagation();
      typed += key;
    };
    document.addEventListener("keydown", hold, true);
    try { await work(); } finally { document.removeEventListener("keydown", hold, true); }
    if (typed && this.element) insert(typed);
  }

  async remove() {
    const { id } = this, next = this.neighbour(1) ?? this.neighbour(-1);
    this.element.textContent = this.transcript.byId.get(id).text;
    await this.close();
    await this.after(this.edits.remove(id), () => {
      say(_("Deleted."), { action: { label: _("Undo"), run: () => this.edits.undo() } });
      if (next && this.id === null) this.view.elements.get(next.id)?.focus({ preventScroll: true });
    });
  }

  /** When a change is saved, go on; a refusal has been told already. */
  async after(change, then) {
    try { then(await change); } catch { /* the queue has said why */ }
  }

  left(event) {
    if (this.id === null || this.view.moving || event.target !== this.element && !this.bar.element.contains(event.target)) return;
    const to = this.pressed ?? event.relatedTarget;
    if (to === this.element || this.bar.element.contains(to) || to?.closest?.(".player, dialog")) return;
    if (!document.hasFocus()) { this.commit(); return; }
    this.close();
  }
}

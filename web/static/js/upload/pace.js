// How fast something goes, over the last few seconds.
const WINDOW = 8000, LEAST = 1000;

export class Pace {
  #marks = [];

  /** So much is done now; how much a second, null until that can be told. */
  note(done) {
    const time = performance.now();
    this.#marks.push([time, done]);
    while (this.#marks.length > 2 && time - this.#marks[0][0] > WINDOW) this.#marks.shift();
    const [then, before] = this.#marks[0];
    return time - then > LEAST && done > before ? (done - before) / ((time - then) / 1000) : null;
  }
}

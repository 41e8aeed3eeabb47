/**
 * How much is read from one connection before others get their turn: as long as there is something to read, the runtime
 * would go on with it many times over, and a call on stdin would wait.
 */

/** Bytes in one turn of the event loop. */
const MOST_IN_A_TURN = 128 * 1024;

export class Pace {
  readonly #resume: () => void;
  #read = 0;
  #paused = false;
  #counting = false;

  constructor(resume: () => void) {
    this.#resume = resume;
  }

  /** So many bytes were read. May the next read come in this turn? Otherwise `resume` is called in the next one. */
  goesOn(bytes: number): boolean {
    this.#read += bytes;
    if (!this.#counting) {
      this.#counting = true;
      setImmediate(this.#turned);
    }
    this.#paused = this.#read >= MOST_IN_A_TURN;
    return !this.#paused;
  }

  readonly #turned = (): void => {
    this.#counting = false;
    this.#read = 0;
    if (!this.#paused) return;
    this.#paused = false;
    this.#resume();
  };
}

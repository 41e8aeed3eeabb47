/**
 * How much is read from one connection before others get their turn: as long as there is something to read, the runtime
 * would go on with it many times over, and a call on stdin would wait. To stop and go on costs a tenth of what a fast
 * stream may reach, so that is done often only while there are calls.
 */

/** Bytes in one turn of the event loop: while nobody else seems to wait, and while calls come. */
const MOST_ALONE = 1024 * 1024;
const MOST_BESIDE_CALLS = 128 * 1024;
/** Turns of reading after a message of control, in which another one is expected. */
const TURNS_BESIDE_CALLS = 64;

export class Pace {
  readonly #resume: () => void;
  #read = 0;
  #paused = false;
  #counting = false;
  #turnsBesideCalls = 0;

  constructor(resume: () => void) {
    this.#resume = resume;
  }

  /** Control has come: what comes on the connection shall not delay what may follow. */
  hurry(): void {
    this.#turnsBesideCalls = TURNS_BESIDE_CALLS;
  }

  /** So many bytes were read. May the next read come in this turn? Otherwise `resume` is called in the next one. */
  goesOn(bytes: number): boolean {
    this.#read += bytes;
    if (!this.#counting) {
      this.#counting = true;
      setImmediate(this.#turned);
    }
    this.#paused = this.#read >= (this.#turnsBesideCalls > 0 ? MOST_BESIDE_CALLS : MOST_ALONE);
    return !this.#paused;
  }

  readonly #turned = (): void => {
    this.#counting = false;
    this.#read = 0;
    if (this.#turnsBesideCalls > 0) this.#turnsBesideCalls--;
    if (!this.#paused) return;
    this.#paused = false;
    this.#resume();
  };
}

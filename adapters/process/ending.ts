/**
 * How a process ended shows in several places, in any order: its data end, its control ends, it exits. This waits until
 * all that it has sent is there, and for the place that knows best why it ended.
 */

/** How long the other places may take after the first, in milliseconds; and after the process has exited. */
const LAST_WORDS = 100;
const LAST_BYTES = 1_000;

export type Place = "data" | "control" | "process";

export class Ending {
  /** Those that have not ended. */
  readonly #open: Set<Place>;
  readonly #report: (error: Error) => void;
  readonly #errors = new Map<Place, Error>();
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;
  #stopped = false;

  constructor(places: readonly Place[], report: (error: Error) => void) {
    this.#open = new Set(places);
    this.#report = report;
  }

  /** From now on, that one is waited for, too. */
  add(place: Place): void {
    this.#open.add(place);
  }

  over(place: Place, error: Error): void {
    if (this.#stopped || this.#errors.has(place)) return;
    this.#errors.set(place, error);
    this.#open.delete(place);
    if (this.#open.size === 0) this.#finish();
    else if (this.#timer === undefined) this.#wait(LAST_WORDS);
  }

  /** The process has exited: how it ended, `over` tells once its last words are there. */
  exited(): void {
    if (!this.#stopped) this.#wait(LAST_BYTES);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer);
    const timer = setTimeout(() => {
      // What has arrived while the event loop was held up is read before that counts.
      setImmediate(() => {
        if (this.#timer === timer) this.#finish();
      });
    }, ms);
    this.#timer = timer;
  }

  #finish(): void {
    if (this.#stopped) return;
    this.stop();
    const [first] = this.#errors.values();
    const error = this.#errors.get("process") ?? first;
    if (error !== undefined) this.#report(error);
  }
}

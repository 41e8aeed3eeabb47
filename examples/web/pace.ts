/**
 * How fast a reader takes bytes, changed at will while it waits. It only makes the reader wait: that the writer at the
 * other side then waits, too, is the streams' doing.
 */

/** What may be made up for after a wait that took too long (timers are coarse), in seconds. */
const LAG = 0.05;

export class Pace {
  #rate: number;
  /** Bytes taken and not yet waited for; below 0 for what may be made up for. */
  #owed = 0;
  #changed = (): void => {};

  /** In bytes a second: 0 stands still, `Infinity` does not wait at all. */
  constructor(rate: number) {
    this.#rate = rate;
  }

  get rate(): number {
    return this.#rate;
  }

  set rate(rate: number) {
    this.#rate = rate;
    this.#changed();
  }

  /** Resolves when so many bytes may be taken; rejects with the signal's reason. For one reader at a time. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    this.#owed += bytes;
    while (this.#owed > 0 && this.#rate !== Number.POSITIVE_INFINITY) {
      const rate = this.#rate;
      const start = performance.now();
      await this.#wait(rate === 0 ? undefined : (1000 * this.#owed) / rate, signal);
      this.#owed = Math.max(this.#owed - (rate * (performance.now() - start)) / 1000, -LAG * rate);
    }
    if (this.#rate === Number.POSITIVE_INFINITY) this.#owed = 0;
  }

  /** Until the time has passed, the rate has changed, or the signal says to stop. */
  #wait(milliseconds: number | undefined, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        if (signal.aborted) reject(signal.reason);
        else resolve();
      };
      const timer = milliseconds === undefined ? undefined : setTimeout(end, milliseconds);
      signal.addEventListener("abort", end);
      this.#changed = end;
    });
  }
}

/** Those who wait until a count has come so far. What is counted, and how far that is, knows who releases them. */

interface Waiting {
  readonly count: number;
  resolve(): void;
}

export class Waits {
  #waiting: Waiting[] = [];

  get length(): number {
    return this.#waiting.length;
  }

  /** Resolves once it was released as far as `count`; rejects as soon as the signal is aborted. */
  until(count: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        count,
        resolve() {
          signal?.removeEventListener("abort", abort);
          resolve();
        },
      };
      const abort = (): void => {
        this.#waiting = this.#waiting.filter((each) => each !== waiting);
        reject(signal?.reason);
      };
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      signal?.addEventListener("abort", abort, { once: true });
      this.#waiting.push(waiting);
    });
  }

  /** Resolves those that wait for no more than `count`; the others stay. */
  release(count: number): void {
    const all = this.#waiting;
    this.#waiting = all.filter((each) => each.count > count);
    for (const each of all) if (each.count <= count) each.resolve();
  }
}

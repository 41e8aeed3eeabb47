/**
 * The signals of calls or streams under way, with one listener each: some runtimes take a dozen listeners on one signal for
 * a leak, and a signal that many of them share is nothing unusual.
 */
export class Signals {
  readonly #watched = new Map<AbortSignal, Set<() => void>>();

  /** Calls `aborted` once `signal` is; returns what ends the wait. The last to end it leaves no listener. */
  watch(signal: AbortSignal, aborted: () => void): () => void {
    let waiting = this.#watched.get(signal);
    if (waiting === undefined) {
      waiting = new Set();
      this.#watched.set(signal, waiting);
      signal.addEventListener("abort", this);
    }
    waiting.add(aborted);
    return () => {
      waiting.delete(aborted);
      if (waiting.size > 0 || this.#watched.get(signal) !== waiting) return;
      this.#watched.delete(signal);
      signal.removeEventListener("abort", this);
    };
  }

  /** The EventListener interface. */
  handleEvent({ target }: { readonly target: unknown }): void {
    for (const aborted of [...(this.#watched.get(target as AbortSignal) ?? [])]) aborted();
  }
}

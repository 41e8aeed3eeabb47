/**
 * Where the bytes of a connection go: to the places that the core names. Where the runtime reads into a buffer of ours,
 * that is the place itself, and nothing is copied.
 */
import type { ByteLinkReceiver } from "../../src/link.ts";

/** Takes what comes when the core has no place for it: it does not listen yet, or no more. In bytes. */
const ASIDE_BYTES = 64 * 1024;

export class Inlet {
  #receiver: ByteLinkReceiver | undefined = undefined;
  #aside: Uint8Array | undefined = undefined;
  #stopped = false;
  readonly #early: () => void;

  /** `early`: data came before `start`. */
  constructor(early: () => void) {
    this.#early = early;
  }

  start(receiver: ByteLinkReceiver): void {
    this.#receiver = receiver;
  }

  /** What comes from now on is dropped. */
  stop(): void {
    this.#stopped = true;
    this.#receiver = undefined;
  }

  /** Where the next read is to put its bytes. The runtime asks after each read, thus maybe long before the next. */
  place(): Uint8Array {
    if (this.#receiver !== undefined) {
      this.#aside = undefined;
      return this.#receiver.space();
    }
    this.#aside ??= new Uint8Array(ASIDE_BYTES);
    return this.#aside;
  }

  /** So many bytes were put in the place that was named last. */
  placed(count: number): void {
    if (this.#aside !== undefined) this.take(this.#aside.subarray(0, count));
    else this.#receiver?.filled(count);
  }

  /** Bytes that the runtime has put somewhere else. */
  take(bytes: Uint8Array): void {
    if (this.#receiver === undefined && !this.#stopped) this.#early();
    let rest = bytes;
    while (rest.length > 0 && this.#receiver !== undefined) {
      const into = this.#receiver.space();
      const count = Math.min(into.length, rest.length);
      into.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      this.#receiver.filled(count);
    }
  }
}

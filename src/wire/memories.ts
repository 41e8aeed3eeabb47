/** Memory for copies of chunks, used again once the link has taken what was in it: new memory costs more than the copy. */

/** Bytes of each, and how many are kept for later. */
export const MEMORY: number = 80 * 1024;
const KEPT = 8;

export class Memories {
  #free: Uint8Array[] = [];
  /** Handed to the link, and not yet taken. */
  #out: Uint8Array[] = [];

  take(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(MEMORY);
  }

  /** Is with the link from now on. */
  lend(memory: Uint8Array): void {
    if (memory.length === MEMORY) this.#out.push(memory);
  }

  /** The link has taken all that was lent. */
  returned(): void {
    for (const memory of this.#out) if (this.#free.length < KEPT) this.#free.push(memory);
    this.#out.length = 0;
  }
}

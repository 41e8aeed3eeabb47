/**
 * The account of what is held, beside the platform's queue: the platform skips `size()` when a read waits and does not
 * say which chunk left. Its queue counts chunks (of a byte stream: bytes), so how far `desiredSize` has risen tells
 * exactly how much left, oldest first.
 */
import { CHUNK_OVERHEAD, type ReceiveCredit } from "./credit.ts";
import type { Strategy } from "./strategy.ts";

/** Where the platform shall always pull: no queue of ours comes near it, and `desiredSize` stays exact. */
const ALWAYS = 2 ** 31 + 0.5;

/** The platform's mark: it asks once half of the window is free where it counts as the account does, else always. */
export function platformMark(strategy: Strategy, inBytes: boolean): number {
  const { highWaterMark, unit, size } = strategy;
  if (highWaterMark === 0) return 0;
  const countsAlike = inBytes || (unit === "chunks" && size === undefined);
  return countsAlike ? Math.min(ALWAYS, Math.floor(highWaterMark / 2) + 0.5) : ALWAYS;
}

/** A queue, oldest first: the bytes charged for each chunk, and its weight where that is not always 1. */
export class Held {
  #bytes: number[] = new Array<number>(16).fill(0);
  #weights: number[] | undefined;
  #head = 0;
  #length = 0;
  /** The bytes of all chunks, without what is charged on top of each. */
  #payload = 0;

  constructor(weighed: boolean) {
    this.#weights = weighed ? new Array<number>(16).fill(0) : undefined;
  }

  get length(): number {
    return this.#length;
  }

  /** Bytes charged for the oldest chunk, and its weight. */
  get bytes(): number {
    return this.#bytes[this.#head] as number;
  }
  get weight(): number {
    return this.#weights === undefined ? 1 : (this.#weights[this.#head] as number);
  }

  /**
   * Books at `credit` what has left the platform's queue, which has `left` now: chunks, or bytes if it is that of a byte
   * stream.
   */
  settle(left: number, inBytes: boolean, credit: ReceiveCredit): void {
    if (inBytes) {
      // The oldest chunk has left as soon as the others alone make up for what is left.
      while (this.#length > 0 && this.#payload - (this.bytes - CHUNK_OVERHEAD) >= left) this.#leave(credit);
    } else {
      while (this.#length > left) this.#leave(credit);
    }
  }

  #leave(credit: ReceiveCredit): void {
    credit.leave(this.weight, this.bytes);
    this.shift();
  }

  push(bytes: number, weight: number): void {
    const size = this.#bytes.length;
    if (this.#length === size) {
      this.#bytes = this.#grown(this.#bytes);
      if (this.#weights !== undefined) this.#weights = this.#grown(this.#weights);
      this.#head = 0;
    }
    const at = (this.#head + this.#length) & (this.#bytes.length - 1);
    this.#bytes[at] = bytes;
    if (this.#weights !== undefined) this.#weights[at] = weight;
    this.#length++;
    this.#payload += bytes - CHUNK_OVERHEAD;
  }

  shift(): void {
    this.#payload -= this.bytes - CHUNK_OVERHEAD;
    this.#head = (this.#head + 1) & (this.#bytes.length - 1);
    this.#length--;
  }

  /** The size stays a power of two, so that a mask wraps around. */
  #grown(ring: number[]): number[] {
    const ordered = ring.slice(this.#head).concat(ring.slice(0, this.#head));
    return ordered.concat(new Array<number>(ring.length).fill(0));
  }
}

/** One direction of the default stream as the harness sees it: numbers, in order. */
import type { SideName } from "./scenario.ts";

export class DataFlow {
  readonly sender: SideName;
  /** The most that may be in hand at the receiver. */
  readonly bound: number;
  /** `sendData` resolved for so many; so many have been delivered; given to the receiver; handled there. */
  started = 0;
  delivered = 0;
  got = 0;
  readonly #unhandled = new Set<number>();
  /** Something was done that ends it before its time. */
  broken = false;
  readonly #fail: (what: string) => void;

  constructor(sender: SideName, bound: number, fail: (what: string) => void) {
    this.sender = sender;
    this.bound = bound;
    this.#fail = (what) => fail(`data of ${sender}: ${what}`);
  }

  takes(value: unknown): number {
    if (value !== this.got) this.#fail(`${String(value)} came in the place of ${this.got}`);
    this.#unhandled.add(this.got);
    if (this.#unhandled.size > this.bound) this.#fail(`${this.#unhandled.size} chunks are in hand, over ${this.bound}`);
    return this.got++;
  }

  handles(index: number): void {
    this.#unhandled.delete(index);
  }

  /** Chunks of which each, and all before it, was handled. */
  get handled(): number {
    for (const first of this.#unhandled) return first;
    return this.got;
  }

  get inHand(): number {
    return this.#unhandled.size;
  }
}

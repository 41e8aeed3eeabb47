/**
 * Keeps the engine from looking through its whole heap for the buffers of chunks that were read long ago. V8 does that for
 * each 64 MiB of buffers that it has not seen freed, which took a third of a reader's time. Its collection of young objects
 * frees the same buffers at a hundredth of the cost, but only comes once enough young objects were made, and a stream of
 * buffers makes hardly any (up to Node 22, buffers counted there too). So some are made that nobody needs, litter, in
 * proportion to the bytes that pass. How much is enough depends on the engine and on what else runs, so it is found by
 * watching: none as long as collections of the whole heap are rare, and none where they come all the same.
 */
import type { Scheduler } from "../link.ts";

const MiB = 1024 * 1024;
/** A whole collection after fewer bytes than these comes because of them. */
const SOON = 128 * MiB;
/** After so many without one, less litter may do. */
const LATE = 8 * 1024 * MiB;
/** Where litter is of no use, it is tried again after so many bytes; then after twice as many, and so on. */
const REST = 1024 * MiB;
/** Bytes of litter for each byte that passes. */
const LEAST_SHARE = 1 / 16;
const MOST_SHARE = 1;
/** What is made at once: words, each of 8 bytes. */
const PIECE = 4096;

/**
 * Asked for each piece: what nobody asks for, a compiler need not make. It is not stored, for what is stored while the
 * heap is looked through counts as alive.
 */
const NONE = new WeakSet();

/** Calls back each time the engine has looked through its whole heap, as long as what it returns is held. */
export type Watch = (collected: () => void) => object;

export class Litter {
  readonly #watch: Watch;
  #watching: object | undefined = undefined;
  #share = 0;
  /** Has a whole collection been long in coming with this share? Then one that comes soon is forgiven. */
  #isProven = false;
  /** Bytes since the last whole collection, and those of litter that are due for them. */
  #passed = 0;
  #due = 0;
  /** Bytes that pass before the next try, and how many it will be then. */
  #resting = 0;
  #rest = REST;

  constructor(watch: Watch = watchHeap) {
    this.#watch = watch;
  }

  /** Bytes of litter for each byte that passes. */
  get share(): number {
    return this.#share;
  }

  /** A chunk has come or gone, with so many bytes of buffers or of whatever else lies outside of the heap. */
  pass(bytes: number): void {
    this.#passed += bytes;
    if (this.#watching === undefined && this.#passed >= SOON / 2) this.#watching = this.#watch(() => this.#collected());
    if (this.#share === 0) return;
    this.#due += bytes * this.#share;
    for (; this.#due > 0; this.#due -= PIECE * 8) NONE.has(new Array(PIECE));
  }

  #collected(): void {
    const passed = this.#passed;
    this.#passed = 0;
    if (passed >= SOON) {
      this.#isProven = true;
      this.#rest = REST;
      if (passed >= LATE && this.#share > LEAST_SHARE) this.#share /= 2;
    } else if (this.#resting > 0) this.#resting -= passed;
    else if (this.#isProven) this.#isProven = false;
    else if (this.#share < MOST_SHARE) this.#share = Math.max(LEAST_SHARE, this.#share * 2);
    else this.#giveUp();
  }

  #giveUp(): void {
    this.#share = 0;
    this.#resting = this.#rest;
    this.#rest *= 2;
  }
}

/** An object that nobody holds goes with the next whole collection, and not with one of young objects only. */
function watchHeap(collected: () => void): object {
  // Some runtimes leave it out.
  if (typeof FinalizationRegistry === "undefined") return NONE;
  const registry = new FinalizationRegistry<undefined>(() => {
    registry.register({}, undefined);
    collected();
  });
  registry.register({}, undefined);
  return registry;
}

const known = new WeakMap<Scheduler, Litter>();

/** That of a realm, which has one heap and one scheduler, whatever channels share them. */
export function litterOf(scheduler: Scheduler): Litter {
  const litter = known.get(scheduler) ?? new Litter();
  known.set(scheduler, litter);
  return litter;
}

/**
 * A sender's and a receiver's account with nothing between them but two queues: what a stream does with them, without
 * streams. Each step happens when the test says so, so that every crossing of data and grants can be tried.
 */
import {
  CHUNK_OVERHEAD,
  type Grant,
  type InitialCredit,
  ReceiveCredit,
  SendCredit,
} from "../../../src/stream/credit.ts";
import type { Unit } from "../../../src/wire/frames.ts";

export interface Chunk {
  readonly payload: number;
  readonly weight: number;
}

export interface PairOptions {
  readonly unit: Unit;
  readonly highWaterMark: number;
  readonly byteWindow: number;
  /** The receiver weighs by a `size` of its own, the sender counts chunks. */
  readonly weighed: boolean;
  readonly initial: InitialCredit;
}

interface Queued {
  readonly weight: number;
  readonly bytes: number;
}

export class CreditPair {
  readonly sender: SendCredit = new SendCredit();
  readonly receiver: ReceiveCredit;
  readonly #waiting: Chunk[];
  readonly #data: Chunk[] = [];
  /** The acceptance, then grants. */
  readonly #back: Grant[] = [];
  readonly #held: Queued[] = [];
  /** Chunks read so far, grants sent so far, and those of them that were sent when a chunk arrived. */
  read = 0;
  grants = 0;
  grantsOnArrival = 0;
  #readWaits = false;

  constructor(chunks: readonly Chunk[], options: PairOptions) {
    this.#waiting = [...chunks];
    this.receiver = new ReceiveCredit(options.unit, options.highWaterMark, options.byteWindow, options.weighed);
    this.receiver.initial = options.initial;
    this.sender.initial = options.initial;
    this.#back.push({ limit: this.receiver.limit, bytes: this.receiver.byteLimit });
  }

  get held(): number {
    return this.#held.length;
  }

  /** Each returns whether there was anything to do. */
  send(): boolean {
    const chunk = this.#waiting[0];
    if (chunk === undefined || !this.sender.open) return false;
    this.#waiting.shift();
    this.sender.add(chunk.payload, chunk.weight, chunk.payload + CHUNK_OVERHEAD);
    this.#data.push(chunk);
    return true;
  }

  arrive(): boolean {
    const chunk = this.#data.shift();
    if (chunk === undefined) return false;
    if (!this.receiver.covered) throw new Error("An honest sender was found to have overrun");
    const { unit } = this.receiver;
    const counted = unit === "chunks" ? 1 : unit === "bytes" ? chunk.payload : chunk.weight;
    const weight = this.receiver.weighed ? chunk.weight : counted;
    const bytes = chunk.payload + CHUNK_OVERHEAD;
    this.receiver.arrive(counted, weight, bytes);
    this.#held.push({ weight, bytes });
    if (this.#grant(false)) this.grantsOnArrival++;
    if (this.#readWaits) this.take();
    return true;
  }

  /** A read: of what is held, or one that waits for it. */
  take(): boolean {
    const next = this.#held.shift();
    if (next === undefined) {
      const asked = !this.#readWaits;
      this.#readWaits = true;
      this.#grant(true);
      return asked;
    }
    this.#readWaits = false;
    this.receiver.leave(next.weight, next.bytes);
    this.read++;
    this.#grant(false);
    return true;
  }

  /** The acceptance or a grant comes back to the sender. */
  hear(): boolean {
    const grant = this.#back.shift();
    if (grant === undefined) return false;
    this.sender.unit ??= this.receiver.unit;
    this.sender.raise(grant.limit, grant.bytes);
    return true;
  }

  #grant(readWaits: boolean): boolean {
    const grant = this.receiver.grant(readWaits);
    if (grant === undefined) return false;
    this.grants++;
    this.#back.push(grant);
    return true;
  }
}

/**
 * Chunks on their way over a lane of messages: made the stream's own, gathered in a batch, and posted as structured
 * clones. The first chunk of an idle stream is posted at once.
 */

import type { Codec } from "../codecs/codec.ts";
import { copyValue, NOT_PLAIN } from "../wire/plain.ts";
import { Batch, NO_MOVES } from "./batch.ts";
import { charge, isBytes, type Owned, own, type Transfer, takenOver } from "./chunk.ts";
import { CHUNK_OVERHEAD } from "./credit.ts";
import { encode, moveNamed } from "./encoded.ts";
import type { Gathering } from "./gather.ts";
import { checkSize, type Shipping, type ShippingHost } from "./shipping.ts";
import { byteLengthOf } from "./strategy.ts";

export class Posting implements Shipping, Gathering {
  /** Posting is the only crossing, and never waits. */
  readonly full = false;
  readonly #host: ShippingHost;
  readonly #batch: Batch;
  #gathering = false;

  constructor(host: ShippingHost) {
    this.#host = host;
    this.#batch = new Batch(host.owner.id, host.weighed);
  }

  prepare(): void {
    this.#batch.addRow({ a: [0] }, 1);
  }

  get length(): number {
    return this.#batch.length;
  }

  start(chunk: unknown, weight: number): void {
    const { codec, transfer } = this.#host;
    if (codec !== undefined) this.#startEncoded(codec, chunk, weight);
    else if (typeof transfer === "function") this.#startOwned(chunk, weight, transfer);
    else this.#startCloned(chunk, weight);
  }

  /** Most chunks are plain data: as rows they cost least, and else a copy is enough. */
  #startCloned(chunk: unknown, weight: number): void {
    const payload = this.#payload(chunk);
    if (this.#batch.addRow(chunk, weight)) {
      this.#host.book(payload, weight, CHUNK_OVERHEAD);
      this.#gathered(false);
      return;
    }
    const copy = copyValue(chunk);
    if (copy === NOT_PLAIN) this.#startOwned(chunk, weight, this.#host.transfer);
    else this.#take({ chunk: copy, moves: NO_MOVES, lent: false }, weight);
  }

  #startEncoded(codec: Codec, chunk: unknown, weight: number): void {
    const form = codec.form?.(chunk) ?? 0;
    if (form !== this.#batch.form) {
      this.flush();
      this.#batch.form = form;
    }
    const { transfer, owner } = this.#host;
    const bytes = encode(codec, chunk);
    if (typeof transfer === "function") {
      checkSize(bytes.length, owner);
      const found = moveNamed(chunk, bytes, transfer);
      this.#startOwned(found, weight, found !== bytes);
    } else {
      // Memory that the codec uses again must not be moved.
      this.#startOwned(bytes, weight, codec.reuses === true ? false : transfer);
    }
  }

  #startOwned(encoded: unknown, weight: number, transfer: Transfer): void {
    this.#take(own(encoded, transfer), weight);
  }

  #take(owned: Owned, weight: number): void {
    const bytes = charge(owned.chunk);
    checkSize(bytes - CHUNK_OVERHEAD, this.#host.owner);
    const { chunk, moves, lent } = this.#gathering && owned.lent ? this.#toGather(owned, bytes) : owned;
    this.#host.book(this.#payload(chunk), weight, bytes);
    this.#batch.add(chunk, weight, bytes, moves);
    this.#gathered(lent);
  }

  /**
   * What is lent cannot wait. What `transfer: true` moves is taken over now, unless it fills the batch, which is posted in this
   * call then. Anything else is posted in this call by itself.
   */
  #toGather(owned: Owned, bytes: number): Owned {
    const moves = this.#host.transfer === true;
    if (moves && isBytes(owned.chunk) && this.#batch.fullWith(bytes)) return { ...owned, lent: false };
    const own = moves ? takenOver(owned) : owned;
    if (own.lent) this.flush();
    return own;
  }

  expect(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    this.#host.owner.turn.add(this);
  }

  flush(): boolean {
    const batch = this.#batch;
    if (batch.length === 0) return false;
    try {
      this.#post();
    } catch {
      this.#postEach();
    }
    return true;
  }

  discard(all: boolean): void {
    if (all) this.#batch.clear();
  }

  /** The turn is over: what was gathered is posted; a direction that gathered nothing posts its next chunk at once. */
  turned(): boolean {
    this.#gathering = this.flush();
    // While a write waits for credit, more of its kind will follow.
    if (!this.#gathering && !this.#host.waits) this.#batch.release();
    this.#host.sent();
    return this.#gathering;
  }

  /** The chunk's own bytes. Until the unit is fixed any unit may come, so chunks without a length count nothing yet. */
  #payload(chunk: unknown): number {
    const { unit } = this.#host.credit;
    if (unit === "bytes") return byteLengthOf(chunk);
    if (unit !== undefined) return 0;
    const length = (chunk as { byteLength?: unknown } | null | undefined)?.byteLength;
    return typeof length === "number" && length >= 0 ? length : 0;
  }

  /** An idle direction posts its chunk at once; one that is not gathers until there are enough, or the turn is over. */
  #gathered(alone: boolean): void {
    if (alone || !this.#gathering) this.#postNow();
    else if (this.#batch.full) this.flush();
    this.expect();
  }

  /** Posts a single chunk: if it cannot be cloned, its own `write()` says so. */
  #postNow(): void {
    try {
      this.#post();
    } catch (error) {
      this.#batch.clear();
      throw error;
    }
  }

  #post(): void {
    const { owner, credit } = this.#host;
    owner.lane?.post(this.#batch.frame(credit.bytes), this.#batch.moves);
    this.#batch.clear();
  }

  /** One chunk of a batch cannot be cloned: what was written before it is sent, then the stream fails with its error. */
  #postEach(): void {
    const { owner, credit } = this.#host;
    try {
      for (const [frame, moves] of this.#batch.singly(credit.bytes)) owner.lane?.post(frame, moves);
      this.#batch.clear();
    } catch (error) {
      this.#batch.clear();
      this.#host.failed(error);
    }
  }
}

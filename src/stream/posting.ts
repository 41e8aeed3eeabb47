/**
 * Chunks on their way over a lane of messages: made the stream's own, gathered in a batch, and posted as structured
 * clones. The first chunk of an idle stream is posted at once.
 */

import type { Codec } from "../codecs/codec.ts";
import type { Transferable } from "../link.ts";
import { copyValue, NOT_PLAIN } from "../wire/plain.ts";
import { Batch, NO_MOVES } from "./batch.ts";
import { charge, own } from "./chunk.ts";
import { CHUNK_OVERHEAD } from "./credit.ts";
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
    // Whatever a function moves may be anything: such a chunk is posted by itself, and fails by itself.
    const alone = typeof transfer === "function";
    if (codec !== undefined) this.#startEncoded(codec, chunk, weight, alone);
    else if (alone) this.#startOwned(chunk, weight, alone);
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
    if (copy === NOT_PLAIN) this.#startOwned(chunk, weight, false);
    else this.#take(copy, weight, NO_MOVES, false);
  }

  #startEncoded(codec: Codec, chunk: unknown, weight: number, alone: boolean): void {
    const form = codec.form?.(chunk) ?? 0;
    if (form !== this.#batch.form) {
      this.flush();
      this.#batch.form = form;
    }
    this.#startOwned(codec.encode(chunk), weight, alone, codec.reuses === true);
  }

  /** `copied`: it must not be moved, for it is not the writer's. */
  #startOwned(encoded: unknown, weight: number, alone: boolean, copied = false): void {
    const transfer = copied ? false : this.#host.transfer;
    let moves: Transferable[] = [];
    let owned = own(encoded, transfer, moves);
    if (moves.length > 0 && this.#batch.moves.some((each) => moves.includes(each))) {
      // The same buffer twice in one batch: the first write has moved it, so this chunk is detached.
      this.flush();
      moves = [];
      owned = own(encoded, transfer, moves);
    }
    this.#take(owned, weight, moves, alone);
  }

  /** Takes a chunk that is the stream's own. */
  #take(owned: unknown, weight: number, moves: Transferable[], alone: boolean): void {
    const bytes = charge(owned);
    checkSize(bytes - CHUNK_OVERHEAD, this.#host.owner);
    this.#host.book(this.#payload(owned), weight, bytes);
    this.#batch.add(owned, weight, bytes, moves);
    this.#gathered(alone);
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

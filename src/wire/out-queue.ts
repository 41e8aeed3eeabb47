/**
 * What one stream has to send over a link of bytes: its chunks, and then how it ended, in order. Small chunks are
 * copied and gathered into one frame; a large one is sent as it stands, in fragments, and must not change until the
 * link has taken it. It knows frames; whose turn it is, and when, is the outbox's business.
 */
import type { Gather } from "./gather.ts";
import { MORE, PACKED, padded, REST, TYPES, tableLength, WEIGHED, withForm } from "./layout.ts";
import type { Memories } from "./memories.ts";
import { writeTable } from "./payload.ts";
import { MOST_ROWS } from "./rows.ts";

/** Chunks of fewer bytes are copied: what the system asks for a part of its own, and the wait for it, costs more. */
const LEAST_LENT = 16 * 1024;
/** What a stream may have copied and not yet sent, in bytes: more waits at its writer. */
const MOST_COPIED = 64 * 1024;
/** Chunks of more bytes are aligned, so that what a codec reads may be a view of them. */
const MOST_PACKED = 256;
/** Bytes of a chunk that are copied one by one. */
const FEW = 64;
/** What the first memory for copies holds, for most streams are quiet; past it, they get a large one. */
const FIRST_MEMORY = 1024;
/** A fragment is no longer than this, so that nothing waits long behind it. A multiple of 8. */
const FRAGMENT = 256 * 1024;

const DATA = TYPES["stream-data"];

/** Chunks of one form that were copied together. */
interface Copies {
  readonly kind: "copies";
  readonly form: number;
  /** Side by side, without padding. */
  readonly packed: boolean;
  /** Counts as copied. */
  cost: number;
  memory: Uint8Array;
  used: number;
  readonly lengths: number[];
  readonly weights: number[] | undefined;
}

/** A chunk that is sent from where it is, and in fragments. */
interface Large {
  readonly kind: "large";
  readonly form: number;
  /** The writer's own memory: it waits until the chunk was taken. Otherwise a copy, of this cost. */
  readonly lent: boolean;
  readonly cost: number;
  readonly bytes: Uint8Array;
  readonly weight: number | undefined;
  sent: number;
}

/** A frame that comes after the chunks. */
interface Last {
  readonly kind: "last";
  readonly type: number;
  readonly payload: Uint8Array;
}

type Item = Copies | Large | Last;

export class OutQueue {
  readonly stream: number;
  /** What it may still send in this round, in bytes. */
  deficit = 0;
  /** It stands in the outbox's round. */
  queued = false;
  #items: Item[] = [];
  /** Bytes copied and not yet sent, and chunks that are not yet handed over. */
  #copied = 0;
  #chunks = 0;
  #lent = false;
  readonly #memories: Memories;
  /** The last copies needed a large memory, so the next ones get one at once. */
  #busy = false;

  constructor(stream: number, memories: Memories) {
    this.stream = stream;
    this.#memories = memories;
  }

  /** Should the writer wait? A chunk is lent, or enough is copied. */
  get full(): boolean {
    return this.#lent || this.#copied >= MOST_COPIED;
  }

  get empty(): boolean {
    return this.#items.length === 0;
  }

  /** Chunks that wait here. */
  get chunks(): number {
    return this.#chunks;
  }

  /** Bytes that it takes to send what is here. */
  get copied(): number {
    return this.#copied;
  }

  /** Adds a chunk. `lend`: it may be sent from where it is. `pack`: it need not be aligned. */
  push(bytes: Uint8Array, form: number, weight: number | undefined, lend: boolean, pack = false): void {
    this.#chunks++;
    const { length } = bytes;
    if (length < LEAST_LENT) this.#copy(bytes, form, weight, pack && length <= MOST_PACKED);
    else if (lend) {
      this.#items.push({ kind: "large", form, lent: true, cost: 0, bytes, weight, sent: 0 });
      this.#lent = true;
    } else {
      this.#items.push({ kind: "large", form, lent: false, cost: length, bytes: bytes.slice(), weight, sent: 0 });
      this.#copied += length;
    }
  }

  /** Adds a frame that comes after all chunks. */
  end(type: number, payload: Uint8Array): void {
    this.#items.push({ kind: "last", type, payload });
  }

  /** Forgets the chunks that were not sent: all, or only one that was lent. */
  discard(all: boolean): void {
    const kept = this.#items.filter((item) => item.kind === "last" || !(all || (item.kind === "large" && item.lent)));
    this.#chunks = 0;
    this.#copied = 0;
    for (const item of kept) {
      if (item.kind === "last") continue;
      this.#chunks += item.kind === "copies" ? item.lengths.length : 1;
      this.#copied += item.cost;
    }
    this.#items = kept;
    this.#lent = false;
  }

  #copy(bytes: Uint8Array, form: number, weight: number | undefined, packed: boolean): void {
    const { length } = bytes;
    const copies = this.#copiesFor(length, form, weight !== undefined, packed);
    const at = packed ? copies.used : padded(copies.used);
    const end = at + length;
    if (end > copies.memory.length) {
      const larger = this.#memories.take();
      larger.set(copies.memory.subarray(0, copies.used));
      copies.memory = larger;
    }
    const { memory } = copies;
    for (let i = copies.used; i < at; i++) memory[i] = 0;
    // A few bytes are copied faster than they are handed over.
    if (length > FEW) memory.set(bytes, at);
    else for (let i = 0; i < length; i++) memory[at + i] = bytes[i] as number;
    copies.used = end;
    copies.lengths.push(length);
    copies.weights?.push(weight as number);
    const cost = padded(length) + 8;
    copies.cost += cost;
    this.#copied += cost;
  }

  #copiesFor(length: number, form: number, weighed: boolean, packed: boolean): Copies {
    const last = this.#items[this.#items.length - 1];
    if (
      last?.kind === "copies" &&
      last.form === form &&
      last.packed === packed &&
      last.lengths.length < MOST_ROWS &&
      last.used + length < MOST_COPIED
    )
      return last;
    const memory = this.#busy || length > FIRST_MEMORY ? this.#memories.take() : new Uint8Array(FIRST_MEMORY);
    const weights = weighed ? [] : undefined;
    const copies: Copies = { kind: "copies", form, packed, cost: 0, memory, used: 0, lengths: [], weights };
    this.#items.push(copies);
    return copies;
  }

  /**
   * Hands over frames while there is something, and this round's share and `budget` last. Returns whether a chunk that
   * was lent has been handed over whole.
   */
  drain(gather: Gather, budget: number): boolean {
    let returned = false;
    while (this.#items.length > 0 && this.deficit > 0 && gather.length < budget) {
      const before = gather.length;
      const item = this.#items[0] as Item;
      if (item.kind === "large") {
        if (this.#fragment(item, gather)) {
          this.#items.shift();
          this.#chunks--;
          this.#copied -= item.cost;
          returned ||= item.lent;
        }
      } else {
        this.#items.shift();
        if (item.kind === "copies") this.#send(item, gather);
        else gather.frame(item.type, this.stream, item.payload);
      }
      this.deficit -= gather.length - before;
    }
    return returned;
  }

  /** The chunk that was lent has been taken. */
  returned(): void {
    this.#lent = false;
  }

  #send({ memory, used, lengths, weights, form, cost, packed }: Copies, gather: Gather): void {
    const count = lengths.length;
    const table = tableLength(count, weights !== undefined);
    // A chunk alone stands as it is.
    const flags = withForm((weights === undefined ? 0 : WEIGHED) | (packed && table > 0 ? PACKED : 0), form);
    const length = table + used;
    gather.header({ length, type: DATA, flags, count, stream: this.stream, total: 0 });
    if (table > 0) {
      const { memory: small, at } = gather.room(table);
      writeTable(small, at, lengths, weights);
    }
    gather.bytes(memory.subarray(0, used));
    this.#copied -= cost;
    this.#chunks -= count;
    this.#busy = memory.length > FIRST_MEMORY;
    this.#memories.lend(memory);
  }

  /** Hands over the next fragment of a chunk. Returns whether it was the last. */
  #fragment(item: Large, gather: Gather): boolean {
    const { bytes, weight, form, sent } = item;
    const table = tableLength(1, weight !== undefined);
    const first = sent === 0;
    // The table, if there is one, goes with the first fragment.
    const size = Math.min(bytes.length - sent, FRAGMENT);
    const more = sent + size < bytes.length;
    const flags = withForm((more ? MORE : 0) | (first ? 0 : REST) | (weight === undefined ? 0 : WEIGHED), form);
    gather.header({
      length: size + (first ? table : 0),
      type: DATA,
      flags,
      count: 1,
      stream: this.stream,
      total: first && more ? table + bytes.length : 0,
    });
    if (first && weight !== undefined) {
      const { memory, at } = gather.room(table);
      writeTable(memory, at, [bytes.length], [weight]);
    }
    gather.bytes(bytes.subarray(sent, sent + size));
    item.sent += size;
    return !more;
  }
}

/** Chunks gathered to be posted as one frame. Every byte in it belongs to the stream already. */
import type { DataFrame } from "../wire/frames.ts";
import { copyValue, NOT_PLAIN } from "../wire/plain.ts";
import { appendRow, fromRows, rowKeys } from "../wire/rows.ts";
import { charge, own } from "./chunk.ts";

/** Chunks posted together at the most, by number and by bytes. */
const MOST_CHUNKS = 128;
const MOST_BYTES = 512 * 1024;
const NO_MOVES: Transferable[] = [];

export class Batch {
  moves: Transferable[] = NO_MOVES;
  length = 0;
  readonly #id: number;
  readonly #weights: number[] | undefined;
  #bytes = 0;
  /** Of records of one shape: their keys and values. Once a chunk is of another, all are kept in `#chunks`. */
  #keys: string[] | undefined = undefined;
  #values: unknown[] = [];
  #chunks: unknown[] | undefined;

  /** `uniform`: the stream's chunks have all been of one shape so far. */
  constructor(id: number, uniform: boolean, weighed: boolean) {
    this.#id = id;
    this.#chunks = uniform ? undefined : [];
    this.#weights = weighed ? [] : undefined;
  }

  get full(): boolean {
    return this.length >= MOST_CHUNKS || this.#bytes >= MOST_BYTES;
  }

  /** Are all chunks of one shape? */
  get uniform(): boolean {
    return this.#chunks === undefined;
  }

  /** Adds a copy of a chunk that is plain data. False, and nothing added, for one that is not. */
  addPlain(chunk: unknown, weight: number): boolean {
    if (this.#chunks === undefined) {
      this.#keys ??= rowKeys(chunk);
      if (this.#keys !== undefined && appendRow(chunk, this.#keys, this.#values)) {
        this.#count(weight);
        return true;
      }
    }
    const copy = copyValue(chunk);
    if (copy === NOT_PLAIN) return false;
    this.#list().push(copy);
    this.#count(weight);
    return true;
  }

  /** Adds a chunk of this many bytes that is the stream's own already. */
  add(chunk: unknown, weight: number, bytes: number, moves: Transferable[]): void {
    this.#list().push(chunk);
    this.#count(weight);
    this.#bytes += bytes;
    if (moves.length === 0) return;
    if (this.moves === NO_MOVES) this.moves = moves;
    else this.moves.push(...moves);
  }

  /** The frame of all. What it moves is `moves`. */
  frame(charged: number): DataFrame {
    const base = { type: "stream-data", id: this.#id, charged } as const;
    const data =
      this.#chunks === undefined
        ? { rows: { keys: this.#keys ?? [], values: this.#values } }
        : { chunks: this.#chunks };
    return this.#weights === undefined ? { ...base, ...data } : { ...base, ...data, weights: this.#weights };
  }

  /** A frame for each chunk, for when they cannot be posted together; with what each moves. */
  *singly(charged: number): Generator<[DataFrame, Transferable[]]> {
    const chunks = this.#list();
    let sofar = chunks.reduce<number>((rest, chunk) => rest - charge(chunk), charged);
    for (const [at, chunk] of chunks.entries()) {
      sofar += charge(chunk);
      const single = new Batch(this.#id, false, this.#weights !== undefined);
      const moves: Transferable[] = [];
      // All of it is the stream's own, so all of it may be moved.
      single.add(own(chunk, true, moves), this.#weights?.[at] ?? 1, 0, moves);
      yield [single.frame(sofar), single.moves];
    }
  }

  #count(weight: number): void {
    this.length++;
    this.#weights?.push(weight);
  }

  /** From now on chunks are kept as they are. */
  #list(): unknown[] {
    this.#chunks ??= this.#keys === undefined ? [] : fromRows({ keys: this.#keys, values: this.#values });
    return this.#chunks;
  }
}

/**
 * Chunks gathered to be posted as one frame. Every byte in it belongs to the stream already. A batch is used again after
 * it was posted, for posting clones; `clear` lets go of what it held.
 */
import type { Transferable } from "../link.ts";
import type { DataFrame } from "../wire/frames.ts";
import { countColumns, flatShape, fromRows, isFlat, type Rows, type Shape, shapeOf, writeRow } from "../wire/rows.ts";
import { charge, own } from "./chunk.ts";

/** Chunks posted together at the most, by number and by bytes. */
const MOST_CHUNKS = 256;
const MOST_BYTES = 1024 * 1024;
export const NO_MOVES: Transferable[] = [];
const NO_SHAPE: Shape = { parts: [] };

export class Batch {
  moves: Transferable[] = NO_MOVES;
  length = 0;
  /** Of all chunks, if a codec made them that has several. */
  form = 0;
  readonly #id: number;
  readonly #weights: number[] | undefined;
  #bytes = 0;
  /** Of records of one shape: it, and room for a full batch. Once a chunk is of another, `#chunks` has all. */
  #shape: Shape | undefined = undefined;
  #columns: unknown[][] = [];
  #chunks: unknown[] | undefined = undefined;

  constructor(id: number, weighed: boolean) {
    this.#id = id;
    this.#weights = weighed ? [] : undefined;
  }

  get full(): boolean {
    return isFull(this.length, this.#bytes);
  }

  /** Will it be full with one more chunk, of this many bytes? */
  fullWith(bytes: number): boolean {
    return isFull(this.length + 1, this.#bytes + bytes);
  }

  /** Adds a copy of a chunk as a row, if it has the shape of those before it. False, and nothing added, if it has not. */
  addRow(chunk: unknown, weight: number): boolean {
    if (this.#chunks !== undefined) return false;
    // The first chunk decides on the shape.
    if (this.#shape === undefined) this.#take(shapeOf(chunk));
    if (!this.#writeRow(chunk) && !(this.#flatten() && this.#writeRow(chunk))) return false;
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
    const data = this.#chunks === undefined ? { rows: this.#rows() } : { chunks: this.#chunks };
    const framed: DataFrame = this.form === 0 ? { ...base, ...data } : { ...base, ...data, form: this.form };
    return this.#weights === undefined ? framed : { ...framed, weights: this.#weights };
  }

  /** A frame for each chunk, for when they cannot be posted together; with what each moves. */
  *singly(charged: number): Generator<[DataFrame, Transferable[]]> {
    const chunks = this.#list();
    let sofar = chunks.reduce<number>((rest, chunk) => rest - charge(chunk), charged);
    for (const [at, chunk] of chunks.entries()) {
      sofar += charge(chunk);
      const single = new Batch(this.#id, this.#weights !== undefined);
      single.form = this.form;
      // All of it is the stream's own, so all of it may be moved.
      const { moves } = own(chunk, true);
      single.add(chunk, this.#weights?.[at] ?? 1, 0, moves);
      yield [single.frame(sofar), single.moves];
    }
  }

  /** It was posted: starts anew. Chunks of one shape are taken to stay so; chunks of many are not. */
  clear(): void {
    this.length = 0;
    this.#bytes = 0;
    this.moves = NO_MOVES;
    if (this.#chunks !== undefined) this.#chunks = [];
    if (this.#weights !== undefined) this.#weights.length = 0;
  }

  /** Nothing more comes for now: keeps nothing of what was posted. */
  release(): void {
    this.#take(undefined);
  }

  #rows(): Rows {
    const { length } = this;
    const columns = length === MOST_CHUNKS ? this.#columns : this.#columns.map((column) => column.slice(0, length));
    return { shape: this.#shape ?? NO_SHAPE, columns };
  }

  #take(shape: Shape | undefined): void {
    this.#shape = shape;
    this.#columns = shape === undefined ? [] : columnsFor(shape);
  }

  #writeRow(chunk: unknown): boolean {
    return this.#shape !== undefined && writeRow(chunk, this.#shape, this.#columns, this.length);
  }

  /**
   * What is deeper down differs from chunk to chunk: from now on each part is a column. False, and all is as it was, if it is
   * so already, or a part would be too deep for a column.
   */
  #flatten(): boolean {
    if (this.#shape === undefined || isFlat(this.#shape)) return false;
    const shape = flatShape(this.#shape);
    const columns = columnsFor(shape);
    if (!fromRows(this.#rows()).every((row, at) => writeRow(row, shape, columns, at))) return false;
    this.#shape = shape;
    this.#columns = columns;
    return true;
  }

  #count(weight: number): void {
    this.length++;
    this.#weights?.push(weight);
  }

  /** From now on chunks are kept as they are. */
  #list(): unknown[] {
    if (this.#chunks === undefined) {
      this.#chunks = this.length === 0 ? [] : fromRows(this.#rows());
      this.release();
    }
    return this.#chunks;
  }
}

function isFull(chunks: number, bytes: number): boolean {
  return chunks >= MOST_CHUNKS || bytes >= MOST_BYTES;
}

/** Room for a full batch. The columns have no holes, which would be slower to post. */
function columnsFor(shape: Shape): unknown[][] {
  return Array.from({ length: countColumns(shape) }, () => new Array<unknown>(MOST_CHUNKS).fill(0));
}

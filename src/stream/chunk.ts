/**
 * A chunk on its way through structured clone: what it costs in the byte account, and a form of it that belongs to
 * the stream from `write()` on. Plain values cross as they are; bytes are moved if the user says so, else copied, and
 * a view is cut out of its buffer first, for cloning four bytes of a pooled buffer would carry the whole pool.
 */

import { mistake } from "../errors.ts";
import type { Transferable } from "../link.ts";
import { isPlain } from "../wire/plain.ts";
import { isArrayBuffer, sizeOf } from "../wire/size.ts";
import { CHUNK_OVERHEAD } from "./credit.ts";

/** `true` moves whole buffers; a function names what is moved. */
export type Transfer<T = unknown> = boolean | ((chunk: T) => Transferable[]) | undefined;

/** Copies from this size on are moved rather than cloned: below it, moving costs more than a second copy. */
const MOVE_FROM = 16 * 1024;

/** Bytes charged for a chunk as it crosses: 64, and its buffers and long strings. The same at both ends. */
export function charge(chunk: unknown): number {
  return CHUNK_OVERHEAD + sizeOf(chunk);
}

const errorClasses: ReadonlyMap<string, ErrorConstructor> = new Map(
  [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((Class) => [Class.name, Class]),
);

/** A chunk as it may be posted. */
export interface Owned {
  readonly chunk: unknown;
  /** What is moved with it. */
  readonly moves: Transferable[];
  /** Some of it is still its writer's: it must be posted before `write()` is done, and only the post takes that over. */
  readonly lent: boolean;
}

/**
 * The chunk as the stream's own, which may be posted at any later moment if none of it is lent.
 * Throws a TypeError for a detached buffer, a DataCloneError for what can never be cloned.
 */
export function own(chunk: unknown, transfer: Transfer): Owned {
  const owner = new Owner(transfer === true);
  if (typeof transfer === "function") owner.keep(transfer(chunk));
  return owner.own(chunk);
}

/** The same chunk, with what `transfer: true` moves taken from its writer now and not by a post. */
export function takenOver({ chunk, moves }: Owned): Owned {
  if (isBytes(chunk)) {
    const taken = moved(moves[0] as ArrayBuffer);
    return { chunk: bytesLike(chunk, taken), moves: [taken], lent: false };
  }
  return new Owner(false, moves).own(chunk);
}

/** Copies what has to be copied of a chunk, keeping the identity of what occurs twice. */
class Owner {
  readonly moves: Transferable[] = [];
  lent = false;
  readonly #move: boolean;
  /** Of a chunk that was copied already, with no view of a part left in it. */
  readonly #overtaken: readonly Transferable[] | undefined;
  /** What is moved because the writer named it. */
  #kept: ReadonlySet<unknown> | undefined = undefined;
  #seen: Map<object, unknown> | undefined = undefined;

  /** `move`: whole buffers are moved; `overtaken`: these are, now. */
  constructor(move: boolean, overtaken?: readonly Transferable[]) {
    this.#move = move;
    this.#overtaken = overtaken;
  }

  own(chunk: unknown): Owned {
    // A chunk that is bytes holds nothing that could occur twice.
    const owned = isBytes(chunk) ? this.#bytes(chunk) : this.take(chunk);
    return { chunk: owned, moves: this.moves, lent: this.lent };
  }

  /** Takes what a transfer function gave. Whatever that is, it is moved by the post. */
  keep(given: readonly Transferable[]): void {
    if (!Array.isArray(given)) {
      throw mistake(
        new TypeError("Cannot move a chunk: the transfer function gave no array, return one of what is to be moved"),
        "BAD_TRANSFER",
      );
    }
    for (const each of given) {
      if (isArrayBuffer(each)) attached(each);
      this.moves.push(each);
    }
    this.#kept = new Set(given);
    this.lent = true;
  }

  take(value: unknown): unknown {
    if (typeof value === "function" || typeof value === "symbol") throw uncloneable(value);
    if (typeof value !== "object" || value === null || this.#kept?.has(value)) return value;
    const seen = this.#seen?.get(value);
    if (seen !== undefined) return seen;
    if (isBytes(value)) return this.#remember(value, this.#bytes(value));
    if (Array.isArray(value)) return this.#properties(value, this.#remember(value, new Array(value.length)));
    if (isPlain(value)) return this.#properties(value, this.#remember(value, {}));
    return this.#instance(value, Object.prototype.toString.call(value));
  }

  #instance(value: object, tag: string): unknown {
    const copy = tag === "[object Object]" ? undefined : this.#builtIn(value, tag);
    if (copy !== undefined) return copy;
    if (becomesRecord(value, tag, this.#kept !== undefined)) return this.#properties(value, this.#remember(value, {}));
    // What has a form of its own only clone knows: a Blob, an ImageData, and what cannot be cloned.
    this.lent = true;
    return value;
  }

  #builtIn(value: object, tag: string): object | undefined {
    if (tag === "[object Error]") return this.#error(value as Error);
    if (isBuiltIn(value, Date, Date.prototype.getTime, tag)) {
      return this.#remember(value, new Date(Date.prototype.getTime.call(value)));
    }
    if (isBuiltIn(value, Map, Map.prototype.entries, tag)) {
      const copy = this.#remember(value, new Map());
      for (const [key, each] of Map.prototype.entries.call(value)) copy.set(this.take(key), this.take(each));
      return copy;
    }
    if (isBuiltIn(value, Set, Set.prototype.values, tag)) {
      const copy = this.#remember(value, new Set());
      for (const each of Set.prototype.values.call(value)) copy.add(this.take(each));
      return copy;
    }
    return undefined;
  }

  /** Copies own properties as clone would: whatever their names, none of them is a setter's. */
  #properties<T extends object>(from: object, to: T): T {
    for (const key of Object.keys(from)) {
      const value = this.take((from as Record<string, unknown>)[key]);
      Object.defineProperty(to, key, { value, configurable: true, enumerable: true, writable: true });
    }
    return to;
  }

  /** What clone keeps of an error: its built-in class, message, stack and cause. */
  #error(error: Error): Error {
    const Class = errorClasses.get(error.name) ?? Error;
    const copy = this.#remember(error, new Class(error.message));
    const kept = { stack: error.stack, ...("cause" in error && { cause: this.take(error.cause) }) };
    for (const [key, value] of Object.entries(kept)) {
      Object.defineProperty(copy, key, { value, configurable: true, writable: true });
    }
    return copy;
  }

  /** A buffer or view of which the stream owns every byte, and no byte more. */
  #bytes(value: Bytes): Bytes {
    const isView = ArrayBuffer.isView(value);
    const buffer = isView ? value.buffer : value;
    if (!isArrayBuffer(buffer)) return value;
    if (this.#overtaken !== undefined) return this.#overtaken.includes(buffer) ? this.#overtake(value, buffer) : value;
    attached(buffer);
    if (this.#kept?.has(buffer)) return value;
    if (this.#move && value.byteLength === buffer.byteLength) {
      if (!this.moves.includes(buffer)) this.moves.push(buffer);
      this.lent = true;
      return value;
    }
    const start = isView ? value.byteOffset : 0;
    // Quicker than `slice`, which zeroes the memory before it copies.
    const copy = new Uint8Array(new Uint8Array(buffer, start, value.byteLength)).buffer;
    if (copy.byteLength >= MOVE_FROM) this.moves.push(copy);
    return bytesLike(value, copy);
  }

  #overtake(value: Bytes, buffer: ArrayBuffer): Bytes {
    let own = this.#seen?.get(buffer) as ArrayBuffer | undefined;
    if (own === undefined) {
      own = this.#remember(buffer, moved(buffer));
      this.moves.push(own);
    }
    return bytesLike(value, own);
  }

  #remember<T>(value: object, copy: T): T {
    this.#seen ??= new Map();
    this.#seen.set(value, copy);
    return copy;
  }
}

/** Whether structured clone makes plain objects of those that have this prototype, as far as it was asked. */
const cloneToRecords = new WeakMap<object, boolean>();

/**
 * Does structured clone make a plain object of it? Of an instance of a class, it does; what gives itself a tag may be one, or
 * an object of the platform, and only its clone tells which. `moves`: it may hold what cannot be cloned, as it is moved.
 */
function becomesRecord(value: object, tag: string, moves: boolean): boolean {
  // Without a key it may be the platform's: some of Node's have no tag.
  if (Object.keys(value).length === 0) return false;
  if (tag === "[object Object]") return true;
  const prototype: object = Object.getPrototypeOf(value);
  const known = cloneToRecords.get(prototype);
  if (known !== undefined) return known;
  try {
    const does = isPlain(structuredClone(value) as object);
    cloneToRecords.set(prototype, does);
    return does;
  } catch {
    return moves;
  }
}

/** Is it of this built-in class, in this realm or another? `method` of the class throws for what only gives itself the tag. */
function isBuiltIn<T extends object>(
  value: object,
  Class: new () => T,
  method: (this: T) => unknown,
  tag: string,
): value is T {
  if (!(value instanceof Class) && tag !== `[object ${Class.name}]`) return false;
  try {
    method.call(value as T);
    return true;
  } catch {
    return false;
  }
}

type Bytes = ArrayBufferView | ArrayBuffer;

export function isBytes(value: unknown): value is Bytes {
  return ArrayBuffer.isView(value) || isArrayBuffer(value);
}

/** Another buffer, or a view of the same kind over it; subclasses (Node's Buffer) become what they clone to. */
function bytesLike(view: Bytes, buffer: ArrayBuffer): Bytes {
  if (view instanceof Uint8Array) return new Uint8Array(buffer);
  if (!ArrayBuffer.isView(view)) return buffer;
  const tag = Object.prototype.toString.call(view).slice(8, -1);
  const View = (globalThis as unknown as Record<string, new (buffer: ArrayBuffer) => ArrayBufferView>)[tag];
  if (View === undefined) throw uncloneable(view);
  return new View(buffer);
}

/** The bytes of a buffer in a new one; the old one is detached, as if it had been posted. */
export function moved(buffer: ArrayBuffer): ArrayBuffer {
  attached(buffer);
  const { transfer } = buffer as { transfer?: () => ArrayBuffer };
  return typeof transfer === "function" ? transfer.call(buffer) : structuredClone(buffer, { transfer: [buffer] });
}

/** Throws for a buffer whose bytes have been moved away. `detached` is younger than some runtimes. */
export function attached(buffer: ArrayBuffer): void {
  if (buffer.byteLength > 0) return;
  try {
    new Uint8Array(buffer);
  } catch (cause) {
    throw mistake(
      new TypeError(
        "Cannot write a chunk: its buffer is detached, its bytes have been moved elsewhere; write each buffer once, or a copy",
        { cause },
      ),
      "CHUNK_DETACHED",
    );
  }
}

function uncloneable(value: unknown): DOMException {
  return new DOMException(
    `Cannot write a chunk: a ${typeof value} cannot be cloned, leave it out or use a codec`,
    "DataCloneError",
  );
}

/**
 * A chunk on its way through structured clone: what it costs in the byte account, and a form of it that belongs to
 * the stream from `write()` on. Plain values cross as they are; bytes are moved if the user says so, else copied, and
 * a view is cut out of its buffer first, for cloning four bytes of a pooled buffer would carry the whole pool.
 */

import { mistake } from "../errors.ts";
import type { Transferable } from "../link.ts";
import { isListOrRecord } from "../wire/plain.ts";
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
const builtIns = [Map, Set, Date, RegExp, Error, Boolean, Number, String, Promise, WeakMap, WeakSet];

/**
 * What structured clone turns into a plain object: plain ones, and instances of classes that are no built-ins. Objects
 * of the platform (a Blob, a port) have no keys of their own.
 */
function isRecord(value: object): value is Record<string, unknown> {
  if (isListOrRecord(value)) return true;
  if (Object.keys(value).length === 0) return false;
  return (
    Object.prototype.toString.call(value) === "[object Object]" ||
    (Symbol.toStringTag in value && !builtIns.some((BuiltIn) => value instanceof BuiltIn))
  );
}

/**
 * The chunk as it may be posted at any later moment. What is to be moved is added to `moves`.
 * Throws a TypeError for a detached buffer, a DataCloneError for what can never be cloned.
 */
export function own(chunk: unknown, transfer: Transfer, moves: Transferable[]): unknown {
  if (typeof chunk !== "object" || chunk === null) {
    if (typeof chunk === "function" || typeof chunk === "symbol") throw uncloneable(chunk);
    return chunk;
  }
  if (typeof transfer === "function") {
    const given = transfer(chunk);
    if (!Array.isArray(given)) {
      throw mistake(
        new TypeError("Cannot move a chunk: the transfer function gave no array, return one of what is to be moved"),
        "BAD_TRANSFER",
      );
    }
    for (const each of given) {
      if (isArrayBuffer(each)) attached(each);
      moves.push(each);
    }
    return new Owner(moves, false, new Set(given)).take(chunk);
  }
  if (ArrayBuffer.isView(chunk) || isArrayBuffer(chunk)) return new Owner(moves, transfer === true).bytes(chunk);
  return new Owner(moves, transfer === true).take(chunk);
}

/** Copies what has to be copied of a chunk, keeping the identity of what occurs twice. */
class Owner {
  readonly #moves: Transferable[];
  readonly #move: boolean;
  readonly #keep: ReadonlySet<unknown>;
  readonly #seen = new Map<object, unknown>();

  constructor(moves: Transferable[], move: boolean, keep: ReadonlySet<unknown> = new Set()) {
    this.#moves = moves;
    this.#move = move;
    this.#keep = keep;
  }

  take(value: unknown): unknown {
    if (typeof value === "function" || typeof value === "symbol") throw uncloneable(value);
    if (typeof value !== "object" || value === null || this.#keep.has(value)) return value;
    const seen = this.#seen.get(value);
    if (seen !== undefined) return seen;
    if (ArrayBuffer.isView(value) || isArrayBuffer(value)) return this.#remember(value, this.bytes(value));
    if (Array.isArray(value)) {
      return this.#properties(value, this.#remember(value, new Array(value.length)));
    }
    if (value instanceof Date) return this.#remember(value, new Date(value.getTime()));
    if (Object.prototype.toString.call(value) === "[object Error]") return this.#error(value as Error);
    if (value instanceof Map) {
      const copy = this.#remember(value, new Map());
      for (const [key, each] of value) copy.set(this.take(key), this.take(each));
      return copy;
    }
    if (value instanceof Set) {
      const copy = this.#remember(value, new Set());
      for (const each of value) copy.add(this.take(each));
      return copy;
    }
    if (!isRecord(value)) return value;
    return this.#properties(value, this.#remember(value, {}));
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
  bytes(value: ArrayBufferView | ArrayBuffer): ArrayBufferView | ArrayBuffer {
    const isView = ArrayBuffer.isView(value);
    const buffer = isView ? value.buffer : value;
    if (!isArrayBuffer(buffer)) return value;
    attached(buffer);
    if (this.#keep.has(buffer)) return value;
    const whole = value.byteLength === buffer.byteLength;
    if (whole && this.#move) {
      if (this.#moves.includes(buffer)) return value;
      this.#moves.push(buffer);
      return value;
    }
    const start = isView ? value.byteOffset : 0;
    // Quicker than `slice`, which zeroes the memory before it copies.
    const copy = new Uint8Array(new Uint8Array(buffer, start, value.byteLength)).buffer;
    if (copy.byteLength >= MOVE_FROM) this.#moves.push(copy);
    return isView ? viewLike(value, copy) : copy;
  }

  #remember<T>(value: object, copy: T): T {
    this.#seen.set(value, copy);
    return copy;
  }
}

/** A view of the same kind over another buffer; subclasses (Node's Buffer) become what they clone to. */
function viewLike(view: ArrayBufferView, buffer: ArrayBuffer): ArrayBufferView {
  if (view instanceof Uint8Array) return new Uint8Array(buffer);
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

/**
 * From the user's queuing strategies to what a limit counts. Pure: no stream is touched here.
 */
import { mistake } from "../errors.ts";
import type { Unit } from "../wire/frames.ts";
import { isPlain } from "../wire/plain.ts";

/** The stream classes in use: the runtime's own, or a ponyfill's. */
export interface StreamClasses {
  readonly ReadableStream: typeof ReadableStream;
  readonly WritableStream: typeof WritableStream;
  readonly ByteLengthQueuingStrategy?: typeof ByteLengthQueuingStrategy;
  readonly CountQueuingStrategy?: typeof CountQueuingStrategy;
}

export type QueuingSize = (chunk: unknown) => number;

/** A strategy, read once: `size` is there only where it is the user's own function. */
export interface Strategy {
  readonly unit: Unit;
  readonly highWaterMark: number;
  readonly size: QueuingSize | undefined;
}

/** The `size` functions that mean bytes or chunks: the standard has one a realm, so they can be told by identity. */
function standardSizes(classes: StreamClasses): { bytes: Set<unknown>; chunks: Set<unknown> } {
  const bytes = new Set<unknown>();
  const chunks = new Set<unknown>([undefined]);
  for (const Class of [classes.ByteLengthQueuingStrategy, globalThis.ByteLengthQueuingStrategy]) {
    if (Class) bytes.add(new Class({ highWaterMark: 0 }).size);
  }
  for (const Class of [classes.CountQueuingStrategy, globalThis.CountQueuingStrategy]) {
    if (Class) chunks.add(new Class({ highWaterMark: 0 }).size);
  }
  return { bytes, chunks };
}

/** Reads strategies for one channel; what the standard sizes are is found out once. */
export class StrategyReader {
  readonly #sizes: { bytes: Set<unknown>; chunks: Set<unknown> };

  constructor(classes: StreamClasses) {
    this.#sizes = standardSizes(classes);
  }

  /** The user's strategy, or `undefined` if none was given. `what` names it in an error. */
  read(given: QueuingStrategy | undefined, what: string): Strategy | undefined {
    if (given === undefined || given === null) return undefined;
    if (typeof given !== "object" && typeof given !== "function") {
      throw mistake(
        new TypeError(`Cannot use ${what}: it is a ${typeof given}, pass a queuing strategy, { highWaterMark, size }`),
        "BAD_STRATEGY",
      );
    }
    checkMembers(given, what);
    // Getters run once, as the standard reads a strategy.
    const mark: unknown = given.highWaterMark;
    const size = given.size as QueuingSize | undefined;
    if (mark === undefined && size === undefined) return undefined;
    if (size !== undefined && typeof size !== "function") {
      throw mistake(
        new TypeError(`Cannot use ${what}.size: it is no function, pass one or leave it out`),
        "BAD_STRATEGY",
      );
    }
    // `Number()` takes a bigint, the standard's conversion does not.
    if (typeof mark === "bigint" || typeof mark === "symbol") {
      throw mistake(
        new TypeError(`Cannot use ${what}.highWaterMark: it is a ${typeof mark}, use a number that is 0 or more`),
        "BAD_STRATEGY",
      );
    }
    const asked = mark === undefined ? 1 : Number(mark);
    // No total gets beyond that, so nothing above it is a bound.
    const highWaterMark = asked > Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : asked;
    if (Number.isNaN(highWaterMark) || highWaterMark < 0) {
      throw mistake(
        new RangeError(`Cannot use ${what}.highWaterMark ${String(mark)}: use a number that is 0 or more`),
        "BAD_STRATEGY",
      );
    }
    if (this.#sizes.chunks.has(size)) return { unit: "chunks", highWaterMark, size: undefined };
    if (this.#sizes.bytes.has(size)) return { unit: "bytes", highWaterMark, size: undefined };
    return { unit: "weight", highWaterMark, size };
  }
}

/** A misspelt highWaterMark would leave the default in force, unnoticed. An object of a class may have what it likes. */
function checkMembers(given: object, what: string): void {
  if (!isPlain(given)) return;
  const unknown = Object.keys(given).find((name) => name !== "highWaterMark" && name !== "size");
  if (unknown === undefined) return;
  const message = `Cannot use ${what}: a queuing strategy has no "${unknown}", use highWaterMark and size`;
  throw mistake(new TypeError(message), "BAD_STRATEGY");
}

/** A weight as the standard allows it: a RangeError for NaN, ∞ and less than 0. */
export function checkWeight(weight: unknown, what: string): number {
  const value = Number(weight);
  if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
    throw mistake(
      new RangeError(`Cannot count a chunk: ${what} gave ${String(weight)}, use a finite number that is 0 or more`),
      "BAD_WEIGHT",
    );
  }
  return value;
}

/** What `ByteLengthQueuingStrategy` would count for a chunk. */
export function byteLengthOf(chunk: unknown): number {
  return checkWeight((chunk as { byteLength?: unknown } | null | undefined)?.byteLength, "its byteLength");
}

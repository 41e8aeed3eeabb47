/** What a value holds beside plain data: what both ends charge for a chunk, and what no row of a table has. */
import { isListOrRecord, isLong, isPlain } from "./plain.ts";

/** Values in it that are looked at: a large or sparse one must not keep a receiver busy. */
export const MOST_VALUES = 1_024;

/** Of those, what is left; and the objects that were met. */
let left = 0;
let met: Set<object> | undefined;

/**
 * The bytes of its buffers and views, and the length of its long strings, however deep in plain objects and arrays; of an
 * object that is met again, nothing. The same before and after a structured clone, so values are looked at in the order of
 * their keys, all of one before the next.
 */
export function sizeOf(value: unknown): number {
  return sizeWithin(value, MOST_VALUES, undefined);
}

/**
 * Looks through a value that is to hold nothing of that, at `most` values in it: how many more may be looked at in what
 * belongs together with it. −1: it holds something, or there is more in it. What is in `others` is met already, and what is
 * met is added to them.
 */
export function lookThrough(value: unknown, most: number, others?: Set<object>): number {
  return sizeWithin(value, most, others) > 0 ? -1 : Math.max(-1, left);
}

function sizeWithin(value: unknown, most: number, others: Set<object> | undefined): number {
  left = most;
  met = others;
  const size = sizeOfPart(value);
  met = undefined;
  return size;
}

function sizeOfPart(value: unknown): number {
  if (typeof value === "string") return isLong(value) ? value.length : 0;
  if (typeof value !== "object" || value === null || met?.has(value)) return 0;
  const own = bufferLength(value);
  // A chunk that is a buffer holds nothing else.
  if (own < 0) met ??= new Set();
  met?.add(value);
  if (own >= 0) return own;
  if (Array.isArray(value)) return sizeOfList(value);
  return isPlain(value) ? sizeOfRecord(value as Readonly<Record<string, unknown>>) : 0;
}

function sizeOfList(list: readonly unknown[]): number {
  let sum = 0;
  for (let i = 0; i < list.length && left-- > 0; i++) sum += sizeOfPart(list[i]);
  return sum;
}

function sizeOfRecord(record: Readonly<Record<string, unknown>>): number {
  let sum = 0;
  // What every object inherits may differ at the two ends.
  for (const key in record) {
    if (!Object.hasOwn(record, key)) continue;
    if (left-- <= 0) break;
    sum += sizeOfPart(record[key]);
  }
  return sum;
}

/** The bytes of a buffer or view; −1 for anything else. Shared memory does not travel, a view of it does count. */
function bufferLength(value: object): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  return isArrayBuffer(value) ? value.byteLength : -1;
}

/** One of this realm, or of another. */
export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  if (typeof value !== "object" || value === null) return false;
  return (
    value instanceof ArrayBuffer ||
    (!isListOrRecord(value) && Object.prototype.toString.call(value) === "[object ArrayBuffer]")
  );
}

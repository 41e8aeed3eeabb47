/**
 * Plain data: values, arrays, and objects made by a literal, as `JSON.parse` would give. Its copy is itself again for
 * structured clone; only that one object met twice becomes two.
 */

/** What a copy is of something that is not plain: it holds bytes, a class's instance, a cycle, or cannot be cloned. */
export const NOT_PLAIN: unique symbol = Symbol("not plain");

/** UTF-16 units of a string. Of those up to here, a window of chunks holds little. */
const FREE_STRING = 1_024;

/** Is it charged for, like a buffer? Then no row of a table has it. */
export function isLong(text: string): boolean {
  return text.length > FREE_STRING;
}

/** Past this depth or number of values, a chunk is copied by the careful way that knows cycles. */
const EASY_DEPTH = 16;
const EASY_VALUES = 100_000;

/** Values that a copy may still look at. */
let visits = 0;

/**
 * A copy of a value that is plain and not too deep, else {@link NOT_PLAIN}. Most chunks are plain: their charge is that
 * of an empty one. A copy, for the writer may change its object as soon as `write()` is done.
 */
export function copyValue(value: unknown): unknown {
  switch (typeof value) {
    case "object":
      if (value === null) return null;
      visits = EASY_VALUES;
      return copyObject(value, EASY_DEPTH);
    case "function":
    case "symbol":
      return NOT_PLAIN;
    default:
      return value;
  }
}

/** Made by a literal, or by a `JSON.parse`. */
export function isPlainPrototype(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Made by a literal, in this realm or another. */
export function isPlain(value: object): boolean {
  if (isPlainPrototype(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, "hasOwnProperty");
}

/** Whose values are read by their keys, in this realm or another: a port may be of another than its user. */
export function isListOrRecord(value: object): boolean {
  return Array.isArray(value) || isPlain(value);
}

/** Of something compound: a copy of an object, or what can be no part of plain data. */
function copyPart(value: unknown, depth: number): unknown {
  return typeof value === "object" ? copyObject(value as object, depth) : NOT_PLAIN;
}

function copyObject(value: object, depth: number): unknown {
  if (depth === 0) return NOT_PLAIN;
  if (Array.isArray(value)) return copyArray(value, depth);
  if (!isPlainPrototype(value)) return NOT_PLAIN;
  const copy: Record<string, unknown> = { ...value };
  for (const key in copy) {
    const each = copy[key];
    if (--visits < 0) return NOT_PLAIN;
    if (!isCompound(each)) continue;
    const copied = copyPart(each, depth - 1);
    if (copied === NOT_PLAIN) return NOT_PLAIN;
    copy[key] = copied;
  }
  return copy;
}

function copyArray(value: readonly unknown[], depth: number): unknown {
  visits -= value.length;
  // Keys that are no elements are lost in a copy made this way, and asking for them costs as much as all the rest. What
  // has them in earnest is the match of a regular expression, which can be told. A class of lists makes the copy itself.
  if (visits < 0 || "groups" in value || (value.constructor as unknown) !== Array) return NOT_PLAIN;
  const copy = value.slice();
  for (let i = 0; i < copy.length; i++) {
    if (!isCompound(copy[i])) continue;
    const copied = copyPart(copy[i], depth - 1);
    if (copied === NOT_PLAIN) return NOT_PLAIN;
    copy[i] = copied;
  }
  return copy;
}

/** Is it more than its own value? (Each `typeof` is compared where it stands: engines do not make a string of it then.) */
export function isCompound(value: unknown): boolean {
  return (typeof value === "object" && value !== null) || typeof value === "function" || typeof value === "symbol";
}

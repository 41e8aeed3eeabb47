/**
 * Records of one shape as a table: their shape once, and a column of values for each leaf of it. Structured clone writes
 * and reads the name of every key of every object, and looks each object up among those it has met; that is most of
 * what a small object costs. As a table of plain columns it costs a quarter.
 */
import { ProtocolError } from "../errors.ts";
import { copyValue, isCompound, isLong, isPlainPrototype, NOT_PLAIN } from "./plain.ts";
import { lookThrough, MOST_VALUES } from "./size.ts";

/** What all rows have in common: a record if it has keys, else a list. A number is the column of a leaf. */
export interface Shape {
  readonly keys?: readonly string[];
  readonly parts: readonly (number | Shape)[];
}

export interface Rows {
  readonly shape: Shape;
  /** For each leaf of the shape, in order, the values of all rows. Plain data only: no buffers. */
  readonly columns: readonly (readonly unknown[])[];
}

/** A shape with more leaves is no row of a table. */
export const MOST_COLUMNS = 32;
/** A frame with more rows is not made, nor taken: they would be built before credit is looked at. */
export const MOST_ROWS = 4096;
/** Shapes within shapes. What lies deeper is a leaf. */
export const MOST_NESTING = 4;
/** A longer list is a leaf: those of one length in all rows are short. */
const LONGEST_LIST = 8;

/** The shape that rows like this one would share, or `undefined` if it is neither record nor list, or holds nothing. */
export function shapeOf(row: unknown, nesting: number = MOST_NESTING): Shape | undefined {
  const shape = new Shaper().shape(row, nesting);
  return shape && countColumns(shape) <= MOST_COLUMNS ? shape : undefined;
}

/** The same shape with a leaf for each of its parts. */
export function flatShape({ keys, parts }: Shape): Shape {
  const leaves = parts.map((_, at) => at);
  return keys === undefined ? { parts: leaves } : { keys, parts: leaves };
}

export function isFlat({ parts }: Shape): boolean {
  return parts.every((part) => typeof part === "number");
}

export function countColumns({ parts }: Shape): number {
  return parts.reduce<number>((sum, part) => sum + (typeof part === "number" ? 1 : countColumns(part)), 0);
}

/** Numbers the leaves in the order in which they are met. */
class Shaper {
  #columns = 0;

  shape(value: unknown, nesting: number): Shape | undefined {
    if (nesting === 0 || typeof value !== "object" || value === null) return undefined;
    if (Array.isArray(value)) {
      return isShortList(value) ? { parts: this.#parts(value, nesting) } : undefined;
    }
    if (!isPlainPrototype(value)) return undefined;
    const keys = Object.keys(value);
    return areKeys(keys) ? { keys, parts: this.#parts(Object.values(value), nesting) } : undefined;
  }

  #parts(values: readonly unknown[], nesting: number): (number | Shape)[] {
    // Not `map`, which would make another one of a class of lists.
    return Array.from(values, (each) => this.shape(each, nesting - 1) ?? this.#columns++);
  }
}

/** Without holes, too: a hole is no value. */
function isShortList(list: readonly unknown[]): boolean {
  return list.length > 0 && list.length <= LONGEST_LIST && Object.keys(list).length === list.length;
}

/** `__proto__` would not become a key when records are made of rows. */
function areKeys(keys: readonly unknown[]): boolean {
  return keys.length > 0 && keys.length <= MOST_COLUMNS && !keys.includes("__proto__");
}

/**
 * Writes copies of the values of a row of just this shape into the columns at `row`. False for one of another shape, or
 * that is not plain data; what it has written by then counts for nothing.
 */
export function writeRow(value: unknown, shape: Shape, columns: readonly unknown[][], row: number): boolean {
  looks = MOST_VALUES;
  return writeShape(value, shape, columns, row);
}

/** Values in the leaves of a row that may still be looked at: a row is to cost its receiver no more than a chunk. */
let looks = 0;

function writeShape(value: unknown, shape: Shape, columns: readonly unknown[][], row: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { keys, parts } = shape;
  if (keys !== undefined) return writeRecord(value as Record<string, unknown>, keys, parts, columns, row);
  return Array.isArray(value) && writeList(value, parts, columns, row);
}

function writeRecord(
  record: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  parts: Shape["parts"],
  columns: readonly unknown[][],
  row: number,
): boolean {
  if (!isPlainPrototype(record)) return false;
  let at = 0;
  for (const key in record) {
    if (key !== keys[at]) return false;
    if (!writePart(record[key], parts[at++] as number | Shape, columns, row)) return false;
  }
  return at === keys.length;
}

function writeList(
  list: readonly unknown[],
  parts: Shape["parts"],
  columns: readonly unknown[][],
  row: number,
): boolean {
  // The match of a regular expression has keys that are no elements.
  if (list.length !== parts.length || "groups" in list) return false;
  for (let at = 0; at < parts.length; at++) {
    const value = list[at];
    // A hole is no value.
    if (value === undefined && !(at in list)) return false;
    if (!writePart(value, parts[at] as number | Shape, columns, row)) return false;
  }
  return true;
}

function writePart(value: unknown, part: number | Shape, columns: readonly unknown[][], row: number): boolean {
  if (typeof part !== "number") return writeShape(value, part, columns, row);
  let copy = value;
  if (typeof value === "string") {
    // A row costs what an empty chunk does.
    if (isLong(value)) return false;
  } else if (isCompound(value)) {
    copy = copyValue(value);
    if (copy === NOT_PLAIN) return false;
    looks = lookThrough(copy, looks);
    if (looks < 0) return false;
  }
  (columns[part] as unknown[])[row] = copy;
  return true;
}

/** What the rows stand for. Throws a ProtocolError for what is charged for, a buffer or a long string: a table must not carry it. */
export function fromRows({ shape, columns }: Rows): unknown[] {
  checkPlain(columns);
  const rows: unknown[] = [];
  const count = columns[0]?.length ?? 0;
  for (let row = 0; row < count; row++) rows.push(readRow(shape, columns, row));
  return rows;
}

function readRow({ keys, parts }: Shape, columns: Rows["columns"], row: number): unknown {
  if (keys === undefined) {
    const list: unknown[] = [];
    for (let at = 0; at < parts.length; at++) list.push(readPart(parts[at] as number | Shape, columns, row));
    return list;
  }
  const record: Record<string, unknown> = {};
  for (let at = 0; at < keys.length; at++) {
    record[keys[at] as string] = readPart(parts[at] as number | Shape, columns, row);
  }
  return record;
}

function readPart(part: number | Shape, columns: Rows["columns"], row: number): unknown {
  if (typeof part !== "number") return readRow(part, columns, row);
  return columns[part]?.[row];
}

function checkPlain(columns: Rows["columns"]): void {
  // A clone may have the same part in every row: it is looked at once.
  let met: Set<object> | undefined;
  /** Of each row, what may still be looked at. */
  let left: number[] | undefined;
  for (const column of columns) {
    for (let row = 0; row < column.length; row++) {
      const value = column[row];
      if (typeof value === "string" ? !isLong(value) : !isCompound(value)) continue;
      met ??= new Set();
      left ??= column.map(() => MOST_VALUES);
      left[row] = lookThrough(value, left[row] as number, met);
      if ((left[row] as number) < 0) throw notPlain();
    }
  }
}

function notPlain(): ProtocolError {
  return new ProtocolError(
    "BAD_FRAME",
    `Cannot read rows of a stream-data frame: there is a buffer or a long string among the values, or a row with more than ${MOST_VALUES}; send such records in chunks`,
  );
}

/** Is it what {@link fromRows} may be given? */
export function isRows(value: unknown): value is Rows {
  const { shape, columns } = (value ?? {}) as { shape?: unknown; columns?: unknown };
  if (!Array.isArray(columns) || columns.length > MOST_COLUMNS) return false;
  if (endOf(shape, 0, MOST_NESTING) !== columns.length) return false;
  const count = (columns[0] as { length?: unknown } | undefined)?.length;
  if (typeof count !== "number" || count > MOST_ROWS) return false;
  for (const column of columns) if (!Array.isArray(column) || column.length !== count) return false;
  return true;
}

/** The first column after those of a shape that starts at column `at`; −1 if it is no valid shape. */
function endOf(shape: unknown, at: number, nesting: number): number {
  const { keys, parts } = (shape ?? {}) as { keys?: unknown; parts?: unknown };
  if (nesting === 0 || !Array.isArray(parts) || parts.length === 0 || parts.length > MOST_COLUMNS) return -1;
  if (keys !== undefined && !isKeys(keys, parts.length)) return -1;
  let end = at;
  for (const part of parts as readonly unknown[]) {
    if (part === end) end++;
    else end = endOf(part, end, nesting - 1);
    if (end < 0) return -1;
  }
  return end;
}

function isKeys(keys: unknown, count: number): boolean {
  if (!Array.isArray(keys) || keys.length !== count || !areKeys(keys)) return false;
  for (const key of keys as readonly unknown[]) if (typeof key !== "string") return false;
  return new Set(keys).size === count;
}

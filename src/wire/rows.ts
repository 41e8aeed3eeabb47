/**
 * Records of one shape as a table: their keys once, and a column of values for each. Structured clone writes and reads
 * the name of every key of every object, which is most of what a small object costs; and a column of one kind of value
 * costs less than a mixture. Together it is less than half.
 */
import { ProtocolError } from "../errors.ts";
import { copyValue, isPlainPrototype, NOT_PLAIN } from "./plain.ts";

export interface Rows {
  readonly keys: readonly string[];
  /** For each key, the values of all records. Plain data only: no buffers. */
  readonly columns: readonly (readonly unknown[])[];
}

/** A record with more keys is no row of a table. */
export const MOST_KEYS = 32;
/** A frame with more rows is not made, nor taken: they would be built before credit is looked at. */
export const MOST_ROWS = 4096;

/** The keys that records like this one would share, or `undefined` if it is no such record. */
export function rowKeys(record: unknown): string[] | undefined {
  if (typeof record !== "object" || record === null || Array.isArray(record)) return undefined;
  if (!isPlainPrototype(record)) return undefined;
  const keys = Object.keys(record);
  return areKeys(keys) ? keys : undefined;
}

/** `__proto__` would not become a key when records are made of rows. */
function areKeys(keys: readonly unknown[]): boolean {
  return keys.length > 0 && keys.length <= MOST_KEYS && !keys.includes("__proto__");
}

/**
 * Writes copies of the values of a plain record with just these keys into the columns at `row`. False for a record that
 * is another; what it has written by then counts for nothing.
 */
export function writeRow(
  record: unknown,
  keys: readonly string[],
  columns: readonly unknown[][],
  row: number,
): boolean {
  if (typeof record !== "object" || record === null || !isPlainPrototype(record)) return false;
  let at = 0;
  for (const key in record) {
    if (key !== keys[at]) return false;
    let value = (record as Record<string, unknown>)[key];
    const type = typeof value;
    if (type === "object" || type === "function" || type === "symbol") {
      value = copyValue(value);
      if (value === NOT_PLAIN) return false;
    }
    (columns[at++] as unknown[])[row] = value;
  }
  return at === keys.length;
}

/** The records that the rows stand for. Throws a ProtocolError for a buffer, which a table must not carry. */
export function fromRows({ keys, columns }: Rows): Record<string, unknown>[] {
  const records: Record<string, unknown>[] = [];
  const count = columns[0]?.length ?? 0;
  for (let row = 0; row < count; row++) {
    const record: Record<string, unknown> = {};
    for (let at = 0; at < keys.length; at++) {
      const value = columns[at]?.[row];
      if (typeof value === "object" && value !== null && isBuffer(value)) {
        throw new ProtocolError(
          "BAD_FRAME",
          "Cannot read rows of a stream-data frame: there is a buffer among the values",
        );
      }
      record[keys[at] as string] = value;
    }
    records.push(record);
  }
  return records;
}

function isBuffer(value: object): boolean {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}

/** Is it what {@link fromRows} may be given? */
export function isRows(value: unknown): value is Rows {
  const { keys, columns } = (value ?? {}) as Partial<Rows>;
  if (!Array.isArray(keys) || !Array.isArray(columns) || !areKeys(keys) || keys.length !== columns.length) return false;
  const count = (columns[0] as { length?: unknown } | undefined)?.length;
  if (typeof count !== "number" || count > MOST_ROWS) return false;
  for (const [at, key] of keys.entries()) {
    const column: unknown = columns[at];
    if (typeof key !== "string" || !Array.isArray(column) || column.length !== count) return false;
  }
  return new Set(keys).size === keys.length;
}

/**
 * Records of one shape as rows: their keys once, and all their values in one list. Structured clone writes and reads
 * the name of every key of every object, which is most of what a small object costs; rows cost less than half.
 */
import { copyValue, NOT_PLAIN, plainPrototype } from "./plain.ts";

export interface Rows {
  readonly keys: readonly string[];
  /** Row by row, in the order of the keys. */
  readonly values: readonly unknown[];
}

/** A record with more keys is no row of a table. */
export const MOST_KEYS = 32;

/** The keys that records like this one would share, or `undefined` if it is no such record. */
export function rowKeys(record: unknown): string[] | undefined {
  if (typeof record !== "object" || record === null || Array.isArray(record) || !plainPrototype(record))
    return undefined;
  const keys = Object.keys(record);
  return areKeys(keys) ? keys : undefined;
}

/** `__proto__` would not become a key when records are made of rows. */
function areKeys(keys: readonly unknown[]): boolean {
  return keys.length > 0 && keys.length <= MOST_KEYS && !keys.includes("__proto__");
}

/** Appends copies of the values of a plain record with just these keys. False, and nothing appended, for another. */
export function appendRow(record: unknown, keys: readonly string[], values: unknown[]): boolean {
  if (typeof record !== "object" || record === null || !plainPrototype(record)) return false;
  const start = values.length;
  let at = 0;
  for (const key in record) {
    const value = key === keys[at++] ? copyValue((record as Record<string, unknown>)[key]) : NOT_PLAIN;
    if (value === NOT_PLAIN) {
      values.length = start;
      return false;
    }
    values.push(value);
  }
  if (at === keys.length) return true;
  values.length = start;
  return false;
}

/** The records that the rows stand for. */
export function fromRows({ keys, values }: Rows): Record<string, unknown>[] {
  const records: Record<string, unknown>[] = [];
  for (let at = 0; at < values.length; ) {
    const record: Record<string, unknown> = {};
    for (let i = 0; i < keys.length; i++) record[keys[i] as string] = values[at++];
    records.push(record);
  }
  return records;
}

/** Is it what {@link fromRows} may be given? */
export function isRows(value: unknown): value is Rows {
  const { keys, values } = (value ?? {}) as Partial<Rows>;
  return (
    Array.isArray(keys) &&
    Array.isArray(values) &&
    areKeys(keys) &&
    keys.every((key) => typeof key === "string") &&
    values.length % keys.length === 0
  );
}

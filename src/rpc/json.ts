/**
 * What params and results may be: JSON, on every link alike, with streams in it. Taking them is one walk that checks
 * each value where it stands, makes the copy that is sent, and finds the streams.
 */
import { mistake } from "../errors.ts";
import { isPlainPrototype } from "../wire/plain.ts";

/** Where in params or a result a value stands. */
export type Path = readonly (string | number)[];

export type FoundStream =
  | { readonly kind: "readable"; readonly path: Path; readonly value: ReadableStream | AsyncIterable<unknown> }
  | { readonly kind: "writable"; readonly path: Path; readonly value: WritableStream };

/** A copy that JSON can carry, with `null` in place of each stream. */
export interface Taken {
  readonly value: unknown;
  readonly streams: readonly FoundStream[];
}

/** The deepest that values may be nested. */
export const MOST_DEPTH = 64;

/** Throws a TypeError that names the path of what JSON cannot carry, after `what`: "…: params", "…: result". */
export function takeJson(value: unknown, what: string): Taken {
  const taker = new Taker(what);
  return { value: taker.take(value, []), streams: taker.streams };
}

class Taker {
  readonly streams: FoundStream[] = [];
  readonly #what: string;
  /** Objects around the one that is being taken. */
  readonly #around = new Set<object>();

  constructor(what: string) {
    this.#what = what;
  }

  take(value: unknown, path: Path): unknown {
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        if (Number.isFinite(value)) return value;
        throw this.#wrong(path, `is ${value}`, "pass null or a string");
      case "object":
        return value === null ? null : this.#object(value, path);
      case "undefined":
        throw this.#wrong(path, "is undefined", "pass null");
      default:
        throw this.#wrong(path, `is a ${typeof value}`, typeof value === "bigint" ? "pass a string" : "leave it out");
    }
  }

  #object(value: object, path: Path): unknown {
    const found = streamIn(value, path);
    if (found !== undefined) return this.#stream(found);
    const isList = Array.isArray(value);
    if (!isList && !isPlainPrototype(value)) throw this.#wrong(path, `is ${nameOf(value)}`, adviceFor(value));
    if (this.#around.has(value)) throw this.#wrong(path, "contains itself", "pass a tree");
    if (path.length >= MOST_DEPTH) throw this.#wrong(path, `is more than ${MOST_DEPTH} levels deep`, "pass less");
    this.#around.add(value);
    const copy = isList ? this.#list(value, path) : this.#record(value as Record<string, unknown>, path);
    this.#around.delete(value);
    return copy;
  }

  #list(list: readonly unknown[], path: Path): unknown[] {
    const copy: unknown[] = [];
    for (let at = 0; at < list.length; at++) copy.push(this.take(list[at], [...path, at]));
    return copy;
  }

  /** What is undefined is left out, as JSON does. */
  #record(record: Readonly<Record<string, unknown>>, path: Path): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const key of Object.keys(record)) {
      if (record[key] === undefined) continue;
      if (key === "__proto__") throw this.#wrong([...path, key], "has a name that JSON peers refuse", "rename it");
      copy[key] = this.take(record[key], [...path, key]);
    }
    return copy;
  }

  #stream(found: FoundStream): null {
    const { value, path } = found;
    if ("locked" in value && value.locked) throw this.#wrong(path, "is locked", "release its reader or writer first");
    if (this.streams.some((each) => each.value === value)) {
      throw this.#wrong(path, "is a stream that occurs before", "pass each stream once, or tee() it");
    }
    this.streams.push(found);
    return null;
  }

  #wrong(path: Path, problem: string, advice: string): TypeError {
    const where = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
    return mistake(new TypeError(`${this.#what}${where} ${problem}: ${advice}`), "BAD_VALUE");
  }
}

/** Streams are told by what they can do: they may come from a polyfill, or another realm. */
function streamIn(value: object, path: Path): FoundStream | undefined {
  const { getReader, getWriter } = value as { getReader?: unknown; getWriter?: unknown };
  if (typeof getReader === "function") return { kind: "readable", path, value: value as ReadableStream };
  if (typeof getWriter === "function") return { kind: "writable", path, value: value as WritableStream };
  if (typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] !== "function") return undefined;
  return { kind: "readable", path, value: value as AsyncIterable<unknown> };
}

function nameOf(value: object): string {
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  const shown = typeof name === "string" && name !== "" ? name : tag;
  return `${/^[AEIO]/.test(shown) ? "an" : "a"} ${shown}`;
}

function adviceFor(value: object): string {
  if (ArrayBuffer.isView(value) || Object.prototype.toString.call(value).endsWith("ArrayBuffer]")) {
    return "pass a stream";
  }
  if (value instanceof Date) return "pass a string or a number";
  return "pass a plain object or an array";
}

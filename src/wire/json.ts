/**
 * What JSON can carry, of params, results and chunks alike. Taking a value is one walk that checks each part where it
 * stands, makes the copy that is sent, and, in params and results, finds the streams. The text is not its business.
 */
import { type MistakeCode, mistake } from "../errors.ts";
import { isPlain, isPlainPrototype } from "./plain.ts";

/** Where in a value another one stands. */
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
/** Streams in one message. */
export const MOST_STREAMS = 1_024;

/**
 * Throws a TypeError that names the path of what JSON cannot carry, after `what`: "…: params", "…: result". `depth`: the
 * deepest that it may be, where it stands deeper in its message than params do.
 */
export function takeJson(value: unknown, what: string, depth: number = MOST_DEPTH): Taken {
  const taker = new Taker(what, PARAMS, depth);
  const taken = taker.take(value);
  return { value: taken, streams: taker.streams === undefined ? NO_STREAMS : [...taker.streams.values()] };
}

/** The same of a chunk, in which a stream is as wrong as any other object. */
export function takeChunk(chunk: unknown): unknown {
  return new Taker("chunk", CHUNK).take(chunk);
}

/** The same of a stream's metadata, where it crosses as JSON. */
export function takeMetadata(metadata: unknown): unknown {
  return new Taker("Cannot open a stream: metadata", METADATA).take(metadata);
}

/**
 * Would `JSON.stringify` write it as it stands? Much faster than a copy, and cautious: where it says no, {@link takeChunk}
 * tells why, or makes a copy after all (of an object of another realm, say).
 */
export function isJson(chunk: unknown): boolean {
  return isJsonPart(chunk, MOST_DEPTH) && !("toJSON" in Object.prototype);
}

function isJsonPart(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      return value === null || (depth > 0 && isJsonObject(value, depth - 1));
    default:
      return false;
  }
}

function isJsonObject(value: object, depth: number): boolean {
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) if (!isJsonPart(value[at], depth)) return false;
    // One of a record is among its keys: to ask each for a hidden one would take a twentieth longer.
    return !("toJSON" in value);
  }
  if (!isPlainPrototype(value)) return false;
  for (const key in value) {
    const each = (value as Record<string, unknown>)[key];
    if (key === "__proto__" || (each !== undefined && !isJsonPart(each, depth))) return false;
  }
  return true;
}

/** How a value is told from its path: ".list[2].when". */
export function pathText(path: Path): string {
  return path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
}

/** The streams of a value that was not taken, as many as can be found in it. Never throws, whatever getters there are. */
export function streamsIn(value: unknown): FoundStream[] {
  const found = new Map<object, FoundStream | undefined>();
  const visit = (each: unknown, depth: number): void => {
    if (typeof each !== "object" || each === null || found.has(each)) return;
    const stream = tried(() => streamIn(each, []));
    found.set(each, stream);
    if (stream !== undefined || depth === 0) return;
    const keys = tried(() => (Array.isArray(each) || isPlain(each) ? Object.keys(each) : [])) ?? [];
    for (const key of keys)
      visit(
        tried(() => (each as Record<string, unknown>)[key]),
        depth - 1,
      );
  };
  visit(value, MOST_DEPTH);
  return [...found.values()].filter((each) => each !== undefined);
}

function tried<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}

const NO_STREAMS: readonly FoundStream[] = [];

/** What differs between the places where JSON is taken. */
interface Place {
  readonly code: MistakeCode;
  readonly streams: boolean;
  /** Is a function toJSON wrong? It would be asked what to write; what has its copy sent loses it. */
  readonly refusesToJson: boolean;
  /** What to do instead of a Date; instead of bytes. */
  readonly dates: string;
  readonly bytes: string;
}

const PARAMS: Place = {
  code: "BAD_VALUE",
  streams: true,
  refusesToJson: false,
  dates: "pass a string or a number",
  bytes: "pass a stream",
};
const CHUNK: Place = {
  code: "BAD_CHUNK",
  streams: false,
  refusesToJson: true,
  dates: "pass a string or a number, or use the msgpack codec",
  bytes: "use the msgpack codec",
};
const METADATA: Place = {
  code: "BAD_VALUE",
  streams: false,
  refusesToJson: false,
  dates: "pass a string or a number",
  bytes: "send it as a chunk of the stream",
};

class Taker {
  /** Those that were found, once there is one. */
  streams: Map<object, FoundStream> | undefined = undefined;
  readonly #what: string;
  readonly #place: Place;
  readonly #depth: number;
  /** Where the value that is being taken stands, and the objects around it. */
  readonly #path: (string | number)[] = [];
  readonly #around: object[] = [];

  constructor(what: string, place: Place, depth: number = MOST_DEPTH) {
    this.#what = what;
    this.#place = place;
    this.#depth = depth;
  }

  take(value: unknown): unknown {
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        // JSON has no negative zero.
        if (Number.isFinite(value)) return value === 0 ? 0 : value;
        throw this.#wrong(`is ${value}`, "pass null or a string");
      case "object":
        return value === null ? null : this.#object(value);
      case "undefined":
        throw this.#wrong("is undefined", "pass null");
      default:
        throw this.#wrong(`is a ${typeof value}`, typeof value === "bigint" ? "pass a string" : "leave it out");
    }
  }

  #object(value: object): unknown {
    const found = this.#place.streams ? streamIn(value, this.#path) : undefined;
    if (found !== undefined) return this.#stream({ ...found, path: [...this.#path] });
    const isList = Array.isArray(value);
    if (!isList && !isPlain(value)) throw this.#wrong(`is ${nameOf(value)}`, this.#advice(value));
    if (this.#place.refusesToJson && typeof (value as { toJSON?: unknown }).toJSON === "function") {
      throw this.#wrong("has a function toJSON", "write what that gives");
    }
    if (this.#around.includes(value)) throw this.#wrong("contains itself", "pass a tree");
    if (this.#path.length >= this.#depth) throw this.#wrong(`is more than ${this.#depth} levels deep`, "pass less");
    this.#around.push(value);
    const copy = isList ? this.#list(value) : this.#record(value as Record<string, unknown>);
    this.#around.pop();
    return copy;
  }

  #list(list: readonly unknown[]): unknown[] {
    const copy: unknown[] = [];
    for (let at = 0; at < list.length; at++) copy.push(this.#inner(at, list[at]));
    return copy;
  }

  /** What is undefined is left out, as JSON does. */
  #record(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const key of Object.keys(record)) {
      const value = record[key];
      if (value !== undefined) copy[key] = this.#inner(key, value);
    }
    return copy;
  }

  #inner(key: string | number, value: unknown): unknown {
    this.#path.push(key);
    if (key === "__proto__") throw this.#wrong("has a name that JSON peers refuse", "rename it");
    const copy = this.take(value);
    this.#path.pop();
    return copy;
  }

  #stream(found: FoundStream): null {
    const { value } = found;
    if ("locked" in value && value.locked) throw this.#wrong("is locked", "release its reader or writer first");
    this.streams ??= new Map();
    if (this.streams.has(value)) {
      throw this.#wrong("is a stream that occurs before", "pass each stream once, or tee() it");
    }
    if (this.streams.size === MOST_STREAMS) throw this.#wrong(`is one stream more than ${MOST_STREAMS}`, "pass fewer");
    this.streams.set(value, found);
    return null;
  }

  #wrong(problem: string, advice: string): TypeError {
    const { code } = this.#place;
    return mistake(new TypeError(`${this.#what}${pathText(this.#path)} ${problem}: ${advice}`), code);
  }

  #advice(value: object): string {
    if (ArrayBuffer.isView(value) || Object.prototype.toString.call(value).endsWith("ArrayBuffer]")) {
      return this.#place.bytes;
    }
    if (value instanceof Date) return this.#place.dates;
    if (value instanceof Promise) return "await it first";
    return "pass a plain object or an array";
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

/** What an object is, for a message: "a Map". */
export function nameOf(value: object): string {
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  const shown = typeof name === "string" && name !== "" ? name : tag;
  return `${/^[AEIO]/.test(shown) ? "an" : "a"} ${shown}`;
}

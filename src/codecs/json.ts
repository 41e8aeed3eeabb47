/**
 * `json`: chunks as JSON text in UTF-8, for peers that know nothing else. It is strict: what JSON would drop or bend (a
 * Date, NaN, a bigint, bytes, a class's instance) is a TypeError that gives its path, where `JSON.stringify` would send
 * something else. Properties that are undefined are left out. Not for bytes, nor for cycles: that is `msgpack`, `raw`. What
 * a getter gives is checked and then asked for again, so it must give the same; a toJSON that is hidden (not enumerable) in
 * a record is not seen, and is used.
 */
import { mistake } from "../errors.ts";
import { isJson, takeChunk } from "../wire/json.ts";
import { wrongInText } from "../wire/json-text.ts";
import type { Codec } from "./codec.ts";

export type { Codec } from "./codec.ts";

/** Memory that is kept from chunk to chunk; longer texts get their own. */
const KEPT = 64 * 1024;
/** UTF-8 takes at most this many bytes for one unit of a string. */
const BYTES_PER_UNIT = 3;

/** A codec for JSON values: `json<Row>()` only tells the compiler what the chunks are. */
export function json<T = unknown>(): Codec<T> {
  const encoder = new TextEncoder();
  // A byte order mark is no JSON: it stays, and does not parse.
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let kept = new Uint8Array(0);
  return {
    name: "json",
    unit: "chunks",
    reuses: true,
    encode(chunk) {
      const text = JSON.stringify(isJson(chunk) ? chunk : takeChunk(chunk));
      const most = text.length * BYTES_PER_UNIT;
      if (most > KEPT) return encoder.encode(text);
      if (most > kept.length) kept = new Uint8Array(Math.min(KEPT, 2 * most));
      return kept.subarray(0, encoder.encodeInto(text, kept).written);
    },
    decode(bytes) {
      const text = decoder.decode(bytes);
      const value: unknown = JSON.parse(text);
      const wrong = wrongInText(text, value);
      if (wrong !== undefined) throw mistake(new RangeError(`Cannot read JSON: ${wrong}`), "BAD_CHUNK");
      return value as T;
    },
  };
}

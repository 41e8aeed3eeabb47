/** What a codec makes of a chunk. A codec is the user's as well: what it gives is looked at before it is counted and sent. */
import type { Codec } from "../codecs/codec.ts";
import { mistake } from "../errors.ts";
import { isAsync } from "../schema.ts";
import { nameOf } from "../wire/json.ts";
import { isArrayBuffer } from "../wire/size.ts";

/** The bytes of a chunk, as its codec gives them. Throws a TypeError for what are none. */
export function encode(codec: Codec, chunk: unknown): ArrayBufferView | ArrayBuffer {
  const encoded: unknown = codec.encode(chunk);
  if (ArrayBuffer.isView(encoded) || isArrayBuffer(encoded)) return encoded;
  if (isAsync(encoded)) Promise.resolve(encoded).catch(() => {});
  const what = typeof encoded === "object" && encoded !== null ? nameOf(encoded) : String(encoded);
  const message = `Cannot write a chunk: encode() of the codec "${codec.name}" gave ${what}, have it return a buffer or a view, at once`;
  throw mistake(new TypeError(message), "BAD_CHUNK");
}

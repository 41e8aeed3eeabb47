/** What a codec makes of a chunk. A codec is the user's as well: what it gives is looked at before it is counted and sent. */
import type { Codec } from "../codecs/codec.ts";
import { mistake } from "../errors.ts";
import type { Transferable } from "../link.ts";
import { isAsync } from "../schema.ts";
import { nameOf } from "../wire/json.ts";
import { isArrayBuffer } from "../wire/size.ts";
import { attached, moved } from "./chunk.ts";

/** The bytes of a chunk, as its codec gives them. Throws a TypeError for what are none, or have been moved away. */
export function encode(codec: Codec, chunk: unknown): Uint8Array {
  const encoded: unknown = codec.encode(chunk);
  if (encoded instanceof Uint8Array) {
    if (encoded.length === 0) attached(encoded.buffer as ArrayBuffer);
    return encoded;
  }
  const isView = ArrayBuffer.isView(encoded);
  if (!isView && !isArrayBuffer(encoded)) throw noBytes(codec, encoded);
  const buffer = isView ? encoded.buffer : encoded;
  if (isArrayBuffer(buffer)) attached(buffer);
  return isView ? new Uint8Array(buffer, encoded.byteOffset, encoded.byteLength) : new Uint8Array(buffer);
}

function noBytes(codec: Codec, encoded: unknown): TypeError {
  if (isAsync(encoded)) Promise.resolve(encoded).catch(() => {});
  const what = typeof encoded === "object" && encoded !== null ? nameOf(encoded) : String(encoded);
  const message = `Cannot write a chunk: encode() of the codec "${codec.name}" gave ${what}, have it return a buffer or a view, at once`;
  return mistake(new TypeError(message), "BAD_CHUNK");
}

/**
 * Moves what a transfer function names of a chunk that crosses as these bytes: its writer has it no longer, as on any link.
 * Returns the bytes, wherever they are then.
 */
export function moveNamed(
  chunk: unknown,
  bytes: Uint8Array,
  transfer: (chunk: unknown) => readonly Transferable[],
): Uint8Array {
  const given: unknown = transfer(chunk);
  if (!Array.isArray(given) || !given.every(isArrayBuffer)) {
    const message =
      "Cannot move a chunk: of one that crosses as bytes only ArrayBuffers can be moved, return an array of those from the transfer function";
    throw mistake(new TypeError(message), "BAD_TRANSFER");
  }
  const { buffer, byteOffset, length } = bytes;
  let found = bytes;
  for (const each of given) {
    const taken = moved(each);
    if (each === buffer) found = new Uint8Array(taken, byteOffset, length);
  }
  return found;
}

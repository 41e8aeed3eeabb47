/** What a codec that gives views of what it decodes needs to know about the memory behind them. */
import { mistake } from "../errors.ts";
import type { ViewConstructor } from "./raw.ts";

/** How much larger than a chunk the buffer may be that it came in. */
const MOST_BEHIND = 4;

/**
 * The bytes, or a copy where their buffer is far larger: many small chunks come in one buffer, and a view in one that is
 * kept (a row of an index) would keep them all. A copy of a small chunk costs less than the rest of decoding it; large
 * ones have their buffer nearly to themselves, and are never copied.
 */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > MOST_BEHIND * bytes.byteLength ? new Uint8Array(bytes) : bytes;
}

/** The very bytes as another kind of view. Throws for half an element. */
export function viewAs<V extends ArrayBufferView>(View: ViewConstructor<V>, bytes: Uint8Array): V {
  const { BYTES_PER_ELEMENT: size = 1, name } = View;
  const length = bytes.byteLength / size;
  if (Number.isInteger(length)) return new View(bytes.buffer, bytes.byteOffset, length);
  const message = `Cannot read ${bytes.byteLength} bytes as ${name}: no multiple of ${size}, write whole elements`;
  throw mistake(new RangeError(message), "BAD_CHUNK");
}

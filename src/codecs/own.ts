/** What a codec that gives views of what it decodes needs to know about the memory behind them. */

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

/**
 * The payload of a `stream-data` frame. One chunk without a weight stands there as it is; otherwise a table of lengths,
 * and of weights, comes first, and each chunk starts at a multiple of 8, unless they are packed.
 */
import { ProtocolError } from "../errors.ts";
import type { Packed } from "./frames.ts";
import { type Header, PACKED, padded, readF64, readU32, tableLength, WEIGHED, writeF64, writeU32 } from "./layout.ts";
import { MOST_ROWS } from "./rows.ts";

/** Bytes of the longest payload that holds any other number of chunks than one. */
export const MOST_TOGETHER: number = 256 * 1024;

/** The chunks of a payload: each by itself, or side by side. */
export type Payload = (
  | { readonly chunks: readonly Uint8Array[]; readonly packed?: undefined }
  | { readonly packed: Packed; readonly chunks?: undefined }
) & { readonly weights: readonly number[] | undefined };

/** Writes the table of chunks with these lengths. */
export function writeTable(
  into: Uint8Array,
  at: number,
  lengths: readonly number[],
  weights: readonly number[] | undefined,
): void {
  for (let i = 0; i < lengths.length; i++) writeU32(into, at + i * 4, lengths[i] as number);
  if (lengths.length % 2 === 1) writeU32(into, at + lengths.length * 4, 0);
  if (weights === undefined) return;
  const after = at + padded(lengths.length * 4);
  for (let i = 0; i < weights.length; i++) writeF64(into, after + i * 8, weights[i] as number);
}

/** The chunks of a payload, which are views of it. Throws a ProtocolError if its table does not fit. */
export function readPayload({ count, flags, stream }: Readonly<Header>, payload: Uint8Array): Payload {
  const weighed = (flags & WEIGHED) !== 0;
  if (count === 1 && !weighed) return { chunks: [payload], weights: undefined };
  const table = tableLength(count, weighed);
  const isPacked = (flags & PACKED) !== 0;
  let at = table;
  if (count > MOST_ROWS) throw badPayload(stream, `has ${count} chunks, ${MOST_ROWS} are the most`);
  // Before anything is made of the count.
  if (at > payload.length) throw badPayload(stream, `of ${payload.length} bytes has no room for ${count} chunks`);
  const chunks: Uint8Array[] = [];
  const lengths: number[] = [];
  for (let i = 0; i < count; i++) {
    const length = readU32(payload, i * 4);
    const end = at + length;
    if (end > payload.length) throw badPayload(stream, "has a chunk that ends behind it");
    if (isPacked) lengths.push(length);
    // Twice as fast as subarray().
    else chunks.push(new Uint8Array(payload.buffer, payload.byteOffset + at, length));
    at = isPacked || i + 1 === count ? end : padded(end);
  }
  if (at !== payload.length) throw badPayload(stream, "has bytes that belong to no chunk");
  const weights = weighed ? readWeights(payload, padded(count * 4), count) : undefined;
  return isPacked ? { packed: { bytes: payload.subarray(table), lengths }, weights } : { chunks, weights };
}

function readWeights(payload: Uint8Array, at: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => readF64(payload, at + index * 8));
}

function badPayload(stream: number, why: string): ProtocolError {
  return new ProtocolError("BAD_FRAME", `Cannot read a stream-data frame of stream ${stream}: its payload ${why}`);
}

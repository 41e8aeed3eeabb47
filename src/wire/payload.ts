/**
 * The payload of a `stream-data` frame. One chunk without a weight stands there as it is; otherwise a table of lengths,
 * and of weights, comes first, and each chunk starts at a multiple of 8.
 */
import { ProtocolError } from "../errors.ts";
import { type Header, padded, readF64, readU32, tableLength, WEIGHED, writeF64, writeU32 } from "./layout.ts";
import { MOST_ROWS } from "./rows.ts";

/** Bytes of the longest payload that holds any other number of chunks than one. */
export const MOST_TOGETHER: number = 256 * 1024;

export interface Payload {
  readonly chunks: Uint8Array[];
  readonly weights: number[] | undefined;
}

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
  let at = tableLength(count, weighed);
  if (count > MOST_ROWS) throw badPayload(stream, `has ${count} chunks, ${MOST_ROWS} are the most`);
  // Before anything is made of the count.
  if (at > payload.length) throw badPayload(stream, `of ${payload.length} bytes has no room for ${count} chunks`);
  const chunks: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const end = at + readU32(payload, i * 4);
    if (end > payload.length) throw badPayload(stream, "has a chunk that ends behind it");
    // Twice as fast as subarray().
    chunks.push(new Uint8Array(payload.buffer, payload.byteOffset + at, end - at));
    at = i + 1 < count ? padded(end) : end;
  }
  if (at !== payload.length) throw badPayload(stream, "has bytes that belong to no chunk");
  return { chunks, weights: weighed ? readWeights(payload, padded(count * 4), count) : undefined };
}

function readWeights(payload: Uint8Array, at: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => readF64(payload, at + index * 8));
}

function badPayload(stream: number, why: string): ProtocolError {
  return new ProtocolError("BAD_FRAME", `Cannot read a stream-data frame of stream ${stream}: its payload ${why}`);
}

/**
 * The bytes of a frame: a fixed header, little-endian, and a payload. Writing and reading stand side by side; what a
 * frame means is in `frames.ts`, and the normative text in `docs/protocol.md`.
 *
 *      0        4     5       6        8           12          16
 *     ┌────────┬─────┬───────┬────────┬───────────┬───────────┬─────────┬─────────┐
 *     │ length │type │ flags │ count  │ stream    │ total     │ payload │ padding │
 *     └────────┴─────┴───────┴────────┴───────────┴───────────┴─────────┴─────────┘
 *      u32      u8    u8      u16      u32         u32         length    to 8 bytes
 */
import { ProtocolError } from "../errors.ts";
import type { Frame } from "./frames.ts";

/** Bytes of a header. A multiple of 8, so that every payload starts at one. */
export const HEADER = 16;

/** The number of a frame's type. 0 is never used: memory that was not written is no frame. */
export const TYPES: Readonly<Record<"message" | Frame["type"], number>> = {
  message: 1,
  "stream-open": 2,
  "stream-accept": 3,
  "stream-refuse": 4,
  "stream-data": 5,
  "stream-end": 6,
  "stream-ended": 7,
  "stream-error": 8,
  "stream-credit": 9,
  "stream-cancel": 10,
};

/** More fragments of this payload follow. */
export const MORE = 1;
/** This is not the first fragment of its payload. */
export const REST = 2;
/** Each chunk has a weight, in the table. */
export const WEIGHED = 4;
/** The chunks behind the table follow one another without padding. */
export const PACKED = 8;
/** The form of the chunks, for their codec: the upper four bits of the flags. */
const FORM_SHIFT = 4;
const KNOWN_FLAGS: number = MORE | REST | WEIGHED | PACKED | 0xf0;

export interface Header {
  /** Bytes of this fragment's payload. */
  length: number;
  type: number;
  flags: number;
  /** Of `stream-data`: chunks. */
  count: number;
  stream: number;
  /** Of the first fragment of several: bytes of the whole payload. */
  total: number;
}

export function formOf({ flags }: Header): number {
  return flags >> FORM_SHIFT;
}

export function withForm(flags: number, form: number): number {
  return flags | (form << FORM_SHIFT);
}

/** Zero bytes that follow a payload of this length. */
export function paddingOf(length: number): number {
  return -length & 7;
}

/** Bytes with their padding. Right for every u32, which bits alone would not be. */
export function padded(length: number): number {
  return length + paddingOf(length);
}

/** Writes a header at `at`, byte by byte: faster than a DataView where headers are many. */
export function writeHeader(into: Uint8Array, at: number, header: Header): void {
  const { length, type, flags, count, stream, total } = header;
  writeU32(into, at, length);
  into[at + 4] = type;
  into[at + 5] = flags;
  into[at + 6] = count;
  into[at + 7] = count >>> 8;
  writeU32(into, at + 8, stream);
  writeU32(into, at + 12, total);
}

/** Reads a header at `at` into `header`. Throws a ProtocolError for one that no sender of this version writes. */
export function readHeader(from: Uint8Array, at: number, header: Header): void {
  header.length = readU32(from, at);
  header.type = from[at + 4] as number;
  header.flags = from[at + 5] as number;
  header.count = (from[at + 6] as number) | ((from[at + 7] as number) << 8);
  header.stream = readU32(from, at + 8);
  header.total = readU32(from, at + 12);
  if (header.type < 1 || header.type > 10) throw badHeader(`the type ${header.type}`, "1 to 10");
  const isData = header.type === TYPES["stream-data"];
  const allowed = isData ? KNOWN_FLAGS : 0;
  if ((header.flags & ~allowed) !== 0) throw badHeader(`the flags ${header.flags}`, "those of its type");
  if (!isData && header.count !== 0) throw badHeader(`the count ${header.count}`, "0, for it carries no chunks");
}

function badHeader(what: string, expected: string): ProtocolError {
  return new ProtocolError(
    "BAD_FRAME",
    `Cannot read a frame: its header has ${what}, expected ${expected}; what is sent must be frames of version 1 only`,
  );
}

export function writeU32(into: Uint8Array, at: number, value: number): void {
  into[at] = value;
  into[at + 1] = value >>> 8;
  into[at + 2] = value >>> 16;
  into[at + 3] = value >>> 24;
}

export function readU32(from: Uint8Array, at: number): number {
  return (
    ((from[at] as number) |
      ((from[at + 1] as number) << 8) |
      ((from[at + 2] as number) << 16) |
      ((from[at + 3] as number) << 24)) >>>
    0
  );
}

/** A float64 at any offset. */
export function writeF64(into: Uint8Array, at: number, value: number): void {
  new DataView(into.buffer, into.byteOffset).setFloat64(at, value, true);
}

export function readF64(from: Uint8Array, at: number): number {
  return new DataView(from.buffer, from.byteOffset).getFloat64(at, true);
}

/** Bytes of the table in front of the chunks of a `stream-data` payload: their lengths, and weights where they have any. */
export function tableLength(count: number, weighed: boolean): number {
  if (count === 1 && !weighed) return 0;
  return padded(count * 4) + (weighed ? count * 8 : 0);
}

/**
 * What a stranger's MessagePack may do to a decoder, found out before anything is decoded, in one pass that allocates
 * nothing: nesting without end, counts that promise more than there is, integers that a number cannot hold, bytes after
 * the value. What the bytes mean is not its business: keys and the types of extensions are the decoder's.
 */
import { mistake } from "../errors.ts";
import { MOST_DEPTH } from "../wire/json.ts";
import { TOO_DEEP } from "../wire/json-text.ts";

/** Values that are yet to come, of each list and map around. One for all: a check runs to its end. */
const left = new Float64Array(MOST_DEPTH + 1);

// Of the heads from 0xc0 (nil) to 0xdf (map 32).
const VARIED = 0xc0;
/** Bytes of a length or count. */
// biome-ignore format: one line is a table of 32 heads
const LENGTHS = Uint8Array.of(0, 0, 0, 0, 1, 2, 4, 1, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4);
/** Bytes that follow whatever the length: a number, or an extension's type and its fixed bytes. */
// biome-ignore format: one line is a table of 32 heads
const FIXED = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17, 0, 0, 0, 0, 0, 0, 0);
/** Binary and extensions: what is decoded may be a view of these bytes. */
// biome-ignore format: one line is a table of 32 heads
const VIEWS = Uint8Array.of(0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0);
const UINT64 = 0xcf;
const INT64 = 0xd3;
const ARRAY16 = 0xdc;
const MAP16 = 0xde;

const SHORT = "it ends too early";

/** Throws a RangeError for what must not be decoded. Tells whether it holds binary or extensions. */
export function checkMsgpack(bytes: Uint8Array, bigints: boolean, start = 0, end: number = bytes.length): boolean {
  let at = start;
  let depth = 0;
  let views = false;
  /** Of all levels together: nested counts could else promise as much again on each. */
  let promised = 1;
  left[0] = 1;
  while (promised > 0) {
    while (left[depth] === 0) depth--;
    left[depth] = (left[depth] as number) - 1;
    promised--;
    if (at >= end) throw refusal(SHORT);
    const head = bytes[at++] as number;
    let count = 0;
    if (head < 0x80 || head >= 0xe0) continue;
    if (head < 0xa0) count = head < 0x90 ? 2 * (head & 0x0f) : head & 0x0f;
    else if (head < VARIED) at += head & 0x1f;
    else {
      const begin = at + (LENGTHS[head - VARIED] as number);
      if (begin > end) throw refusal(SHORT);
      let length = 0;
      while (at < begin) length = length * 256 + (bytes[at++] as number);
      if (head >= ARRAY16) count = head >= MAP16 ? 2 * length : length;
      else {
        if (!bigints && (head === UINT64 || head === INT64)) checkInteger(bytes, at, head === INT64);
        if (VIEWS[head - VARIED] === 1) views = true;
        at += (FIXED[head - VARIED] as number) + length;
      }
    }
    if (count === 0) continue;
    promised += count;
    if (promised > end - at) throw refusal("it promises more values than it has bytes");
    if (depth === MOST_DEPTH) throw refusal(TOO_DEEP);
    left[++depth] = count;
  }
  if (at > end) throw refusal(SHORT);
  if (at < end) throw refusal(`${end - at} bytes follow its value`);
  return views;
}

function checkInteger(bytes: Uint8Array, at: number, signed: boolean): void {
  let value = signed && (bytes[at] as number) >= 0x80 ? -1 : 0;
  for (let i = 0; i < 8; i++) value = value * 256 + (bytes[at + i] as number);
  // Once beyond, it stays there however it is rounded. Where it is cut off it is NaN, and the caller sees to that.
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    throw refusal("an integer is beyond 2^53, where numbers are not exact: use msgpack({ useBigInt64: true })");
  }
}

function refusal(why: string): RangeError {
  return mistake(new RangeError(`Cannot read MessagePack: ${why}`), "BAD_CHUNK");
}

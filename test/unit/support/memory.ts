/** What tests of codecs need to know about memory: whose it is, and how much is held. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Codec } from "../../../src/codecs/codec.ts";

setFlagsFromString("--expose_gc");
const collect = runInNewContext("gc") as () => void;

/** The chunk's bytes as a stream takes them: a copy at the start of a buffer of their own. */
export function taken(codec: Codec, chunk: unknown): Uint8Array {
  const encoded = codec.encode(chunk);
  return ArrayBuffer.isView(encoded)
    ? new Uint8Array(encoded.buffer, encoded.byteOffset, encoded.byteLength).slice()
    : new Uint8Array(encoded.slice(0));
}

/** The same bytes somewhere in a large buffer, as when many chunks have come together; 8-aligned, as streams are. */
export function amid(bytes: Uint8Array, around: number = 64 * 1024): Uint8Array {
  const buffer = new Uint8Array(around);
  buffer.set(bytes, 24);
  return buffer.subarray(24, 24 + bytes.byteLength);
}

/** Bytes that are held more after `act` has been done so many times. */
export function grownBy(act: () => unknown, times: number): number {
  const held = (): number => {
    collect();
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    return heapUsed + external + arrayBuffers;
  };
  act();
  const before = held();
  for (let i = 0; i < times; i++) act();
  return held() - before;
}

/**
 * The bytes that `act` allocates of what a decoder could be tricked into: buffers, and elements of arrays. The least of
 * three times, for what the engine does meanwhile (compiling, looking up a stack) counts as well.
 */
export function allocatedBy(act: () => unknown): number {
  const times = [1, 2, 3].map(() => {
    collect();
    const before = process.memoryUsage();
    act();
    const after = process.memoryUsage();
    return after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers;
  });
  return Math.min(...times);
}

/** Frames as bytes, made and read by hand: a second implementation, straight from docs/protocol.md. */
import { Decoder, type FrameSink } from "../../../src/wire/decoder.ts";

export interface Fields {
  readonly type: number;
  readonly flags?: number;
  readonly count?: number;
  readonly stream?: number;
  readonly total?: number;
  /** Another length than that of the payload. */
  readonly length?: number;
}

export const DATA = 5;
export const MORE = 1;
export const REST = 2;
export const WEIGHED = 4;

/** A header, its payload, and the padding to 8. */
export function frameBytes(fields: Fields, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = new Uint8Array(16 + Math.ceil(payload.length / 8) * 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, fields.length ?? payload.length, true);
  view.setUint8(4, fields.type);
  view.setUint8(5, fields.flags ?? 0);
  view.setUint16(6, fields.count ?? (fields.type === DATA ? 1 : 0), true);
  view.setUint32(8, fields.stream ?? 0, true);
  view.setUint32(12, fields.total ?? 0, true);
  bytes.set(payload, 16);
  return bytes;
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Bytes that differ from place to place. */
export function pattern(length: number, seed: number = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0, state = seed; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

/** A frame that a decoder has given. */
export interface Seen {
  readonly type: number;
  readonly flags: number;
  readonly count: number;
  readonly stream: number;
  readonly payload: Uint8Array;
}

/** Takes what a decoder gives; `admits` may be replaced. */
export class Sink implements FrameSink {
  readonly seen: Seen[] = [];
  readonly asked: { readonly stream: number; readonly bytes: number }[] = [];
  wanted: (stream: number, bytes: number) => boolean = () => true;

  admits({ stream }: { readonly stream: number }, bytes: number): boolean {
    this.asked.push({ stream, bytes });
    return this.wanted(stream, bytes);
  }

  begins(): void {}

  frame({ type, flags, count, stream }: Omit<Seen, "payload">, payload: Uint8Array): void {
    // Only the payload of data may be kept.
    this.seen.push({ type, flags, count, stream, payload: type === DATA ? payload : payload.slice() });
  }
}

/** Puts bytes where the decoder wants them, in pieces of so many at the most. */
export function feed(decoder: Decoder, bytes: Uint8Array, piece: number = Number.POSITIVE_INFINITY): void {
  for (let at = 0; at < bytes.length; ) {
    const space = decoder.space();
    if (space.length === 0) throw new Error("There is no space for what comes");
    const count = Math.min(space.length, piece, bytes.length - at);
    space.set(bytes.subarray(at, at + count));
    at += count;
    decoder.filled(count);
  }
}

/** What a decoder makes of bytes that come in pieces which end at these places. */
export function decoded(bytes: Uint8Array, cuts: readonly number[] = []): Seen[] {
  const sink = new Sink();
  const decoder = new Decoder(sink);
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    feed(decoder, bytes.subarray(from, to));
    from = to;
  }
  return sink.seen;
}

/** Headers and payloads of bytes that are whole frames, one after the other; fragments are not put together. */
export function framesIn(bytes: Uint8Array): (Seen & { readonly total: number })[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: (Seen & { readonly total: number })[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = view.getUint32(at, true);
    frames.push({
      type: view.getUint8(at + 4),
      flags: view.getUint8(at + 5),
      count: view.getUint16(at + 6, true),
      stream: view.getUint32(at + 8, true),
      total: view.getUint32(at + 12, true),
      payload: bytes.slice(at + 16, at + 16 + length),
    });
    at += 16 + Math.ceil(length / 8) * 8;
  }
  return frames;
}

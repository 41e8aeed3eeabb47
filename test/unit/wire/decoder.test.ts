/** The decoder: whatever the pieces that bytes come in, the frames are the same. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Decoder } from "../../../src/wire/decoder.ts";
import {
  DATA,
  decoded,
  feed,
  frameBytes,
  joined,
  MORE,
  pattern,
  REST,
  type Seen,
  Sink,
  text,
  WEIGHED,
} from "../support/bytes.ts";

/** Every type, payloads of every size around a multiple of 8, in place and not, fragments of two streams interleaved. */
const large = pattern(20_000, 7);
const other = pattern(9_001, 8);
const ALL = joined(
  frameBytes({ type: 1 }, text('{"jsonrpc":"2.0","method":"a"}')),
  frameBytes({ type: 2, stream: 1 }, text("{}")),
  ...Array.from({ length: 18 }, (_, length) => frameBytes({ type: DATA, stream: 1, flags: 0x20 }, pattern(length))),
  frameBytes({ type: DATA, stream: 1, count: 2 }, joined(new Uint8Array([8, 0, 0, 0, 3, 0, 0, 0]), pattern(11))),
  frameBytes({ type: DATA, stream: 1, flags: WEIGHED }, pattern(40)),
  frameBytes({ type: DATA, stream: 3 }, pattern(5_000)),
  frameBytes({ type: DATA, stream: 3, flags: MORE, total: large.length }, large.subarray(0, 8_000)),
  frameBytes({ type: 9, stream: 5 }, pattern(16)),
  frameBytes({ type: DATA, stream: 5, flags: MORE, total: other.length }, other.subarray(0, 8)),
  frameBytes({ type: DATA, stream: 3, flags: MORE | REST }, large.subarray(8_000, 12_005)),
  frameBytes({ type: DATA, stream: 5, flags: REST }, other.subarray(8)),
  frameBytes({ type: 7, stream: 1 }),
  frameBytes({ type: DATA, stream: 3, flags: REST }, large.subarray(12_005)),
  frameBytes({ type: 6, stream: 3 }, pattern(8)),
  frameBytes({ type: 10, stream: 3 }, text('{"reason":{}}')),
);
const WHOLE = decoded(ALL);

/** `toEqual` would take minutes for so many bytes. */
function expectWhole(seen: readonly Seen[], what: string): void {
  expect(seen.length, what).toBe(WHOLE.length);
  for (const [index, { payload, ...rest }] of seen.entries()) {
    const { payload: bytes, ...whole } = WHOLE[index] as Seen;
    if (Buffer.compare(payload, bytes) !== 0) expect.unreachable(`${what}: frame ${index} has other bytes`);
    if (JSON.stringify(rest) !== JSON.stringify(whole)) expect.unreachable(`${what}: frame ${index} is another`);
  }
}

describe("Decoder", () => {
  it("gives every frame with its own bytes, fragments put together", () => {
    expect(WHOLE).toHaveLength(29);
    expect(WHOLE.slice(2, 20).map(({ payload }) => payload)).toEqual(Array.from({ length: 18 }, (_, n) => pattern(n)));
    expect(WHOLE.find(({ payload }) => payload.length === large.length)?.payload).toEqual(large);
    expect(WHOLE.find(({ payload }) => payload.length === other.length)?.payload).toEqual(other);
  });

  it("a streaming decoder loses no split header: cut in two at every byte, the frames are the same", () => {
    for (let at = 1; at < ALL.length; at++) {
      expectWhole(decoded(ALL, [at]), `cut at ${at}`);
    }
  }, 120_000);

  it("byte by byte, the frames are the same", () => {
    const sink = new Sink();
    feed(new Decoder(sink), ALL, 1);
    expect(sink.seen).toEqual(WHOLE);
  });

  it("in pieces of any sizes, the frames are the same", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(ALL.length), { maxLength: 40 }), (cuts) => {
        expectWhole(
          decoded(
            ALL,
            [...cuts].sort((a, b) => a - b),
          ),
          "in pieces",
        );
      }),
      { numRuns: 100 },
    );
  });

  it("data starts at a multiple of 8 and owns its memory, with nothing but zeros behind it", () => {
    for (const piece of [1, 999, Number.POSITIVE_INFINITY]) {
      const sink = new Sink();
      feed(new Decoder(sink), ALL, piece);
      for (const { payload, type } of sink.seen) {
        if (type !== DATA) continue;
        expect(payload.byteOffset % 8).toBe(0);
        const behind = new Uint8Array(payload.buffer, payload.byteOffset + payload.byteLength);
        expect(behind.every((byte) => byte === 0)).toBe(true);
        expect(payload.buffer.byteLength - payload.byteLength).toBeLessThanOrEqual(32);
      }
    }
  });

  it("receives a large payload in its place: space is exactly its rest, its padding and one header", () => {
    const sink = new Sink();
    const decoder = new Decoder(sink);
    const payload = pattern(100_001);
    const bytes = frameBytes({ type: DATA, stream: 1 }, payload);
    feed(decoder, bytes.subarray(0, 116));
    const place = decoder.space();
    expect(place.length).toBe(100_008 - 100 + 16);
    feed(decoder, bytes.subarray(116));
    expect(sink.seen[0]?.payload).toEqual(payload);
    expect(sink.seen[0]?.payload.buffer).toBe(place.buffer);
  });

  it("a million tiny frames in one read after another are taken in a loop", () => {
    const sink = new Sink();
    let frames = 0;
    sink.frame = () => void frames++;
    const decoder = new Decoder(sink);
    const one = frameBytes({ type: 7, stream: 1 });
    const read = joined(...Array.from({ length: 4096 }, () => one));
    for (let i = 0; i < 250; i++) feed(decoder, read);
    expect(frames).toBe(250 * 4096);
    expect(decoder.held).toBe(0);
  });
});

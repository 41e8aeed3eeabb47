/** What a hostile or broken sender may try: nothing is allocated for it, and nothing of it stays. */
import { describe, expect, it } from "vitest";
import { Decoder } from "../../../src/wire/decoder.ts";
import { DATA, feed, frameBytes, joined, MORE, pattern, REST, Sink } from "../support/bytes.ts";
import { thrownBy } from "../support/error-of.ts";

const KiB = 1024;

/** A decoder that counts what it allocates. */
function counted(): { decoder: Decoder; sink: Sink; allocated: () => number } {
  const sink = new Sink();
  let sum = 0;
  const decoder = new Decoder(sink, (bytes) => {
    sum += bytes;
    return new Uint8Array(bytes);
  });
  return { decoder, sink, allocated: () => sum };
}

/** Fragments of stream 1, by flags and payload, and the code that they end with. */
const broken: readonly (readonly [string, readonly (readonly [number, number, number?])[]])[] = [
  ["a fragment without a first one", [[REST, 8]]],
  ["a middle fragment without a first one", [[REST | MORE, 8]]],
  [
    "more bytes than the first one told",
    [
      [MORE, 8, 10],
      [REST, 8],
    ],
  ],
  ["more bytes in the first one than it tells itself", [[MORE, 16, 8]]],
  [
    "fewer bytes than the first one told",
    [
      [MORE, 8, 100],
      [REST, 8],
    ],
  ],
  [
    "a first one again before the chunk is complete",
    [
      [MORE, 8, 100],
      [MORE, 8, 100],
    ],
  ],
  [
    "a whole chunk among the fragments of another one",
    [
      [MORE, 8, 100],
      [0, 8],
    ],
  ],
];

describe("Decoder: bounds", () => {
  for (const [what, frames] of broken) {
    for (const piece of [1, Number.POSITIVE_INFINITY]) {
      it(`${what} → BAD_FRAME${piece === 1 ? ", byte by byte" : ""}`, () => {
        const { decoder } = counted();
        const bytes = frames.map(([flags, length, total = 0]) =>
          frameBytes({ type: DATA, stream: 1, flags, total }, pattern(length)),
        );
        expect(thrownBy(() => feed(decoder, joined(...bytes), piece)).code).toBe("BAD_FRAME");
      });
    }
  }

  it("of other streams, fragments and whole chunks may stand between", () => {
    const { decoder, sink } = counted();
    feed(
      decoder,
      joined(
        frameBytes({ type: DATA, stream: 1, flags: MORE, total: 16 }, pattern(8)),
        frameBytes({ type: DATA, stream: 3 }, pattern(8)),
        frameBytes({ type: DATA, stream: 5, flags: MORE, total: 16 }, pattern(8)),
        frameBytes({ type: DATA, stream: 1, flags: REST }, pattern(8)),
        frameBytes({ type: DATA, stream: 5, flags: REST }, pattern(8)),
      ),
    );
    expect(sink.seen.map(({ stream }) => stream)).toEqual([3, 1, 5]);
  });

  it("a length of 0xFFFFFFFF is compared with the limit before anything is allocated", () => {
    for (const flags of [0, MORE, REST]) {
      const { decoder, sink, allocated } = counted();
      sink.wanted = () => {
        throw new RangeError("too large");
      };
      const header = frameBytes({ type: DATA, stream: 1, flags, length: 0xffff_ffff, total: 0xffff_ffff });
      expect(() => feed(decoder, header)).toThrow("too large");
      expect(allocated()).toBe(0);
    }
  });

  it("a fragment of 0xFFFFFFFF bytes in a small chunk → BAD_FRAME, and no more memory than the chunk's", () => {
    const { decoder, allocated } = counted();
    const header = frameBytes({ type: DATA, stream: 1, flags: MORE, length: 0xffff_ffff, total: 100 });
    expect(thrownBy(() => feed(decoder, header)).code).toBe("BAD_FRAME");
    expect(allocated()).toBeLessThan(200);
  });

  it("a skipped payload of 0xFFFFFFFF bytes stays skipped: what follows is no header", () => {
    const { decoder, sink } = counted();
    sink.wanted = () => false;
    feed(decoder, frameBytes({ type: DATA, stream: 1, flags: REST, length: 0xffff_ffff }));
    feed(decoder, new Uint8Array(1000).fill(0xff));
    expect(sink.asked).toHaveLength(1);
  });

  it("is asked once for each header, with the bytes of the whole chunk", () => {
    const { decoder, sink } = counted();
    feed(
      decoder,
      joined(
        frameBytes({ type: DATA, stream: 1, flags: MORE, total: 9_000 }, pattern(8_000)),
        frameBytes({ type: DATA, stream: 1, flags: REST }, pattern(1_000)),
      ),
      100,
    );
    expect(sink.asked).toEqual([
      { stream: 1, bytes: 9_000 },
      { stream: 1, bytes: 9_000 },
    ]);
  });

  it("after an error the rest of the read is not looked at", () => {
    const { decoder, sink } = counted();
    const bytes = joined(frameBytes({ type: 99 }), frameBytes({ type: DATA, stream: 1 }, pattern(8)));
    expect(thrownBy(() => feed(decoder, bytes)).code).toBe("BAD_FRAME");
    expect(sink.asked).toEqual([]);
  });

  it("memory stays flat while the chunks of a cancelled stream are skipped", () => {
    const { decoder, sink, allocated } = counted();
    sink.wanted = (stream) => stream !== 1;
    const chunk = pattern(256 * KiB);
    const first = frameBytes({ type: DATA, stream: 1, flags: MORE, total: 2 * chunk.length }, chunk);
    const rest = frameBytes({ type: DATA, stream: 1, flags: REST }, chunk);
    for (let i = 0; i < 50; i++) feed(decoder, joined(first, rest), 60_000);
    feed(decoder, frameBytes({ type: DATA, stream: 3 }, pattern(8)));
    expect(sink.seen).toHaveLength(1);
    expect(allocated()).toBe(0);
    expect(decoder.held).toBe(0);
  });

  for (const [when, cut] of [
    ["between two fragments", 16 + 8_000],
    ["in the middle of a fragment", 5_000],
  ] as const) {
    it(`a chunk that is dropped ${when} leaves no memory behind, though its rest never comes`, () => {
      const { decoder, sink } = counted();
      const first = frameBytes({ type: DATA, stream: 1, flags: MORE, total: 1_000_000 }, pattern(8_000));
      feed(decoder, first.subarray(0, cut));
      sink.wanted = (stream) => stream !== 1;
      decoder.drop(1);
      feed(decoder, first.subarray(cut));
      expect(decoder.held).toBe(0);
      // What does come of it is skipped.
      feed(decoder, frameBytes({ type: DATA, stream: 1, flags: REST }, pattern(8_000)));
      feed(decoder, frameBytes({ type: DATA, stream: 3 }, pattern(8)));
      expect(sink.seen.map(({ stream }) => stream)).toEqual([3]);
      expect(decoder.held).toBe(0);
    });
  }

  it("another chunk of a stream may come after one that was dropped", () => {
    const { decoder, sink } = counted();
    const first = frameBytes({ type: DATA, stream: 1, flags: MORE, total: 100_000 }, pattern(8_000));
    feed(decoder, first.subarray(0, 5_000));
    decoder.drop(1);
    feed(decoder, first.subarray(5_000));
    feed(decoder, frameBytes({ type: DATA, stream: 1 }, pattern(8)));
    expect(sink.seen).toHaveLength(1);
  });
});

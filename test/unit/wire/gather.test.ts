/** What is written in one go: small pieces copied together, large ones as they stand, the order as it was. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Gather } from "../../../src/wire/gather.ts";
import { framesIn, joined, pattern } from "../support/bytes.ts";

const header = (length: number) => ({ length, type: 5, flags: 0, count: 1, stream: 1, total: 0 });

describe("Gather", () => {
  it("keeps the order of headers and payloads, pads each to 8, and tells how long it is", () => {
    const length = fc.oneof(fc.nat(20), fc.integer({ min: 2040, max: 2056 }), fc.nat(70_000));
    fc.assert(
      fc.property(fc.array(length, { maxLength: 60 }), (lengths) => {
        const gather = new Gather();
        for (const [seed, length] of lengths.entries()) {
          gather.header(header(length));
          gather.bytes(pattern(length, seed));
        }
        const all = joined(...gather.end());
        expect(all.length).toBe(gather.length);
        for (const [seed, { payload }] of framesIn(all).entries())
          expect(Buffer.compare(payload, pattern(lengths[seed] as number, seed))).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it("small pieces cost one part, however many", () => {
    const gather = new Gather();
    for (let i = 0; i < 1000; i++) {
      gather.header(header(8));
      gather.bytes(pattern(8));
    }
    expect(gather.end()).toHaveLength(1);
  });

  it("a large piece is not copied", () => {
    const gather = new Gather();
    const large = pattern(100_000);
    gather.header(header(large.length));
    gather.bytes(large);
    expect(gather.end()[1]?.buffer).toBe(large.buffer);
  });

  it("what was gathered before stays as it is while more is, beyond the memory for small pieces", () => {
    const gather = new Gather();
    for (let i = 0; i < 200; i++) gather.bytes(pattern(2048, i));
    const all = joined(...gather.end());
    for (let i = 0; i < 200; i++)
      expect(Buffer.compare(all.subarray(i * 2048, (i + 1) * 2048), pattern(2048, i))).toBe(0);
  });

  it("after clear() nothing is left, and its memory is used again", () => {
    const gather = new Gather();
    gather.header(header(0));
    const before = gather.end()[0]?.buffer;
    gather.clear();
    expect([gather.length, gather.parts.length, gather.end().length]).toEqual([0, 0, 0]);
    gather.header(header(0));
    expect(gather.end()[0]?.buffer).toBe(before);
  });
});

/** Headers and payloads: what is written is read again, and what does not fit is refused before anything is made of it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Header, padded, paddingOf, readHeader, tableLength, writeHeader } from "../../../src/wire/layout.ts";
import { readPayload, writeTable } from "../../../src/wire/payload.ts";
import { DATA, frameBytes, pattern, WEIGHED } from "../support/bytes.ts";
import { thrownBy } from "../support/error-of.ts";

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const empty = (): Header => ({ length: 0, type: 0, flags: 0, count: 0, stream: 0, total: 0 });

/** Reads a header that was made by hand. */
function read(bytes: Uint8Array): Header {
  const header = empty();
  readHeader(bytes, 0, header);
  return header;
}

/** The header of a data frame of so many chunks. */
function dataHeader(count: number, flags: number = 0): Header {
  return { ...empty(), type: DATA, stream: 1, count, flags };
}

describe("headers", () => {
  it("what is written is read again, and is little-endian at fixed offsets", () => {
    fc.assert(
      fc.property(u32, u32, u32, fc.nat(0xffff), fc.nat(7), fc.nat(15), (length, stream, total, count, bits, form) => {
        const header = { length, type: DATA, flags: bits | (form << 4), count, stream, total };
        const bytes = new Uint8Array(24).fill(0xff);
        writeHeader(bytes, 8, header);
        expect(bytes.subarray(8)).toEqual(frameBytes(header));
        const again = empty();
        readHeader(bytes, 8, again);
        expect(again).toEqual(header);
      }),
    );
  });

  for (const [what, bytes] of [
    ["type 0", frameBytes({ type: 0 })],
    ["type 11", frameBytes({ type: 11 })],
    ["packing in a frame that is no data", frameBytes({ type: 7, flags: 8 })],
    ["flags of a frame that is no data", frameBytes({ type: 7, flags: 1 })],
    ["a form of a frame that is no data", frameBytes({ type: 2, flags: 0x10 })],
    ["chunks of a frame that is no data", frameBytes({ type: 9, count: 1 })],
  ] as const) {
    it(`${what} → BAD_FRAME`, () => {
      expect(thrownBy(() => read(bytes)).code).toBe("BAD_FRAME");
    });
  }

  it("a payload and its padding come to a multiple of 8, whatever the length", () => {
    fc.assert(
      fc.property(u32, (length) => {
        expect(padded(length) % 8).toBe(0);
        expect(padded(length) - length).toBe(paddingOf(length));
        expect(paddingOf(length)).toBeGreaterThanOrEqual(0);
        expect(paddingOf(length)).toBeLessThan(8);
      }),
    );
    expect(padded(0xffff_ffff)).toBe(2 ** 32);
  });
});

describe("payloads", () => {
  it("chunks and weights come back as they were put together", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 20 }), fc.boolean(), (lengths, weighed) => {
        const weights = weighed ? lengths.map((length) => length / 3) : undefined;
        const table = tableLength(lengths.length, weighed);
        let end = table;
        const places = lengths.map((length) => {
          const at = padded(end);
          end = at + length;
          return at;
        });
        const payload = new Uint8Array(end);
        if (table > 0) writeTable(payload, 0, lengths, weights);
        for (const [index, at] of places.entries()) payload.set(pattern(lengths[index] as number, index), at);
        const read = readPayload(dataHeader(lengths.length, weighed ? WEIGHED : 0), payload);
        expect(read.chunks).toEqual(lengths.map((length, index) => pattern(length, index)));
        expect(read.weights).toEqual(weights);
      }),
    );
  });

  const table = (...lengths: number[]): Uint8Array => new Uint8Array(new Uint32Array(lengths).buffer);
  for (const [what, count, flags, payload] of [
    ["more chunks than its bytes could tell of", 4096, 0, new Uint8Array(100)],
    ["65,535 chunks", 65_535, 0, new Uint8Array(65_536 * 4)],
    ["more chunks than its bytes have room for weights", 2, WEIGHED, table(0, 0)],
    ["no room for the weight of its only chunk", 1, WEIGHED, new Uint8Array(8)],
    ["a chunk that ends behind it", 2, 0, table(0, 1)],
    ["a chunk of 0xFFFFFFFF bytes", 2, 0, table(0xffff_ffff, 0)],
    ["bytes after its last chunk", 2, 0, new Uint8Array(16)],
    ["bytes and no chunk", 0, 0, new Uint8Array(1)],
  ] as const) {
    it(`a payload with ${what} → BAD_FRAME`, () => {
      expect(thrownBy(() => readPayload(dataHeader(count, flags), payload)).code).toBe("BAD_FRAME");
    });
  }

  it("no chunks at all are no chunks", () => {
    expect(readPayload(dataHeader(0), new Uint8Array(0)).chunks).toEqual([]);
  });
});

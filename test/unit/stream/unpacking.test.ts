/** What the chunks of a frame are, count and are charged, in each form that a frame has, and which frames break the protocol. */
import { describe, expect, it } from "vitest";
import { msgpack } from "../../../src/codecs/msgpack.ts";
import { CHUNK_OVERHEAD, ReceiveCredit } from "../../../src/stream/credit.ts";
import { unpack } from "../../../src/stream/unpacking.ts";
import type { DataFrame, Unit } from "../../../src/wire/frames.ts";
import { thrownBy } from "../support/error-of.ts";
import { ownerOf } from "../support/owner.ts";

const LARGEST = 100;

const owner = ownerOf(LARGEST);

type Taken = [value: unknown, counted: number, charged: number];

/** Takes `most` chunks. */
function taker(unit: Unit, most: number = Number.POSITIVE_INFINITY) {
  const taken: Taken[] = [];
  return {
    taken,
    credit: new ReceiveCredit(unit, 1_000, 1_000_000, false),
    admits: () => taken.length < most,
    arrive: (...chunk: Taken) => void taken.push(chunk),
  };
}

function frameOf(content: Partial<DataFrame>): DataFrame {
  return { type: "stream-data", id: 1, ...content };
}

const chunks = [new Uint8Array(10), new Uint8Array(20)];
/** 1, "ab" and [2] in MessagePack, side by side; and the same with a byte in the middle that stands for nothing. */
const packed = { bytes: Uint8Array.of(1, 0xa2, 0x61, 0x62, 0x91, 2), lengths: [1, 3, 2] };
const broken = { ...packed, bytes: Uint8Array.of(1, 0xc1, 0x61, 0x62, 0x91, 2) };

describe("unpack()", () => {
  it.each<[Unit, [number, number]]>([
    ["chunks", [1, 1]],
    ["bytes", [10, 20]],
    ["weight", [7, 0.5]],
  ])("counts chunks in %s, and charges their bytes", (unit, [first, second]) => {
    const into = taker(unit);
    unpack(frameOf({ chunks, weights: [7, 0.5] }), undefined, owner, into);
    expect(into.taken).toEqual([
      [chunks[0], first, CHUNK_OVERHEAD + 10],
      [chunks[1], second, CHUNK_OVERHEAD + 20],
    ]);
  });

  it("charges a record of a row nothing but the overhead", () => {
    const into = taker("chunks");
    unpack(frameOf({ rows: { shape: { keys: ["a"], parts: [0] }, columns: [[1, 2]] } }), undefined, owner, into);
    expect(into.taken).toEqual([
      [{ a: 1 }, 1, CHUNK_OVERHEAD],
      [{ a: 2 }, 1, CHUNK_OVERHEAD],
    ]);
  });

  it.each<[Unit, [number, number, number]]>([
    ["chunks", [1, 1, 1]],
    ["bytes", [1, 3, 2]],
    ["weight", [3, 4, 5]],
  ])("counts chunks that came packed in %s, by their lengths", (unit, amounts) => {
    const into = taker(unit);
    unpack(frameOf({ packed, weights: [3, 4, 5] }), msgpack(), owner, into);
    expect(into.taken).toEqual([
      [1, amounts[0], CHUNK_OVERHEAD + 1],
      ["ab", amounts[1], CHUNK_OVERHEAD + 3],
      [[2], amounts[2], CHUNK_OVERHEAD + 2],
    ]);
  });

  it("hands over what comes before a chunk that cannot be decoded", () => {
    const into = taker("chunks");
    expect(thrownBy(() => unpack(frameOf({ packed: broken }), msgpack(), owner, into))).toMatchObject({
      code: "CODEC_FAILED",
    });
    expect(into.taken).toEqual([[1, 1, CHUNK_OVERHEAD + 1]]);
  });

  it("hands over no more than is wanted", () => {
    const into = taker("chunks", 1);
    unpack(frameOf({ chunks }), undefined, owner, into);
    expect(into.taken.length).toBe(1);
  });

  it("hands over what comes before a chunk that is too large", () => {
    const into = taker("chunks");
    const frame = frameOf({ chunks: [new Uint8Array(LARGEST), new Uint8Array(LARGEST + 1)] });
    expect(thrownBy(() => unpack(frame, undefined, owner, into))).toMatchObject({ code: "CHUNK_TOO_LARGE" });
    expect(into.taken.length).toBe(1);
  });

  it.each([[undefined], [[1]], [[1, -1]], [[1, Number.NaN]], [[1, Number.POSITIVE_INFINITY]], [[1, "2"]]])(
    "takes no chunk without a weight where weights count: %o",
    (weights) => {
      const into = taker("weight");
      const frame = { ...frameOf({ chunks }), ...(weights && { weights: weights as number[] }) };
      expect(thrownBy(() => unpack(frame, undefined, owner, into))).toMatchObject({ code: "BAD_FRAME" });
      expect(into.taken.length).toBe(weights === undefined ? 0 : 1);
    },
  );
});

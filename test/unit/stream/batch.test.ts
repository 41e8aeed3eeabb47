/** Chunks gathered for one frame: rows while they are of one shape, a plain list otherwise. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Batch } from "../../../src/stream/batch.ts";
import { charge } from "../../../src/stream/chunk.ts";
import { CHUNK_OVERHEAD } from "../../../src/stream/credit.ts";
import { chunksOf, type DataFrame, parseFrame } from "../../../src/wire/frames.ts";
import { copyValue, NOT_PLAIN } from "../../../src/wire/plain.ts";

const batch = (weighed: boolean = false): Batch => new Batch(7, weighed);

/** As the far side gets it. */
const sent = (frame: DataFrame): DataFrame => parseFrame(structuredClone(frame)) as DataFrame;

describe("Batch", () => {
  it("sends records of one shape as rows", () => {
    const one = batch();
    for (const n of [1, 2, 3]) expect(addPlain(one, { n, s: "x" }, 1)).toBe(true);
    const frame = sent(one.frame(192));
    expect(frame.chunks).toBeUndefined();
    expect(frame.rows).toEqual({
      shape: { keys: ["n", "s"], parts: [0, 1] },
      columns: [
        [1, 2, 3],
        ["x", "x", "x"],
      ],
    });
    expect(frame).toMatchObject({ type: "stream-data", id: 7, charged: 192 });
    expect(one.length).toBe(3);
  });

  it.each<[string, unknown[]]>([
    ["records of two shapes", [{ a: 1 }, { a: 2 }, { b: 1 }, { a: 3 }]],
    ["a record and a number", [{ a: 1 }, 5]],
    ["numbers", [1, 2, undefined, null]],
    ["lists of two lengths", [[1], [2, 3]]],
    ["records without keys", [{}, {}]],
    ["records with a property named __proto__", [JSON.parse('{"__proto__": 1}'), JSON.parse('{"__proto__": 2}')]],
  ])("sends %s as they are, in order", (_, chunks) => {
    const one = batch();
    for (const chunk of chunks) expect(addPlain(one, chunk, 1)).toBe(true);
    const frame = sent(one.frame(0));
    expect(frame.rows).toBeUndefined();
    expect(frame.chunks).toEqual(structuredClone(chunks));
  });

  it("sends what has come as it is, if it is too deep for rows whose parts are columns", () => {
    const deep = (levels: number): unknown => (levels === 0 ? { v: 1 } : { n: deep(levels - 1) });
    const chunks = [...[1, 2, 3, 4].map((k) => ({ a: { b: { c: deep(15) } }, k })), { a: 5, k: 9 }];
    const one = batch();
    for (const chunk of chunks) expect(addPlain(one, chunk, 1)).toBe(true);
    expect(chunksOf(sent(one.frame(0)))).toEqual(chunks);
  });

  it.each<[string, unknown[], unknown]>([
    [
      "records",
      [
        { n: 1, tags: ["a", "b"] },
        { n: 2, tags: ["c", "d"] },
      ],
      [
        [1, 2],
        ["a", "c"],
        ["b", "d"],
      ],
    ],
    [
      "records that differ deeper down",
      [
        { n: 1, tags: ["a"] },
        { n: 2, tags: [] },
      ],
      [
        [1, 2],
        [["a"], []],
      ],
    ],
    [
      "lists",
      [
        [1, "x"],
        [2, "y"],
      ],
      [
        [1, 2],
        ["x", "y"],
      ],
    ],
  ])("sends %s of one shape as columns", (_, chunks, columns) => {
    const one = batch();
    for (const chunk of chunks) expect(addPlain(one, chunk, 1)).toBe(true);
    const frame = sent(one.frame(0));
    expect(frame.rows?.columns).toEqual(columns);
    expect(chunksOf(frame)).toEqual(chunks);
  });

  it("refuses what is not plain, and keeps what it has", () => {
    const one = batch();
    addPlain(one, { a: 1 }, 1);
    for (const chunk of [new Uint8Array(1), { a: new Date(0) }, () => 1, Symbol("s"), new Map()])
      expect(addPlain(one, chunk, 1)).toBe(false);
    expect(one.length).toBe(1);
    expect(chunksOf(sent(one.frame(0)))).toEqual([{ a: 1 }]);
  });

  it("takes copies: what a writer does next changes nothing", () => {
    const [first, second] = [{ n: 1, list: [1] }, { other: 1 }];
    const one = batch();
    addPlain(one, first, 1);
    first.n = 9;
    first.list.push(9);
    addPlain(one, second, 1);
    second.other = 9;
    expect(chunksOf(one.frame(0))).toEqual([{ n: 1, list: [1] }, { other: 1 }]);
  });

  it("sends the chunks that it was given, whatever they are", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 2 }), { minLength: 1, maxLength: 20, size: "max" }), (chunks) => {
        const one = batch();
        for (const chunk of chunks) addPlain(one, chunk, 1);
        expect(chunksOf(sent(one.frame(0)))).toEqual(structuredClone(chunks));
      }),
      { numRuns: 200 },
    );
  });

  it("sends a weight with each chunk where the unit is weighed, and none elsewhere", () => {
    const weighed = batch(true);
    addPlain(weighed, { a: 1 }, 2.5);
    weighed.add(new Uint8Array(3), 7, 67, []);
    expect(weighed.frame(0).weights).toEqual([2.5, 7]);
    expect(chunksOf(weighed.frame(0))).toEqual([{ a: 1 }, new Uint8Array(3)]);
    const counted = batch();
    addPlain(counted, { a: 1 }, 2.5);
    expect(counted.frame(0).weights).toBeUndefined();
  });

  it("moves what its chunks move, all in one list", () => {
    const buffers = [new ArrayBuffer(1), new ArrayBuffer(2), new ArrayBuffer(3)] as const;
    const one = batch();
    one.add(buffers[0], 1, 65, [buffers[0]]);
    addPlain(one, "text", 1);
    one.add([buffers[1], buffers[2]], 1, 69, [buffers[1], buffers[2]]);
    expect(one.moves).toEqual(buffers);
    expect(batch().moves).toEqual([]);
  });

  it("is full at 256 chunks", () => {
    const one = batch();
    for (let i = 0; i < 255; i++) addPlain(one, { i }, 1);
    expect(one.full).toBe(false);
    addPlain(one, { i: 255 }, 1);
    expect(one.full).toBe(true);
  });

  it("is full at 1 MiB", () => {
    const one = batch();
    one.add(new Uint8Array(1), 1, 1024 * 1024 - 1, []);
    expect(one.full).toBe(false);
    one.add(new Uint8Array(1), 1, 1, []);
    expect(one.full).toBe(true);
  });
});

describe("Batch.clear(), for the next frame", () => {
  it("starts anew: nothing of what was posted comes again", () => {
    const one = batch(true);
    const buffer = new ArrayBuffer(1);
    addPlain(one, { a: 1 }, 1);
    one.add(buffer, 2, 1024 * 1024, [buffer]);
    expect(one.full).toBe(true);
    one.clear();
    expect([one.length, one.full, one.moves]).toEqual([0, false, []]);
    addPlain(one, "text", 3);
    expect(sent(one.frame(0))).toMatchObject({ chunks: ["text"], weights: [3] });
  });

  it("goes on with rows of the same shape, also after a batch that was longer", () => {
    const one = batch();
    for (let n = 0; n < 256; n++) addPlain(one, { n, s: "x" }, 1);
    expect(chunksOf(sent(one.frame(0)))).toHaveLength(256);
    one.clear();
    for (const n of [500, 501]) addPlain(one, { n, s: "y" }, 1);
    expect(sent(one.frame(0)).rows).toEqual({
      shape: { keys: ["n", "s"], parts: [0, 1] },
      columns: [
        [500, 501],
        ["y", "y"],
      ],
    });
  });

  it("takes records of another shape then, and what is not plain", () => {
    for (const other of [{ b: 2 }, 5, { n: 1, s: "x", t: 1 }]) {
      const one = batch();
      addPlain(one, { n: 1, s: "x" }, 1);
      one.clear();
      addPlain(one, { n: 2, s: "y" }, 1);
      addPlain(one, other, 1);
      one.add(new Uint8Array(1), 1, 65, []);
      expect(chunksOf(sent(one.frame(0)))).toEqual([{ n: 2, s: "y" }, other, new Uint8Array(1)]);
    }
  });

  it("sends what was given each time, whatever came before", () => {
    const chunk = fc.oneof(fc.record({ a: fc.nat(), b: fc.string() }), fc.jsonValue({ maxDepth: 2 }));
    const batches = fc.array(fc.tuple(fc.array(chunk, { minLength: 1, maxLength: 5, size: "max" }), fc.boolean()), {
      maxLength: 5,
      size: "max",
    });
    fc.assert(
      fc.property(batches, (rounds) => {
        const one = batch();
        for (const [chunks, idle] of rounds) {
          for (const each of chunks) addPlain(one, each, 1);
          expect(chunksOf(sent(one.frame(0)))).toEqual(structuredClone(chunks));
          one.clear();
          // Nothing more comes for now: it may let go of all it has.
          if (idle) one.release();
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("Batch.singly()", () => {
  it.each<[string, unknown[]]>([
    ["rows", [{ a: 1 }, { a: 2 }]],
    ["others", [{ a: 1 }, "text", [1]]],
  ])("gives a frame for each chunk, of %s", (_, chunks) => {
    const one = batch();
    for (const chunk of chunks) addPlain(one, chunk, 1);
    const frames = [...one.singly(1_000)].map(([frame]) => sent(frame));
    expect(frames.flatMap((frame) => chunksOf(frame))).toEqual(chunks);
    expect(frames).toHaveLength(chunks.length);
  });

  it("tells with each frame the byte account after its chunk", () => {
    const one = batch();
    const chunks = [new Uint8Array(10), "text", { bytes: new Uint8Array(20) }];
    for (const chunk of chunks) one.add(chunk, 1, charge(chunk), []);
    const total = 5_000 + chunks.reduce<number>((sum, chunk) => sum + charge(chunk), 0);
    const told = [...one.singly(total)].map(([frame]) => frame.charged);
    const after = [5_000 + 10 + CHUNK_OVERHEAD, 5_010 + 2 * CHUNK_OVERHEAD, 5_030 + 3 * CHUNK_OVERHEAD];
    expect(told).toEqual(after);
  });

  it("keeps each chunk's weight and what it moves", () => {
    const one = batch(true);
    const buffer = new ArrayBuffer(8);
    one.add(buffer, 3, 72, [buffer]);
    addPlain(one, "text", 4);
    const singles = [...one.singly(136)];
    expect(singles.map(([frame]) => frame.weights)).toEqual([[3], [4]]);
    expect(singles.map(([, moves]) => moves)).toEqual([[buffer], []]);
  });
});

/** As a stream's sender adds plain data: a row if it can be one, else a copy. False, and nothing added, if it is not plain. */
function addPlain(one: Batch, chunk: unknown, weight: number): boolean {
  if (one.addRow(chunk, weight)) return true;
  const copy = copyValue(chunk);
  if (copy === NOT_PLAIN) return false;
  one.add(copy, weight, charge(copy), []);
  return true;
}

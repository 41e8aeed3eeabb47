/** What a chunk costs: both ends must charge it exactly alike, or its stream stalls. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { charge, own } from "../../../src/stream/chunk.ts";
import { CHUNK_OVERHEAD } from "../../../src/stream/credit.ts";
import { anyValue, names, values } from "../support/values.ts";

const make = (name: string): unknown => (values[name] as () => unknown)();

/** What both ends charge for: the form of a chunk that is posted. */
const posted = (name: string): unknown => own(make(name), undefined).chunk;

describe("charge()", () => {
  it.each<[string, number]>([
    ["a number", 0],
    ["a string", 0],
    ["null", 0],
    ["an empty object", 0],
    ["a Uint8Array", 100],
    ["a view of a part", 16],
    ["an empty view", 0],
    ["a DataView", 20],
    ["an ArrayBuffer", 33],
    ["a pooled Buffer", 6],
    ["a record of buffers", 40],
    ["an array of buffers", 16],
    ["a class's instance", 24],
    ["an object without a prototype", 12],
    ["an object with inherited properties", 5],
    ["buffers deeper down", 149],
    ["a Map", 0],
    ["an Error with a buffer", 0],
    ["a property that is not enumerable", 0],
    ["a view of shared memory", 8],
    ["shared references", 16],
  ])("charges 64 bytes and the buffers in it for %s", (name, bytes) => {
    expect(charge(posted(name))).toBe(CHUNK_OVERHEAD + bytes);
  });

  it.each<[string, unknown, number]>([
    ["a string of 1,024 units", "x".repeat(1_024), 0],
    ["a longer one", "\u20ac".repeat(1_025), 1_025],
    ["values of a record", { a: "x".repeat(2_000), b: "short", c: new Uint8Array(5) }, 2_005],
    ["elements of an array", ["x".repeat(2_000), "x".repeat(3_000)], 5_000],
    ["what lies deeper", { a: { b: "x".repeat(2_000), c: ["y".repeat(1_100)] } }, 3_100],
    ["one that is there twice", ((text) => [text, { text }])("x".repeat(2_000)), 4_000],
  ])("charges the length of long strings: %s", (_, chunk, bytes) => {
    expect(charge(chunk)).toBe(CHUNK_OVERHEAD + bytes);
    expect(charge(structuredClone(chunk))).toBe(CHUNK_OVERHEAD + bytes);
  });

  it("counts an object once, however often it is met", () => {
    const data = new Uint8Array(100);
    const tree = { data, again: [data, data], children: [] as object[] };
    for (let i = 0; i < 10; i++) tree.children.push({ parent: tree, data });
    expect(charge(tree)).toBe(CHUNK_OVERHEAD + 100);
    expect(charge(structuredClone(tree))).toBe(CHUNK_OVERHEAD + 100);
  });

  it("looks at 1,024 values, all of one before the next", () => {
    const small = (): Uint8Array => new Uint8Array(1);
    const inner = Array.from({ length: 1_000 }, small);
    const [behind, large] = [
      { inner, list: Array.from({ length: 50 }, small) },
      { list: [] as unknown[], inner },
    ];
    large.list = Array.from({ length: 2_000 }, small);
    expect(charge(behind)).toBe(CHUNK_OVERHEAD + 1_022);
    expect(charge(large)).toBe(CHUNK_OVERHEAD + 1_023);
  });

  it("looks at the first elements of an array only, however long it is", () => {
    const list: unknown[] = [];
    list[2 ** 32 - 2] = new Uint8Array(5);
    expect(charge(list)).toBe(CHUNK_OVERHEAD);
    expect(charge(Array.from({ length: 1_025 }, () => new Uint8Array(1)))).toBe(CHUNK_OVERHEAD + 1_024);
  });

  it.each(names())("is the same before and after structured clone: %s", (name) => {
    for (const transfer of [undefined, true] as const) {
      const mine = own(make(name), transfer).chunk;
      expect(charge(mine)).toBe(charge(structuredClone(mine)));
      expect(charge(mine)).toBe(charge(structuredClone(make(name))));
    }
  });

  it("is the same before and after structured clone, for any value", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const mine = own(value, undefined).chunk;
        expect(charge(mine)).toBe(charge(structuredClone(mine)));
        expect(charge(mine)).toBe(charge(structuredClone(value)));
      }),
      { numRuns: 500 },
    );
  });

  it("does not count what every object inherits, which may differ at the two ends", () => {
    const polluted = Object.prototype as { bytes?: Uint8Array };
    polluted.bytes = new Uint8Array(500);
    try {
      expect(charge({ a: new Uint8Array(1) })).toBe(CHUNK_OVERHEAD + 1);
    } finally {
      delete polluted.bytes;
    }
  });

  it("is the same after a part was posted as plain data, which needs no look at it", () => {
    for (const plain of [{ a: 1 }, [1, [2]], "text", null, { deep: { list: [{}] } }])
      expect(charge(structuredClone(plain))).toBe(CHUNK_OVERHEAD);
  });
});

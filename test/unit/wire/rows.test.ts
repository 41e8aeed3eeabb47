/** Records of one shape as a table, and back. */
import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProtocolError } from "../../../src/errors.ts";
import {
  countColumns,
  flatShape,
  fromRows,
  isFlat,
  isRows,
  MOST_COLUMNS,
  MOST_NESTING,
  MOST_ROWS,
  type Shape,
  shapeOf,
  writeRow,
} from "../../../src/wire/rows.ts";
import { thrownBy } from "../support/error-of.ts";
import { anyValue } from "../support/values.ts";

function sparse(length: number): unknown[] {
  const list: unknown[] = [];
  list.length = length;
  return list;
}

const wide = (keys: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: keys }, (_, at) => [`k${at}`, at]));

/** A record whose keys are all leaves. */
const flat = (...keys: string[]): Shape => ({ keys, parts: keys.map((_, at) => at) });

const emptyFor = (shape: Shape): unknown[][] => Array.from({ length: countColumns(shape) }, () => []);

/** There and back, as far as all are of the shape. */
function roundTrip(
  rows: readonly unknown[],
  shape: Shape | undefined = shapeOf(rows[0]),
): { rows: unknown[]; taken: number } | undefined {
  if (shape === undefined) return undefined;
  const columns = emptyFor(shape);
  let taken = 0;
  while (taken < rows.length && writeRow(rows[taken], shape, columns, taken)) taken++;
  // What a row that is none has written counts for nothing.
  const sent = structuredClone({ shape, columns: columns.map((column) => column.slice(0, taken)) });
  expect(isRows(sent)).toBe(true);
  return { rows: fromRows(sent), taken };
}

describe("shapeOf()", () => {
  it("is the keys of a plain record, in order, with a column for each leaf", () => {
    expect(shapeOf({ b: 1, a: 2, 7: 3 })).toEqual(flat("7", "b", "a"));
    expect(shapeOf(Object.assign(Object.create(null), { x: 1 }))).toEqual(flat("x"));
    expect(shapeOf(wide(MOST_COLUMNS))?.parts).toHaveLength(MOST_COLUMNS);
  });

  it("numbers the leaves of what is nested in the order in which they are met", () => {
    expect(shapeOf({ a: 1, b: { c: 2, d: ["x", "y"] }, e: 3 })).toEqual({
      keys: ["a", "b", "e"],
      parts: [0, { keys: ["c", "d"], parts: [1, { parts: [2, 3] }] }, 4],
    });
    expect(shapeOf([1, "x"])).toEqual({ parts: [0, 1] });
  });

  it("takes for a leaf what is empty, long, deep, or no plain data", () => {
    expect(shapeOf({ a: [], b: {}, c: new Array(9).fill(0), d: new Date(0) })).toEqual(flat("a", "b", "c", "d"));
    const deep = { a: { a: { a: { a: { a: 1 } } } } };
    let shape = shapeOf(deep);
    let levels = 0;
    for (; typeof shape === "object"; levels++) shape = shape.parts[0] as Shape;
    expect(levels).toBe(MOST_NESTING);
    deepStrictEqual(roundTrip([deep])?.rows, [deep]);
  });

  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a number", 1],
    ["a string", "text"],
    ["a list without elements", []],
    ["a long list", new Array(9).fill(0)],
    ["a list with a hole", sparse(2)],
    ["a record without keys", {}],
    ["a record with too many keys", wide(MOST_COLUMNS + 1)],
    ["a record with too many leaves", { a: wide(MOST_COLUMNS), b: 1 }],
    ["a property named __proto__", JSON.parse('{"a": 1, "__proto__": 2}')],
    [
      "a class's instance",
      new (class A {
        x = 1;
      })(),
    ],
    ["a view", new Uint8Array(2)],
    ["a Map", new Map([["a", 1]])],
    ["an Error", new Error("text")],
    ["a function", Object.assign(() => 1, { a: 1 })],
  ])("is none for %s", (_, value) => {
    expect(shapeOf(value)).toBeUndefined();
  });
});

describe("flatShape()", () => {
  it("has a leaf for each part", () => {
    const nested = shapeOf({ a: 1, b: { c: 2, d: ["x", "y"] }, e: 3 }) as Shape;
    expect(isFlat(nested)).toBe(false);
    expect(flatShape(nested)).toEqual(flat("a", "b", "e"));
    expect(isFlat(flatShape(nested))).toBe(true);
    expect(flatShape({ parts: [0, { parts: [1, 2] }] })).toEqual({ parts: [0, 1] });
  });

  it("takes rows whose parts differ deeper down", () => {
    const rows = [{ tags: ["a"] }, { tags: [] }, { tags: null }, { tags: ["a", { b: 1 }] }];
    expect(roundTrip(rows)?.taken).toBe(1);
    deepStrictEqual(roundTrip(rows, flat("tags"))?.rows, rows);
  });
});

describe("writeRow()", () => {
  it("writes the values at a row, in the order of the keys", () => {
    const columns: unknown[][] = [
      [1, 0, 0],
      [2, 0, 0],
    ];
    expect(writeRow({ a: 3, b: "x" }, flat("a", "b"), columns, 1)).toBe(true);
    expect(columns).toEqual([
      [1, 3, 0],
      [2, "x", 0],
    ]);
  });

  it.each<[string, unknown]>([
    ["a key is missing", { a: 1 }],
    ["there is a key more", { a: 1, b: 2, c: 3 }],
    ["the order differs", { b: 2, a: 1 }],
    ["a key differs", { a: 1, c: 2 }],
    ["it has a property named __proto__", JSON.parse('{"a": 1, "__proto__": 2}')],
    ["it is no object", 5],
    ["it is null", null],
    ["it is undefined", undefined],
    ["it is an array", [1, 2]],
    [
      "it is a class's instance",
      new (class A {
        a = 1;
        b = 2;
      })(),
    ],
    ["it holds a long string", { a: 1, b: "x".repeat(1_025) }],
    ["it holds bytes", { a: 1, b: new Uint8Array(1) }],
    ["it holds bytes deeper down", { a: 1, b: { c: [new ArrayBuffer(1)] } }],
    ["it holds a Date", { a: 1, b: new Date(0) }],
    ["it holds a function", { a: 1, b: () => 1 }],
    ["it holds a symbol", { a: 1, b: Symbol("s") }],
    ["it holds the match of a regular expression", { a: 1, b: /a/.exec("a") }],
  ])("is false, and touches no other row, when %s", (_, record) => {
    const columns: unknown[][] = [
      ["before", 0, "after"],
      ["before", 0, "after"],
    ];
    expect(writeRow(record, flat("a", "b"), columns, 1)).toBe(false);
    for (const column of columns) expect([column[0], column[2], column.length]).toEqual(["before", "after", 3]);
  });

  it.each<[string, unknown]>([
    ["it is shorter", [1]],
    ["it is longer", [1, 2, 3]],
    ["it is a record", { 0: 1, 1: 2, length: 2 }],
    ["it has a hole", Object.assign(sparse(2), { 0: 1 })],
    ["it is the match of a regular expression", /(a)/.exec("a")],
  ])("is false for a list when %s", (_, list) => {
    expect(writeRow(list, { parts: [0, 1] }, [[], []], 0)).toBe(false);
  });

  it("takes a copy: what the writer does next changes nothing", () => {
    const list = [1];
    const columns: unknown[][] = [[]];
    writeRow({ list }, flat("list"), columns, 0);
    list.push(2);
    expect(columns).toEqual([[[1]]]);
  });

  it("takes values that are undefined or null for what they are", () => {
    const records = [{ a: undefined, b: null, c: [undefined, null] }];
    deepStrictEqual(roundTrip(records)?.rows, structuredClone(records));
  });
});

describe("fromRows()", () => {
  it("makes the rows again", () => {
    const columns = [
      [1, 3],
      [2, 4],
    ];
    expect(fromRows({ shape: flat("a", "b"), columns })).toEqual([
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ]);
    expect(fromRows({ shape: { keys: ["a"], parts: [{ parts: [0, 1] }] }, columns })).toEqual([
      { a: [1, 2] },
      { a: [3, 4] },
    ]);
    expect(fromRows({ shape: flat("a"), columns: [[]] })).toEqual([]);
  });

  it("gives what structured clone of the records would, for records of one shape", () => {
    const shape = fc.uniqueArray(fc.oneof(fc.constantFrom("constructor", "toString", "a", "1"), fc.string()), {
      minLength: 1,
      maxLength: 6,
    });
    const records = shape.chain((keys) =>
      fc
        .array(fc.tuple(...keys.map(() => fc.jsonValue({ maxDepth: 3 }))), { minLength: 1, maxLength: 8 })
        .map((rows) => rows.map((row) => Object.fromEntries(keys.map((key, at) => [key, row[at]])))),
    );
    fc.assert(
      fc.property(records, (list) => {
        const nested = shapeOf(list[0]);
        if (nested === undefined) {
          const keys = Object.keys(list[0] as object);
          if (!keys.includes("__proto__")) expect(shapeOf(list[0], 1)).toBeDefined();
          return;
        }
        const result = roundTrip(list);
        deepStrictEqual(result?.rows, structuredClone(list.slice(0, result?.taken)));
        const level = roundTrip(list, flatShape(nested));
        expect(level?.taken).toBe(list.length);
        deepStrictEqual(level?.rows, structuredClone(list));
      }),
      { numRuns: 300 },
    );
  });

  it("gives what structured clone would, as far as rows of any kind are taken", () => {
    fc.assert(
      fc.property(fc.array(anyValue, { minLength: 1, maxLength: 4 }), (list) => {
        const result = roundTrip(list);
        if (result !== undefined) deepStrictEqual(result.rows, structuredClone(list.slice(0, result.taken)));
      }),
      { numRuns: 500 },
    );
  });

  it("makes properties of keys named like methods, and pollutes no prototype", () => {
    const keys = ["constructor", "prototype", "toString", "__defineGetter__", "valueOf"];
    const rows = structuredClone({ shape: flat(...keys), columns: keys.map(() => [{ polluted: true }]) });
    expect(isRows(rows)).toBe(true);
    const [record] = fromRows(rows);
    expect(Object.keys(record as object)).toEqual(keys);
    expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.prototype.toString.call({})).toBe("[object Object]");
    expect({}.constructor).toBe(Object);
  });
});

describe("fromRows(), of what is charged for", () => {
  it.each([new Uint8Array(1), new ArrayBuffer(1), new DataView(new ArrayBuffer(1)), "x".repeat(1_025)])(
    "is a ProtocolError, for a table is charged as if it had none: %o",
    (buffer) => {
      const { error, code } = thrownBy(() => fromRows({ shape: flat("a", "b"), columns: [[1], [buffer]] }));
      expect(error).toBeInstanceOf(ProtocolError);
      expect(code).toBe("BAD_FRAME");
    },
  );
});

/** Shapes within shapes, this many, around one leaf. */
const nest = (levels: number): Shape => ({ parts: [levels === 1 ? 0 : nest(levels - 1)] });

describe("isRows()", () => {
  it.each<unknown>([
    { shape: flat("a"), columns: [[]] },
    {
      shape: flat("a", "b"),
      columns: [
        [1, 3],
        [2, 4],
      ],
    },
    { shape: { parts: [0] }, columns: [[1]] },
    { shape: { keys: ["a", "b"], parts: [{ parts: [0, 1] }, 2] }, columns: [[1], [2], [3]] },
    { shape: nest(MOST_NESTING), columns: [[1]] },
    { shape: flat("constructor"), columns: [[1]] },
    { shape: shapeOf(wide(MOST_COLUMNS)), columns: emptyFor(shapeOf(wide(MOST_COLUMNS)) as Shape) },
    { shape: flat("a"), columns: [new Array(MOST_ROWS).fill(1)] },
  ])("takes a table: %#", (rows) => {
    expect(isRows(rows)).toBe(true);
  });

  const tooWide = flat(...Object.keys(wide(MOST_COLUMNS + 1)));
  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a number", 1],
    ["an array", [["a"], [[1]]]],
    ["no shape", { columns: [[]] }],
    ["a shape that is null", { shape: null, columns: [[]] }],
    ["no columns", { shape: flat("a") }],
    ["a shape without parts", { shape: { keys: [], parts: [] }, columns: [] }],
    ["a part without parts", { shape: { parts: [{ parts: [] }, 0] }, columns: [[1]] }],
    ["too many columns", { shape: tooWide, columns: emptyFor(tooWide) }],
    ["shapes too deep within shapes", { shape: nest(MOST_NESTING + 1), columns: [[1]] }],
    ["a part that is another column", { shape: { parts: [1, 0] }, columns: [[1], [2]] }],
    ["a column that is named twice", { shape: { parts: [0, 0] }, columns: [[1]] }],
    ["a part that is a text", { shape: { parts: ["0"] }, columns: [[1]] }],
    ["parts that only look like a list", { shape: { parts: { length: 1, 0: 0 } }, columns: [[1]] }],
    ["a hole among the parts", { shape: { parts: sparse(1) }, columns: [[1]] }],
    ["a key that is no string", { shape: { keys: ["a", 1], parts: [0, 1] }, columns: [[1], [2]] }],
    ["a hole among the keys", { shape: { keys: sparse(2), parts: [0, 1] }, columns: [[1], [2]] }],
    ["a key that occurs twice", { shape: flat("a", "a"), columns: [[1], [2]] }],
    ["a key named __proto__", { shape: flat("a", "__proto__"), columns: [[1], [{ polluted: 1 }]] }],
    ["a key named __proto__ deeper down", { shape: { parts: [flat("__proto__")] }, columns: [[{ polluted: 1 }]] }],
    ["fewer keys than parts", { shape: { keys: ["a"], parts: [0, 1] }, columns: [[1], [2]] }],
    ["fewer columns than leaves", { shape: flat("a", "b"), columns: [[1]] }],
    ["more columns than leaves", { shape: flat("a"), columns: [[1], [2]] }],
    ["a column that is short", { shape: flat("a", "b"), columns: [[1, 2], [1]] }],
    ["a hole among the columns", { shape: flat("a", "b"), columns: [[1], ...sparse(1)] }],
    ["a column that only looks like a list", { shape: flat("a"), columns: [{ length: 0 }] }],
    ["a column that is a view", { shape: flat("a"), columns: [new Float64Array(2)] }],
    ["keys that only look like a list", { shape: { keys: { length: 1, 0: "a" }, parts: [0] }, columns: [[1]] }],
    ["columns that only look like a list", { shape: flat("a"), columns: { length: 1, 0: [1] } }],
  ])("refuses %s", (_, rows) => {
    expect(isRows(rows)).toBe(false);
  });

  it("refuses more rows than a frame can honestly carry, before a single record is made", () => {
    // Structured clone sends a sparse list of any length in a few bytes.
    expect(isRows({ shape: flat("a"), columns: [sparse(2 ** 32 - 1)] })).toBe(false);
    expect(isRows({ shape: flat("a"), columns: [sparse(MOST_ROWS + 1)] })).toBe(false);
  });

  it("refuses a row with more values in it than a chunk's charge would look at, wherever they are, and makes none", () => {
    const most = (count: number): unknown[] => Array.from({ length: count }, (_, at) => at);
    const shape = flat("a", "b");
    const columns = [[most(1_000)], [most(24)]];
    expect(fromRows({ shape, columns })).toEqual([{ a: most(1_000), b: most(24) }]);
    const { error } = thrownBy(() => fromRows({ shape, columns: [[most(1_000)], [most(25)]] }));
    expect(error).toBeInstanceOf(ProtocolError);
    const into = [[], []] as unknown[][];
    expect(writeRow({ a: most(1_000), b: most(24) }, shape, into, 0)).toBe(true);
    expect(writeRow({ a: most(1_000), b: most(25) }, shape, into, 1)).toBe(false);
    // Each row has so many for itself.
    expect(writeRow({ a: most(24), b: most(1_000) }, shape, into, 1)).toBe(true);
    expect(fromRows({ shape, columns: into })).toHaveLength(2);
  });

  it("refuses a table of sparse lists, before all of them are looked through", () => {
    const keys = Array.from({ length: MOST_COLUMNS }, (_, at) => `k${at}`);
    const columns = keys.map(() => Array.from({ length: MOST_ROWS }, () => sparse(1e9)));
    expect(() => fromRows({ shape: flat(...keys), columns })).toThrow(ProtocolError);
  });
});

/** Records of one shape as a table, and back. */
import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProtocolError } from "../../../src/errors.ts";
import { fromRows, isRows, MOST_KEYS, MOST_ROWS, rowKeys, writeRow } from "../../../src/wire/rows.ts";
import { thrownBy } from "../support/error-of.ts";
import { anyValue } from "../support/values.ts";

function sparse(length: number): unknown[] {
  const list: unknown[] = [];
  list.length = length;
  return list;
}

const wide = (keys: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: keys }, (_, at) => [`k${at}`, at]));

const emptyFor = (keys: readonly string[]): unknown[][] => keys.map(() => []);

/** There and back, as far as all are of the shape of the first. */
function roundTrip(records: readonly unknown[]): { rows: Record<string, unknown>[]; taken: number } | undefined {
  const keys = rowKeys(records[0]);
  if (keys === undefined) return undefined;
  const columns = emptyFor(keys);
  let taken = 0;
  while (taken < records.length && writeRow(records[taken], keys, columns, taken)) taken++;
  // What a row that is none has written counts for nothing.
  const rows = structuredClone({ keys, columns: columns.map((column) => column.slice(0, taken)) });
  expect(isRows(rows)).toBe(true);
  return { rows: fromRows(rows), taken };
}

describe("rowKeys()", () => {
  it("are the keys of a plain record, in order", () => {
    expect(rowKeys({ b: 1, a: 2, 7: 3 })).toEqual(["7", "b", "a"]);
    expect(rowKeys(Object.assign(Object.create(null), { x: 1 }))).toEqual(["x"]);
    expect(rowKeys(wide(MOST_KEYS))).toHaveLength(MOST_KEYS);
  });

  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a number", 1],
    ["a string", "text"],
    ["an array", [1]],
    ["a record without keys", {}],
    ["a record with too many keys", wide(MOST_KEYS + 1)],
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
    ["the match of a regular expression", /a/.exec("a")],
  ])("are none for %s", (_, value) => {
    expect(rowKeys(value)).toBeUndefined();
  });
});

describe("writeRow()", () => {
  it("writes the values at a row, in the order of the keys", () => {
    const columns: unknown[][] = [
      [1, 0, 0],
      [2, 0, 0],
    ];
    expect(writeRow({ a: 3, b: "x" }, ["a", "b"], columns, 1)).toBe(true);
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
    expect(writeRow(record, ["a", "b"], columns, 1)).toBe(false);
    for (const column of columns) expect([column[0], column[2], column.length]).toEqual(["before", "after", 3]);
  });

  it("takes a copy: what the writer does next changes nothing", () => {
    const list = [1];
    const columns = emptyFor(["list"]);
    writeRow({ list }, ["list"], columns, 0);
    list.push(2);
    expect(columns).toEqual([[[1]]]);
  });

  it("takes values that are undefined or null for what they are", () => {
    const records = [{ a: undefined, b: null, c: [undefined, null] }];
    deepStrictEqual(roundTrip(records)?.rows, structuredClone(records));
  });
});

describe("fromRows()", () => {
  it("makes the records again", () => {
    const columns = [
      [1, 3],
      [2, 4],
    ];
    expect(fromRows({ keys: ["a", "b"], columns })).toEqual([
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ]);
    expect(fromRows({ keys: ["a"], columns: [[]] })).toEqual([]);
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
        const result = roundTrip(list);
        if (result === undefined) {
          expect(Object.keys(list[0] as object)).toContain("__proto__");
          return;
        }
        expect(result.taken).toBe(list.length);
        deepStrictEqual(result.rows, structuredClone(list));
      }),
      { numRuns: 300 },
    );
  });

  it("gives what structured clone would, as far as records of any kind are taken", () => {
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
    const rows = structuredClone({ keys, columns: keys.map(() => [{ polluted: true }]) });
    expect(isRows(rows)).toBe(true);
    const [record] = fromRows(rows);
    expect(Object.keys(record as object)).toEqual(keys);
    expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.prototype.toString.call({})).toBe("[object Object]");
    expect({}.constructor).toBe(Object);
  });
});

describe("fromRows(), of a buffer", () => {
  it.each([new Uint8Array(1), new ArrayBuffer(1), new DataView(new ArrayBuffer(1))])(
    "is a ProtocolError, for a table is charged as if it had none: %o",
    (buffer) => {
      const { error, code } = thrownBy(() => fromRows({ keys: ["a", "b"], columns: [[1], [buffer]] }));
      expect(error).toBeInstanceOf(ProtocolError);
      expect(code).toBe("BAD_FRAME");
    },
  );
});

describe("isRows()", () => {
  it.each<unknown>([
    { keys: ["a"], columns: [[]] },
    {
      keys: ["a", "b"],
      columns: [
        [1, 3],
        [2, 4],
      ],
    },
    { keys: ["constructor"], columns: [[1]] },
    { keys: Object.keys(wide(MOST_KEYS)), columns: emptyFor(Object.keys(wide(MOST_KEYS))) },
    { keys: ["a"], columns: [new Array(MOST_ROWS).fill(1)] },
  ])("takes a table: %#", (rows) => {
    expect(isRows(rows)).toBe(true);
  });

  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a number", 1],
    ["an array", [["a"], [[1]]]],
    ["no keys", { columns: [[]] }],
    ["no columns", { keys: ["a"] }],
    ["an empty list of keys", { keys: [], columns: [] }],
    ["too many keys", { keys: Object.keys(wide(MOST_KEYS + 1)), columns: emptyFor(Object.keys(wide(MOST_KEYS + 1))) }],
    ["a key that is no string", { keys: ["a", 1], columns: [[1], [2]] }],
    ["a hole among the keys", { keys: sparse(2), columns: [[1], [2]] }],
    ["a key that occurs twice", { keys: ["a", "a"], columns: [[1], [2]] }],
    ["a key named __proto__", { keys: ["a", "__proto__"], columns: [[1], [{ polluted: 1 }]] }],
    ["fewer columns than keys", { keys: ["a", "b"], columns: [[1]] }],
    ["more columns than keys", { keys: ["a"], columns: [[1], [2]] }],
    ["a column that is short", { keys: ["a", "b"], columns: [[1, 2], [1]] }],
    ["a hole among the columns", { keys: ["a", "b"], columns: [[1], ...sparse(1)] }],
    ["a column that only looks like a list", { keys: ["a"], columns: [{ length: 0 }] }],
    ["a column that is a view", { keys: ["a"], columns: [new Float64Array(2)] }],
    ["keys that only look like a list", { keys: { length: 1, 0: "a" }, columns: [[1]] }],
    ["columns that only look like a list", { keys: ["a"], columns: { length: 1, 0: [1] } }],
  ])("refuses %s", (_, rows) => {
    expect(isRows(rows)).toBe(false);
  });

  it("refuses more rows than a frame can honestly carry, before a single record is made", () => {
    // Structured clone sends a sparse list of any length in a few bytes.
    expect(isRows({ keys: ["a"], columns: [sparse(2 ** 32 - 1)] })).toBe(false);
    expect(isRows({ keys: ["a"], columns: [sparse(MOST_ROWS + 1)] })).toBe(false);
  });
});

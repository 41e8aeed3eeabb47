/** Records of one shape as rows, and back. */
import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appendRow, fromRows, isRows, MOST_KEYS, rowKeys } from "../../../src/wire/rows.ts";
import { anyValue } from "../support/values.ts";

const wide = (keys: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: keys }, (_, at) => [`k${at}`, at]));

/** There and back, as far as all are of the shape of the first. */
function roundTrip(records: readonly unknown[]): { rows: Record<string, unknown>[]; taken: number } | undefined {
  const keys = rowKeys(records[0]);
  if (keys === undefined) return undefined;
  const values: unknown[] = [];
  let taken = 0;
  while (taken < records.length && appendRow(records[taken], keys, values)) taken++;
  expect(values.length).toBe(taken * keys.length);
  return { rows: fromRows(structuredClone({ keys, values })), taken };
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
    ["a class's instance", new (class A { x = 1; })()],
    ["a view", new Uint8Array(2)],
    ["a Map", new Map([["a", 1]])],
    ["an Error", new Error("text")],
    ["a function", Object.assign(() => 1, { a: 1 })],
    ["the match of a regular expression", /a/.exec("a")],
  ])("are none for %s", (_, value) => {
    expect(rowKeys(value)).toBeUndefined();
  });
});

describe("appendRow()", () => {
  it("appends the values in the order of the keys", () => {
    const values: unknown[] = [1, 2];
    expect(appendRow({ a: 3, b: "x" }, ["a", "b"], values)).toBe(true);
    expect(values).toEqual([1, 2, 3, "x"]);
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
    ["it is a class's instance", new (class A { a = 1; b = 2; })()],
    ["it holds bytes", { a: 1, b: new Uint8Array(1) }],
    ["it holds bytes deeper down", { a: 1, b: { c: [new ArrayBuffer(1)] } }],
    ["it holds a Date", { a: 1, b: new Date(0) }],
    ["it holds a function", { a: 1, b: () => 1 }],
    ["it holds a symbol", { a: 1, b: Symbol("s") }],
    ["it holds the match of a regular expression", { a: 1, b: /a/.exec("a") }],
  ])("is false, and appends nothing, when %s", (_, record) => {
    const values: unknown[] = ["before"];
    expect(appendRow(record, ["a", "b"], values)).toBe(false);
    expect(values).toEqual(["before"]);
  });

  it("takes a copy: what the writer does next changes nothing", () => {
    const list = [1];
    const values: unknown[] = [];
    appendRow({ list }, ["list"], values);
    list.push(2);
    expect(values).toEqual([[1]]);
  });

  it("takes holes for what they are, and values that are undefined", () => {
    const records = [{ a: undefined, b: [1, , 2] }]; // biome-ignore lint/suspicious/noSparseArray: holes are the point
    deepStrictEqual(roundTrip(records)?.rows, structuredClone(records));
  });
});

describe("fromRows()", () => {
  it("makes the records again", () => {
    expect(fromRows({ keys: ["a", "b"], values: [1, 2, 3, 4] })).toEqual([
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ]);
    expect(fromRows({ keys: ["a"], values: [] })).toEqual([]);
  });

  it("gives what structured clone of the records would, for records of one shape", () => {
    const shape = fc.uniqueArray(fc.oneof(fc.constantFrom("constructor", "toString", "a", "1"), fc.string()), {
      minLength: 1,
      maxLength: 6,
    });
    const records = shape.chain((keys) =>
      fc.array(fc.tuple(...keys.map(() => fc.jsonValue({ maxDepth: 3 }))), { minLength: 1, maxLength: 8 }).map((rows) =>
        rows.map((row) => Object.fromEntries(keys.map((key, at) => [key, row[at]]))),
      ),
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
    const rows = structuredClone({ keys, values: keys.map(() => ({ polluted: true })) });
    expect(isRows(rows)).toBe(true);
    const [record] = fromRows(rows);
    expect(Object.keys(record as object)).toEqual(keys);
    expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.prototype.toString.call({})).toBe("[object Object]");
    expect({}.constructor).toBe(Object);
  });
});

describe("isRows()", () => {
  it.each<unknown>([
    { keys: ["a"], values: [] },
    { keys: ["a", "b"], values: [1, 2, 3, 4] },
    { keys: ["constructor"], values: [1] },
    { keys: Object.keys(wide(MOST_KEYS)), values: [] },
  ])("takes %o", (rows) => {
    expect(isRows(rows)).toBe(true);
  });

  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a number", 1],
    ["an array", [["a"], [1]]],
    ["no keys", { values: [] }],
    ["no values", { keys: ["a"] }],
    ["an empty list of keys", { keys: [], values: [] }],
    ["too many keys", { keys: Object.keys(wide(MOST_KEYS + 1)), values: [] }],
    ["a key that is no string", { keys: ["a", 1], values: [1, 2] }],
    ["a hole among the keys", { keys: ["a", , "b"], values: [1, 2, 3] }], // biome-ignore lint/suspicious/noSparseArray: holes are the point
    ["a key named __proto__", { keys: ["a", "__proto__"], values: [1, { polluted: 1 }] }],
    ["a last row that is short", { keys: ["a", "b"], values: [1, 2, 3] }],
    ["keys that only look like a list", { keys: { length: 1, 0: "a" }, values: [1] }],
    ["values that only look like a list", { keys: ["a"], values: { length: 1, 0: 1 } }],
  ])("refuses %s", (_, rows) => {
    expect(isRows(rows)).toBe(false);
  });

  it("refuses more rows than a frame can honestly carry, before a single record is made", () => {
    // Structured clone sends a sparse list of any length in a few bytes.
    const values: unknown[] = [];
    values.length = 2 ** 32 - 1;
    expect(isRows({ keys: ["a"], values })).toBe(false);
  });
});

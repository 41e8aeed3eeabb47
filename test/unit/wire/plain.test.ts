/** `copyValue()`: an easy copy of plain data, and word of what is not plain. */
import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copyValue, isPlainPrototype, NOT_PLAIN } from "../../../src/wire/plain.ts";
import { anyValue, names, values } from "../support/values.ts";

const make = (name: string): unknown => (values[name] as () => unknown)();

/**
 * A known gap, for its price: asking an array for keys that are no elements costs as much as all the rest of a copy. A
 * regular expression's match, which has them in earnest, is told by its `groups`.
 */
const KEYS_OF_ARRAYS = [
  "an array with keys of its own",
  "an array with as many keys of its own as holes",
  "an array with a property named __proto__",
];

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { value };
  return value;
}

/** Every object in a value, but for what is no plain data. */
function parts(value: unknown, found: Set<object> = new Set()): Set<object> {
  if (typeof value !== "object" || value === null || found.has(value)) return found;
  found.add(value);
  for (const part of Object.values(value)) parts(part, found);
  return found;
}

describe("copyValue()", () => {
  it.each<unknown>([undefined, null, true, 0, -0, 1.5, Number.NaN, "", "text", 5n])("gives %o as it is", (value) => {
    expect(copyValue(value)).toBe(value);
  });

  it.each<[string, () => unknown]>([
    ["a record", () => ({ id: 1, name: "a", at: null, none: undefined, big: 1n })],
    ["an array", () => [1, "a", null, undefined]],
    ["a nested value", () => ({ a: [{ b: [[], {}] }], c: { d: { e: [1] } } })],
    ["an object without a prototype", () => Object.assign(Object.create(null), { a: 1 })],
    ["a property named __proto__", () => JSON.parse('{"__proto__": {"polluted": [1]}, "a": {"__proto__": 2}}')],
    ["properties named like methods", () => ({ constructor: [1], toString: {}, hasOwnProperty: 1, valueOf: 2 })],
    [
      "a property with a getter",
      () => ({
        get a() {
          return [1];
        },
      }),
    ],
    ["frozen data", () => Object.freeze({ list: Object.freeze([Object.freeze({})]) })],
    ["integer keys", () => ({ 10: "b", 2: ["a"] })],
    ["15 levels", () => nested(15)],
  ])("copies %s", (_, make) => {
    const value = make();
    const copy = copyValue(value);
    expect(copy).not.toBe(NOT_PLAIN);
    expect(copy).not.toBe(value);
    deepStrictEqual(structuredClone(copy), structuredClone(make()));
  });

  it.each(names(KEYS_OF_ARRAYS))(
    "gives a copy that arrives as the value itself would, or says that it is not plain: %s",
    (name) => {
      const copy = copyValue(make(name));
      if (copy !== NOT_PLAIN) deepStrictEqual(structuredClone(copy), structuredClone(make(name)));
    },
  );

  it("keeps nothing of an array but its elements", () => {
    for (const name of KEYS_OF_ARRAYS) {
      const [value, copy] = [make(name), copyValue(make(name))] as [unknown[], unknown[]];
      deepStrictEqual(copy, value.slice());
    }
  });

  it("gives such a copy, or says that it is not plain, for any value", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const copy = copyValue(value);
        if (copy !== NOT_PLAIN) deepStrictEqual(structuredClone(copy), structuredClone(value));
      }),
      { numRuns: 500 },
    );
  });

  it("copies every JSON value, and shares no part with it", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const copy = copyValue(value);
        deepStrictEqual(copy, value);
        const mine = parts(copy);
        for (const part of parts(value)) expect(mine.has(part)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, unknown]>([
    ["a view", new Uint8Array(1)],
    ["a buffer", new ArrayBuffer(1)],
    ["a Date", new Date(0)],
    ["a Map", new Map()],
    ["a Set", new Set()],
    ["an Error", new Error("text")],
    [
      "a class's instance",
      new (class A {
        x = 1;
      })(),
    ],
    ["a boxed number", Object(1)],
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["the match of a regular expression", /a/.exec("a")],
    ["the match of a regular expression with groups", /(?<g>a)/.exec("a")],
    ["a match from matchAll()", [..."a".matchAll(/a/g)][0]],
  ])("says of %s that it is not plain, and of whatever has one inside", (_, value) => {
    expect(copyValue(value)).toBe(NOT_PLAIN);
    expect(copyValue({ deep: [{ value }] })).toBe(NOT_PLAIN);
    expect(copyValue([[value]])).toBe(NOT_PLAIN);
  });

  it.each<[string, () => unknown]>([
    [
      "a cycle",
      () => {
        const value: Record<string, unknown> = {};
        value["self"] = [value];
        return value;
      },
    ],
    ["what is too deep", () => nested(17)],
    ["what is very deep", () => nested(100_000)],
    ["a long array", () => new Array(200_000).fill(0)],
    [
      "the longest sparse array",
      () => {
        const list: unknown[] = [];
        list[2 ** 32 - 2] = 1;
        return list;
      },
    ],
    [
      "what doubles at every level",
      () => {
        let value: unknown[] = [];
        for (let i = 0; i < 60; i++) value = [value, value];
        return value;
      },
    ],
    [
      "a record that is too wide at every level",
      () => {
        const wide = (value: unknown): object =>
          Object.fromEntries(Array.from({ length: 500 }, (_, at) => [at, value]));
        return wide(wide(1));
      },
    ],
    [
      "a list that is too wide at every level",
      () => {
        const leaf = new Array(1_000).fill(0);
        return new Array(1_000).fill(leaf);
      },
    ],
  ])("leaves %s to the careful way, at once", (_, make) => {
    expect(copyValue(make())).toBe(NOT_PLAIN);
  });

  it("looks at as much of a value as ever after one that was too large", () => {
    expect(copyValue(new Array(200_000).fill(0))).toBe(NOT_PLAIN);
    expect(copyValue([1, [2]])).toEqual([1, [2]]);
  });

  it("does not touch any prototype by a property named __proto__", () => {
    const copy = copyValue(JSON.parse('{"__proto__": {"polluted": {}}, "part": {"__proto__": {"polluted": {}}}}'));
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(Object.getPrototypeOf((copy as { part: object }).part)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it("passes on what a getter throws", () => {
    const failure = new Error("no");
    expect(() =>
      copyValue({
        get a() {
          throw failure;
        },
      }),
    ).toThrow(failure);
  });
});

describe("isPlainPrototype()", () => {
  it.each<[unknown, boolean]>([
    [{}, true],
    [Object.create(null), true],
    [JSON.parse('{"__proto__": {}}'), true],
    [[], false],
    [new (class A {})(), false],
    [new Map(), false],
    [Object.create({}), false],
  ])("of %o: %o", (value, expected) => {
    expect(isPlainPrototype(value as object)).toBe(expected);
  });
});

/** Messages as JSON text: what is not read, and what is not written. */
import { describe, expect, it } from "vitest";
import { readText, writeText } from "../../../src/rpc/text.ts";
import { MOST_DEPTH } from "../../../src/wire/json.ts";
import { thrownBy } from "../support/error-of.ts";

const MAX = 1024 * 1024;
const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
const codeOf = (text: string, max = MAX): unknown => (readText(text, max) as { error: { code: number } }).error.code;

describe("readText()", () => {
  it.each(["5", '"text"', "null", "[]", '{"a":[1,{"b":null}]}', " [1]\n"])("reads %s", (text) => {
    expect(readText(text, MAX)).toEqual({ value: JSON.parse(text) });
  });

  it.each(["", "{", "undefined", "{'a':1}", '{"a":1', "NaN", "[1,]", "//", "\u0000"])("of %o: -32700", (text) => {
    expect(codeOf(text)).toBe(-32_700);
  });

  it("takes 64 levels and no more, in lists and objects", () => {
    expect(readText(nested(MOST_DEPTH), MAX)).toHaveProperty("value");
    expect(codeOf(nested(MOST_DEPTH + 1))).toBe(-32_600);
    expect(codeOf(`${'{"a":'.repeat(65)}1${"}".repeat(65)}`)).toBe(-32_600);
    expect(codeOf(nested(500_000))).toBe(-32_600);
  });

  it("takes its longest text, and none that is longer, whatever it says", () => {
    expect(readText('"abc"', 5)).toEqual({ value: "abc" });
    expect(codeOf('"abcd"', 5)).toBe(-32_600);
    expect(codeOf("x".repeat(MAX + 1))).toBe(-32_600);
  });

  it.each(['{"__proto__":1}', '[{"a":{"__proto__":{"polluted":1}}}]', '{"\\u005f_proto__":{}}'])(
    "of %s: -32600, and no prototype is changed",
    (text) => {
      expect(codeOf(text)).toBe(-32_600);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    },
  );

  it("takes the word as a value, and keys that only look alike", () => {
    for (const text of ['["__proto__"]', '{"__proto":1,"constructor":{"prototype":1}}']) {
      expect(readText(text, MAX)).toHaveProperty("value");
    }
  });
});

describe("writeText()", () => {
  it("writes messages and batches as they are", () => {
    const answer = { jsonrpc: "2.0", id: 1, result: { a: [1] } } as const;
    expect(JSON.parse(writeText(answer))).toEqual(answer);
    expect(JSON.parse(writeText([answer, answer]))).toEqual([answer, answer]);
  });

  it.each<[string, unknown]>([
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a bigint", 5n],
    ["a cycle", Object.assign([], { 0: globalThis })],
  ])("throws for a result that is %s", (_, result) => {
    const answer = { jsonrpc: "2.0", id: 1, result } as const;
    for (const message of [answer, [answer]])
      expect(thrownBy(() => writeText(message)).error).toBeInstanceOf(TypeError);
  });
});

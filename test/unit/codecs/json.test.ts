/** The json codec: what it carries, what it refuses, and what it does to a hostile text. */
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { json } from "../../../src/codecs/json.ts";
import { thrownBy } from "../support/error-of.ts";
import { grownBy, taken } from "../support/memory.ts";

const text = (codec: ReturnType<typeof json>, chunk: unknown): string => new TextDecoder().decode(taken(codec, chunk));
const read = (source: string): unknown => json().decode(new TextEncoder().encode(source), 0);
const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;

describe("json()", () => {
  it("is named json, counts chunks, and writes its memory again", () => {
    const { name, unit, reuses } = json();
    expect({ name, unit, reuses }).toEqual({ name: "json", unit: "chunks", reuses: true });
  });

  it("writes what JSON.stringify does, and reads it back", () => {
    const codec = json();
    const value = fc.jsonValue({ maxDepth: 6 }).filter((each) => !JSON.stringify(each).includes("__proto__"));
    fc.assert(
      fc.property(value, (chunk) => {
        expect(text(codec, chunk)).toBe(JSON.stringify(chunk));
        expect(codec.decode(taken(codec, chunk), 0)).toEqual(JSON.parse(JSON.stringify(chunk)));
      }),
    );
  });

  it("either writes what JSON.stringify does, or refuses with a TypeError", () => {
    const codec = json();
    const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true });
    fc.assert(
      fc.property(anything, (chunk) => {
        let written: string;
        try {
          written = text(codec, chunk);
        } catch (error) {
          expect(error).toMatchObject({ name: "TypeError", code: "BAD_CHUNK" });
          return;
        }
        expect(written).toBe(JSON.stringify(chunk));
      }),
    );
  });

  it.each<[string, unknown, string]>([
    ["undefined", undefined, "chunk is undefined"],
    ["a function", { a: () => 1 }, "chunk.a is a function"],
    ["a symbol", [Symbol("s")], "chunk[0] is a symbol"],
    ["a bigint", { a: [1n] }, "chunk.a[0] is a bigint: pass a string"],
    ["NaN", { a: Number.NaN }, "chunk.a is NaN"],
    ["Infinity", [1, Number.POSITIVE_INFINITY], "chunk[1] is Infinity"],
    ["a Date", { when: new Date(0) }, "chunk.when is a Date: pass a string or a number, or use the msgpack codec"],
    ["a Map", new Map(), "chunk is a Map"],
    ["a typed array", { v: new Float32Array(2) }, "chunk.v is a Float32Array: use the msgpack codec"],
    ["an ArrayBuffer", [new ArrayBuffer(2)], "chunk[0] is an ArrayBuffer"],
    ["an instance", { a: new (class Row {})() }, "chunk.a is a Row"],
    ["a stream", { body: new ReadableStream() }, "chunk.body is a ReadableStream"],
    ["an own toJSON", { toJSON: () => 1 }, "chunk has a function toJSON: write what that gives"],
    ["a list's own toJSON", { list: Object.assign([1], { toJSON: () => 1 }) }, "chunk.list has a function toJSON"],
    ["undefined in a list", { list: [1, undefined] }, "chunk.list[1] is undefined"],
    ["the name of the prototype", JSON.parse('{"a":{"__proto__":1}}'), "chunk.a.__proto__"],
    ["too many levels", JSON.parse(nested(65)), "is more than 64 levels deep"],
  ])("refuses %s, with its path", (_, chunk, message) => {
    const { error, code } = thrownBy(() => json().encode(chunk));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(message);
    expect(code).toBe("BAD_CHUNK");
  });

  it.each<[string, object]>([
    ["objects", Object.prototype],
    ["lists", Array.prototype],
  ])("refuses what a toJSON that all %s inherit would bend", (_, prototype) => {
    const define = (value: unknown): unknown =>
      Object.defineProperty(prototype, "toJSON", { value, configurable: true, enumerable: false });
    try {
      define(() => "forged");
      expect(thrownBy(() => json().encode({ list: [1] })).code).toBe("BAD_CHUNK");
      define("no function");
      expect(text(json(), { list: [1] })).toBe('{"list":[1]}');
    } finally {
      Reflect.deleteProperty(prototype, "toJSON");
    }
  });

  it("refuses what contains itself, however often", () => {
    const chunk: Record<string, unknown> = { a: 1 };
    Object.assign(chunk, { b: chunk, c: chunk, d: [chunk, chunk] });
    expect(thrownBy(() => json().encode(chunk)).error.message).toBe("chunk.b contains itself: pass a tree");
  });

  it("leaves out properties that are undefined", () => {
    expect(text(json(), { a: undefined, b: 1 })).toBe('{"b":1}');
  });

  it("writes plain objects of another realm, and those without a prototype", () => {
    expect(text(json(), runInNewContext("({ a: [1] })"))).toBe('{"a":[1]}');
    expect(text(json(), Object.assign(Object.create(null), { a: 1 }))).toBe('{"a":1}');
  });

  it("gives memory that the next chunk is written to, and its own to a long text", () => {
    const codec = json();
    codec.encode("x".repeat(100));
    const first = codec.encode([1]) as Uint8Array;
    const second = codec.encode([2]) as Uint8Array;
    expect(second.buffer).toBe(first.buffer);
    const long = codec.encode("ä".repeat(100_000)) as Uint8Array;
    expect([long.byteLength, long.buffer === first.buffer]).toEqual([200_002, false]);
  });

  it("takes 64 levels, and refuses a text that is nested deeper", () => {
    expect(read(nested(64))).toEqual(JSON.parse(nested(64)));
    for (const source of [nested(65), nested(500_000), `${'{"a":'.repeat(65)}1${"}".repeat(65)}`]) {
      const { error, code } = thrownBy(() => read(source));
      expect([error.name, code]).toEqual(["RangeError", "BAD_CHUNK"]);
      expect(error.message).toContain("64 levels");
    }
  });

  it("keeps nothing of the hostile texts that it refused", () => {
    const source = new TextEncoder().encode(nested(500_000));
    const codec = json();
    expect(grownBy(() => thrownBy(() => codec.decode(source, 0)), 20)).toBeLessThan(8 * 1024 * 1024);
  });

  it.each(['{"__proto__":1}', '[{"a":{"__proto__":{"polluted":1}}}]', '{"\\u005f_proto__":{}}'])(
    "refuses %s, and no prototype is changed",
    (source) => {
      expect(thrownBy(() => read(source)).code).toBe("BAD_CHUNK");
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    },
  );

  it("takes the word as a value, and keys that only look alike", () => {
    for (const source of ['["__proto__"]', '{"__proto":1,"constructor":{"prototype":1},"\\u0041":1}']) {
      expect(read(source)).toEqual(JSON.parse(source));
    }
  });

  it.each([[[0xff]], [[0x22, 0xc3, 0x22]], [[0x22, 0xed, 0xa0, 0x80, 0x22]], [[0xef, 0xbb, 0xbf, 0x31]], [[]]])(
    "refuses the bytes %j",
    (bytes) => {
      expect(thrownBy(() => json().decode(new Uint8Array(bytes), 0)).error).toBeInstanceOf(Error);
    },
  );

  it("gives back a lone surrogate", () => {
    expect(read(text(json(), "\ud800"))).toBe("\ud800");
  });
});

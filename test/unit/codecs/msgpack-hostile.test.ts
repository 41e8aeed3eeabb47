/** MessagePack that means harm: refused before anything is allocated for it, and nothing else is ever thrown. */
import { decode as plainDecode } from "@msgpack/msgpack";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { msgpack } from "../../../src/codecs/msgpack.ts";
import { checkMsgpack } from "../../../src/codecs/msgpack-check.ts";
import { thrownBy } from "../support/error-of.ts";
import { allocatedBy, taken } from "../support/memory.ts";

const MIB = 1024 * 1024;
const decode = (bytes: readonly number[] | Uint8Array): unknown => msgpack().decode(Uint8Array.from(bytes), 0);
const repeated = (unit: readonly number[], times: number): Uint8Array => {
  const bytes = new Uint8Array(unit.length * times);
  for (let at = 0; at < bytes.length; at += unit.length) bytes.set(unit, at);
  return bytes;
};

describe("msgpack() refuses", () => {
  it.each<[string, readonly number[]]>([
    ["an array of 2^32 − 1", [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ["a map of 2^32 − 1", [0xdf, 0xff, 0xff, 0xff, 0xff]],
    ["an array of 65,535", [0xdc, 0xff, 0xff]],
    ["a map of 65,535", [0xde, 0xff, 0xff]],
    ["an array of 15", [0x9f, 1, 2]],
    ["a map of 15", [0x8f, 1, 2]],
    ["a map that misses one value", [0x82, 0xa1, 0x61, 1, 0xa1, 0x62]],
    ["binary of 4 GiB", [0xc6, 0xff, 0xff, 0xff, 0xff]],
    ["a string of 4 GiB", [0xdb, 0xff, 0xff, 0xff, 0xff]],
    ["an extension of 4 GiB", [0xc9, 0xff, 0xff, 0xff, 0xff, 0x74]],
    ["a count that is cut off", [0xdd, 0xff, 0xff]],
    ["a double that is cut off", [0xcb, 0, 0]],
    ["an integer that is cut off", [0xcf, 0, 0]],
    ["a short string that is cut off", [0xa5, 0x61]],
    ["nothing", []],
  ])("%s in a few bytes, and allocates nothing for it", (_, bytes) => {
    const source = Uint8Array.from(bytes);
    const codec = msgpack();
    thrownBy(() => codec.decode(source, 0));
    const { error, code } = thrownBy(() => {
      expect(allocatedBy(() => thrownBy(() => codec.decode(source, 0)))).toBeLessThan(256 * 1024);
      codec.decode(source, 0);
    });
    expect([error.name, code]).toEqual(["RangeError", "BAD_CHUNK"]);
  });

  it("counts that each fit and together promise far more than there is", () => {
    // Each list claims what is left, in the list before it: 60 times 16 MiB of elements.
    const bytes = new Uint8Array(16 * MIB).fill(0xc0);
    for (let at = 0; at < 300; at += 5) bytes.set([0xdd, 0, 0xff, 0xfe, 0], at);
    const codec = msgpack();
    expect(allocatedBy(() => expect(thrownBy(() => codec.decode(bytes, 0)).code).toBe("BAD_CHUNK"))).toBeLessThan(MIB);
  });

  it.each<[string, readonly number[]]>([
    ["lists", [0x91]],
    ["maps", [0x81, 0xa1, 0x61]],
    ["long lists", [0xdd, 0, 0, 0, 1]],
  ])("%s nested deeper than 64 levels, without a stack", (_, unit) => {
    const nested = (depth: number): Uint8Array => Uint8Array.from([...repeated(unit, depth), 1]);
    expect(decode(nested(64))).toEqual(plainDecode(nested(64)));
    for (const depth of [65, 100_000]) {
      const { error, code } = thrownBy(() => decode(nested(depth)));
      expect([error.name, code]).toEqual(["RangeError", "BAD_CHUNK"]);
      expect(error.message).toContain("64 levels");
    }
  });

  it("16 MiB of brackets in flat memory", () => {
    const bytes = repeated([0x91], 16 * MIB);
    const codec = msgpack();
    expect(allocatedBy(() => expect(thrownBy(() => codec.decode(bytes, 0)).code).toBe("BAD_CHUNK"))).toBeLessThan(MIB);
  });

  it("bytes after the value", () => {
    expect(thrownBy(() => decode([1, 2])).error.message).toBe("Cannot read MessagePack: 1 bytes follow its value");
    expect(thrownBy(() => decode([0x90, 0xc0])).code).toBe("BAD_CHUNK");
  });

  it.each<[string, readonly number[]]>([
    ["0xc1, which is never used", [0xc1]],
    ["a key that is a list", [0x81, 0x90, 1]],
    ["a key that is nil", [0x81, 0xc0, 1]],
    ["a key that is binary", [0x81, 0xc4, 1, 0x61, 1]],
    ["an extension that nobody registered", [0xd4, 9, 0]],
    ["a timestamp of 3 bytes", [0xc7, 3, 0xff, 0, 0, 0]],
    ["a timestamp beyond a Date", [0xc7, 12, 0xff, 0, 0, 0, 0, 0x7f, 0xff, 0, 0, 0, 0, 0, 0]],
    ["a typed array of no kind", [0xc7, 3, 0x74, 99, 0, 0]],
    ["a typed array without a kind", [0xc7, 0, 0x74]],
  ])("%s", (_, bytes) => {
    expect(thrownBy(() => decode(bytes)).error).toBeInstanceOf(Error);
  });

  it("the name of the prototype as a key, and changes none", () => {
    const name = [0xa9, ...new TextEncoder().encode("__proto__")];
    for (const bytes of [
      [0x81, ...name, 0x81, 0xa1, 0x61, 1],
      [0x81, 0xd9, 9, ...name.slice(1), 1],
      [0x81, 0xa1, 0x61, 0x81, ...name, 1],
    ])
      expect(thrownBy(() => decode(bytes)).error.message).toContain("__proto__");
    expect(({} as { a?: unknown }).a).toBeUndefined();
    expect(decode([0x91, ...name])).toEqual(["__proto__"]);
  });
});

describe("checkMsgpack()", () => {
  it("refuses nothing that the library reads and JSON could say", () => {
    const codec = msgpack();
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        fc.pre(!JSON.stringify(value).includes("__proto__"));
        expect(checkMsgpack(taken(codec, value), false)).toBe(false);
      }),
    );
  });

  it("refuses what the library does, of any bytes whatever, and lets nothing else through to it", () => {
    const codec = msgpack();
    const heads = fc.constantFrom(
      0x81,
      0x92,
      0xa1,
      0xc4,
      0xc7,
      0xd4,
      0xd6,
      0xdc,
      0xde,
      0xcb,
      0xcf,
      0xd3,
      0xd9,
      0,
      1,
      2,
      0x74,
    );
    const bytes = fc.array(fc.oneof(heads, fc.integer({ min: 0, max: 255 })), { maxLength: 60 });
    fc.assert(
      fc.property(bytes, (each) => {
        const source = Uint8Array.from(each);
        let known: unknown;
        try {
          checkMsgpack(source, true);
        } catch (error) {
          expect(error).toMatchObject({ name: "RangeError", code: "BAD_CHUNK" });
          expect(() => plainDecode(source)).toThrow();
          return;
        }
        try {
          known = plainDecode(source);
        } catch (error) {
          // What is left to the library: heads, keys, and what is in an extension.
          expect(String(error)).toMatch(/type byte|type of key|__proto__|timestamp/);
          return;
        }
        try {
          codec.decode(source, 0);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(JSON.stringify(known) === undefined).toBe(false);
      }),
      { numRuns: 5000 },
    );
  });

  it("refuses a chunk that is cut off anywhere", () => {
    const bytes = taken(msgpack(), { id: 1, v: new Float32Array(3), t: new Date(1), l: [1.5, "ä", null, 2 ** 40] });
    for (let end = 0; end < bytes.length; end++) {
      expect(thrownBy(() => checkMsgpack(bytes.subarray(0, end), false)).code).toBe("BAD_CHUNK");
    }
    expect(checkMsgpack(bytes, false)).toBe(true);
  });
});

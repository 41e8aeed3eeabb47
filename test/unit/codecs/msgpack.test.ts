/** The msgpack codec: what it carries, and how it refuses what it does not. */
import { Encoder, ExtensionCodec, decode as plainDecode } from "@msgpack/msgpack";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { msgpack } from "../../../src/codecs/msgpack.ts";
import { thrownBy } from "../support/error-of.ts";
import { amid, taken } from "../support/memory.ts";

const through = (chunk: unknown, codec = msgpack()): unknown => codec.decode(taken(codec, chunk), 0);
const views = [
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];

describe("msgpack()", () => {
  it("is named msgpack, counts chunks, and writes its memory again", () => {
    const { name, unit, reuses } = msgpack();
    expect({ name, unit, reuses }).toEqual({ name: "msgpack", unit: "chunks", reuses: true });
  });

  it("gives back every value it takes, binary and dates included", () => {
    const codec = msgpack();
    const key = fc.string().filter((each) => each !== "__proto__");
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "medium", withCrossShrink: true },
        fc.string({ unit: "binary" }),
        fc.integer(),
        fc.maxSafeInteger(),
        fc.double().filter((each) => !Object.is(each, -0)),
        fc.constantFrom(null, true, false),
        fc.date({ noInvalidDate: true }),
        fc.uint8Array(),
        fc.float32Array(),
        fc.float64Array(),
        fc.int16Array(),
        fc.bigUint64Array(),
        fc.array(tie("value")),
        fc.dictionary(key, tie("value"), { noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(value, (chunk) => {
        expect(through(chunk, codec)).toStrictEqual(chunk);
      }),
    );
  });

  it("writes what is plain as the library does", () => {
    const codec = msgpack();
    const encoder = new Encoder();
    const value = fc.jsonValue({ maxDepth: 6 }).filter((each) => !JSON.stringify(each).includes("__proto__"));
    fc.assert(
      fc.property(value, (chunk) => {
        expect(taken(codec, chunk)).toEqual(encoder.encode(chunk));
      }),
    );
  });

  it.each(views)("keeps the kind of a %o, of any length and wherever it stands", (View) => {
    for (let pad = 0; pad < 9; pad++) {
      for (const length of [0, 1, 2, 5, 768]) {
        const view = new View(new ArrayBuffer(8 + length * View.BYTES_PER_ELEMENT), 8);
        new Uint8Array(view.buffer).forEach((_, at, all) => {
          all[at] = at;
        });
        const back = through(["x".repeat(pad), view]) as unknown[];
        expect(back[1]).toStrictEqual(view.slice());
        expect((back[1] as typeof view).constructor).toBe(View);
      }
    }
  });

  it("gives typed arrays as views of the bytes that came, aligned", () => {
    const codec = msgpack();
    for (let pad = 0; pad < 9; pad++) {
      const bytes = taken(codec, { ["x".repeat(pad)]: 1, vector: new Float64Array(100), bytes: new Uint8Array(9) });
      const back = codec.decode(bytes, 0) as { vector: Float64Array; bytes: Uint8Array };
      expect([back.vector.buffer, back.bytes.buffer]).toEqual([bytes.buffer, bytes.buffer]);
      expect(back.vector.byteOffset % 8).toBe(0);
    }
  });

  it("does not hold a whole batch by one small chunk", () => {
    const codec = msgpack();
    const bytes = amid(taken(codec, { vector: new Float32Array(8).fill(0.5) }));
    const { vector } = codec.decode(bytes, 0) as { vector: Float32Array };
    expect(vector).toEqual(new Float32Array(8).fill(0.5));
    expect(vector.buffer.byteLength).toBe(bytes.byteLength);
    const nearlyAlone = amid(bytes.slice(), 2 * bytes.byteLength);
    expect((codec.decode(nearlyAlone, 0) as { vector: Float32Array }).vector.buffer).toBe(nearlyAlone.buffer);
  });

  it("writes bytes as MessagePack's binary, and an ArrayBuffer or DataView by its kind", () => {
    expect([...taken(msgpack(), new Uint8Array([1, 2]))]).toEqual([0xc4, 2, 1, 2]);
    expect([...taken(msgpack(), Buffer.from([1, 2]))]).toEqual([0xc4, 2, 1, 2]);
    const back = through([new Uint8Array([1]).buffer, new DataView(new Uint8Array([1, 2, 3]).buffer, 1)]) as unknown[];
    expect(back[0]).toEqual(new Uint8Array([1]).buffer);
    expect([...new Uint8Array((back[1] as DataView).buffer, (back[1] as DataView).byteOffset, 2)]).toEqual([2, 3]);
    expect(back[1]).toBeInstanceOf(DataView);
  });

  it("writes typed arrays in the layout that its header gives", () => {
    // A list of one; ext 32 of 8 bytes, type 't'; kind 7; padding up to 8; two little-endian floats.
    expect([...taken(msgpack(), [new Float32Array([1, -2])])]).toEqual(
      [
        [0x91, 0xc9, 0, 0, 0, 9, 0x74, 7],
        [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0],
      ].flat(),
    );
    // Without the padding, as another language may write it.
    const foreign = new Uint8Array([0x92, 1, 0xd7, 0x74, 4, 0, 0, 0, 0, 1, 0, 2]);
    expect(msgpack().decode(foreign.slice(0), 0)).toEqual([1, new Uint16Array([0, 256, 512])]);
    const msgpackr = new Uint8Array([0xc7, 9, 0x74, 7, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
    expect(msgpack().decode(msgpackr, 0)).toEqual(new Float32Array([1, -2]));
  });

  it("writes dates as timestamps, which others read", () => {
    const when = new Date("2038-01-19T03:14:08.123Z");
    expect(plainDecode(taken(msgpack(), when))).toEqual(when);
    for (const ms of [0, -1, 8.64e15, -8.64e15]) expect(through(new Date(ms))).toEqual(new Date(ms));
  });

  it("leaves out properties that are undefined", () => {
    expect(through({ a: undefined, b: [{ c: undefined }] })).toStrictEqual({ b: [{}] });
  });

  it.each<[string, unknown, string]>([
    ["undefined", undefined, "chunk is undefined: pass null"],
    ["undefined in a list", { a: [1, undefined] }, "chunk.a holds undefined: pass null"],
    ["a hole in a list", { a: new Array(2) }, "chunk.a holds undefined"],
    ["a function", { a: [() => 1] }, "chunk.a[0] is a function: leave it out"],
    ["a symbol", { a: Symbol("s") }, "chunk.a is a symbol"],
    ["a bigint", { a: 1n }, "chunk.a is a bigint: pass a number or a string, or use useBigInt64"],
    ["a Map", { a: new Map() }, "chunk.a is a Map"],
    ["a Set", new Set(), "chunk is a Set"],
    ["a stream", { body: new ReadableStream() }, "chunk.body is a ReadableStream"],
    ["an instance", [new (class Row {})()], "chunk[0] is a Row: pass a plain object, or register its type"],
    ["an error", [new RangeError("r")], "chunk[0] is a RangeError"],
    ["an invalid Date", { when: new Date(Number.NaN) }, "chunk.when is an invalid Date"],
    ["the name of the prototype", { a: JSON.parse('{"__proto__":1}') }, 'chunk.a has a key "__proto__"'],
  ])("refuses %s, with its path", (_, chunk, message) => {
    const codec = msgpack();
    const { error, code } = thrownBy(() => codec.encode(chunk));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(message);
    expect(code).toBe("BAD_CHUNK");
    expect(through(5, codec)).toBe(5);
  });

  it("refuses what contains itself, or is nested deeper than 64 levels", () => {
    const cycle: Record<string, unknown> = {};
    Object.assign(cycle, { a: cycle, b: cycle, c: 1n });
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    expect(through(nested(64))).toEqual(nested(64));
    for (const [chunk, options] of [[cycle], [nested(65)], [cycle, { useBigInt64: true }]] as const) {
      const { error, code } = thrownBy(() => msgpack(options).encode(chunk));
      expect([error.name, code]).toEqual(["TypeError", "BAD_CHUNK"]);
    }
  });

  it("gives memory that the next chunk is written to, and lets go of what has grown", () => {
    const codec = msgpack();
    const first = codec.encode([1]) as Uint8Array;
    expect((codec.encode([2]) as Uint8Array).buffer).toBe(first.buffer);
    expect([...first]).toEqual([0x91, 2]);
    const large = codec.encode(new Uint8Array(3_000_000)) as Uint8Array;
    expect((codec.encode([1]) as Uint8Array).buffer).not.toBe(large.buffer);
  });

  it("writes two vectors of one chunk, and of two, without mixing them up", () => {
    const codec = msgpack();
    const vector = (of: number): Float32Array => new Float32Array(16).fill(of);
    const chunks = [[vector(1), vector(2)], [vector(3)]];
    expect(chunks.map((chunk) => taken(codec, chunk)).map((bytes) => codec.decode(bytes, 0))).toEqual(chunks);
    const large = new Float64Array(20_000).fill(7);
    expect(through([large, vector(1)], codec)).toEqual([large, vector(1)]);
  });

  it("is exact about integers: bigints where asked for, else an error beyond 2^53", () => {
    const big = msgpack({ useBigInt64: true });
    const ends = [0n, -1n, 2n ** 63n, 2n ** 64n - 1n, -(2n ** 63n)];
    expect(through(ends, big)).toEqual(ends);
    for (const chunk of [2n ** 64n, -(2n ** 63n) - 1n]) {
      expect(thrownBy(() => big.encode({ a: [chunk] })).error.message).toContain("chunk.a[0] is a bigint of more than");
    }
    const safe = [2 ** 53 - 1, -(2 ** 53 - 1), 2 ** 60, -(2 ** 80)];
    expect(through(safe)).toEqual(safe);
    for (const chunk of [2n ** 53n, -(2n ** 53n), 2n ** 63n, 2n ** 64n - 1n, -(2n ** 63n)]) {
      const { error, code } = thrownBy(() => msgpack().decode(taken(big, [chunk]), 0));
      expect([error.name, code]).toEqual(["RangeError", "BAD_CHUNK"]);
      expect(error.message).toContain("useBigInt64");
    }
    expect(msgpack().decode(taken(big, [2n ** 53n - 1n, -(2n ** 53n) + 1n, -1n]), 0)).toEqual([
      2 ** 53 - 1,
      1 - 2 ** 53,
      -1,
    ]);
  });

  describe("with an extensionCodec", () => {
    class Point {
      x = 0;
      y = 0;
    }
    const point = (x: number, y: number): Point => Object.assign(new Point(), { x, y });
    const extensionCodec = new ExtensionCodec();
    extensionCodec.register({
      type: 5,
      encode: (value) => (value instanceof Point ? Uint8Array.of(value.x, value.y) : null),
      decode: ([x = 0, y = 0]) => point(x, y),
    });

    it("carries the user's types, and all others as before", () => {
      const chunk = [point(1, 2), new Float32Array([3]), new Date(4), new Uint8Array([5]), { a: 6 }];
      expect(through(chunk, msgpack({ extensionCodec }))).toStrictEqual(chunk);
    });

    it("refuses what nobody registered, at both ends", () => {
      const bytes = taken(msgpack({ extensionCodec }), [point(1, 2)]);
      expect(thrownBy(() => msgpack().decode(bytes, 0)).error.message).toContain("extension type 5");
      const foreign = new Uint8Array([0xd4, 6, 0]);
      expect(thrownBy(() => msgpack({ extensionCodec }).decode(foreign, 0)).error.message).toContain("type 6");
      expect(thrownBy(() => msgpack().encode(point(1, 2))).error.message).toContain("chunk is a Point");
    });

    it("lets the user's type of the same number come before ours", () => {
      const mine = new ExtensionCodec();
      mine.register({ type: 0x74, encode: () => null, decode: (data) => data.length });
      expect(msgpack({ extensionCodec: mine }).decode(new Uint8Array([0xd4, 0x74, 1]), 0)).toBe(1);
    });

    it("refuses the chunk with what the user's encode threw as the cause", () => {
      const throwing = new ExtensionCodec();
      const cause = new RangeError("mine");
      throwing.register({
        type: 1,
        encode: () => {
          throw cause;
        },
        decode: () => 1,
      });
      const { error } = thrownBy(() => msgpack({ extensionCodec: throwing }).encode({}));
      expect(error).toMatchObject({ name: "TypeError", code: "BAD_CHUNK", cause });
    });
  });
});

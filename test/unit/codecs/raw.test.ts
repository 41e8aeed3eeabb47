/** The raw codec: bytes as they are, and the view that was asked for. */
import { describe, expect, it } from "vitest";
import { raw } from "../../../src/codecs/raw.ts";
import { thrownBy } from "../support/error-of.ts";

describe("raw()", () => {
  it("is named raw and counts bytes, whatever view it gives", () => {
    for (const codec of [raw(), raw(Float32Array), raw(DataView)])
      expect([codec.name, codec.unit]).toEqual(["raw", "bytes"]);
  });

  it.each([
    new Uint8Array(3),
    new Float64Array(2),
    new DataView(new ArrayBuffer(4)),
    new ArrayBuffer(5),
    Buffer.from("a"),
  ])("encodes %o as it is", (chunk) => {
    expect(raw().encode(chunk as never)).toBe(chunk);
  });

  it.each([undefined, null, "text", 5, {}, [1, 2], new Map()])("refuses to encode %o with a TypeError", (chunk) => {
    const { error, code } = thrownBy(() => raw().encode(chunk as never));
    expect(error).toBeInstanceOf(TypeError);
    expect(code).toBe("BAD_CHUNK");
  });

  it("decodes to a Uint8Array, the very one that came", () => {
    const bytes = new Uint8Array(8);
    expect(raw().decode(bytes, 0)).toBe(bytes);
  });

  it.each([Float32Array, Float64Array, Int16Array, BigUint64Array, Uint8ClampedArray])(
    "decodes to %o without a copy",
    (View) => {
      const bytes = new Uint8Array(new ArrayBuffer(32), 8, 16);
      const view = raw(View as typeof Float32Array).decode(bytes, 0);
      expect(view).toBeInstanceOf(View);
      expect(view.buffer).toBe(bytes.buffer);
      expect([view.byteOffset, view.byteLength]).toEqual([8, 16]);
    },
  );

  it("decodes to a DataView of any length", () => {
    expect(raw(DataView).decode(new Uint8Array(7), 0).byteLength).toBe(7);
  });

  it("refuses to write a view of another kind, which would arrive as other numbers", () => {
    const { encode } = raw(Float32Array);
    for (const other of [new Int32Array(2), new Float64Array(1), new BigInt64Array(1)]) {
      const { error, code } = thrownBy(() => encode(other as never));
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toContain(`${other.constructor.name} to a raw(Float32Array) stream`);
      expect(code).toBe("BAD_CHUNK");
    }
    expect(thrownBy(() => encode(new Uint8Array(3) as never)).error).toBeInstanceOf(RangeError);
    for (const same of [new Float32Array(2), new Uint8Array(8), new ArrayBuffer(4), Buffer.alloc(12)])
      expect(encode(same as never)).toBe(same);
  });

  it("refuses bytes that do not fill the view's elements, with a RangeError", () => {
    const { error, code } = thrownBy(() => raw(Float32Array).decode(new Uint8Array(6), 0));
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toContain("Float32Array");
    expect(code).toBe("BAD_CHUNK");
  });

  it("gives back what was written, for the same view at both ends", () => {
    const samples = new Float32Array([1.5, -2, Number.POSITIVE_INFINITY]);
    const codec = raw(Float32Array);
    const encoded = codec.encode(samples) as Float32Array;
    const bytes = new Uint8Array(structuredClone(encoded.buffer) as ArrayBuffer);
    expect(codec.decode(bytes, 0)).toStrictEqual(samples);
  });
});

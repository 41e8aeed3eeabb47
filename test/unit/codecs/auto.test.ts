/** The codec of links of bytes where none is named: every kind of view, and what is none. */
import { describe, expect, it } from "vitest";
import { auto } from "../../../src/codecs/auto.ts";
import { thrownBy } from "../support/error-of.ts";

const kinds = [
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
];

describe("auto", () => {
  it.each(kinds)("gives back a view of its kind", (View) => {
    const chunk = View.of(1, 2, 3);
    const bytes = new Uint8Array(chunk.buffer.slice(0));
    const read = auto.decode(bytes, auto.form?.(chunk));
    expect(read).toEqual(chunk);
    expect(read).toBeInstanceOf(View);
  });

  it.each(kinds.filter(({ BYTES_PER_ELEMENT }) => BYTES_PER_ELEMENT > 1))("refuses half an element", (View) => {
    const bytes = new Uint8Array(View.BYTES_PER_ELEMENT + 1);
    const { error, code } = thrownBy(() => auto.decode(bytes, auto.form?.(View.of(1))));
    expect(error.message).toContain(`as ${View.name}: no multiple of ${View.BYTES_PER_ELEMENT}`);
    expect(code).toBe("BAD_CHUNK");
  });

  it("refuses a form that it does not know", () => {
    expect(thrownBy(() => auto.decode(new Uint8Array(8), 15)).code).toBe("BAD_CHUNK");
  });
});

/** From queuing strategies to what a limit counts: which are recognised, and which are mistakes. */
import { describe, expect, it } from "vitest";
import * as ponyfill from "web-streams-polyfill";
import { byteLengthOf, checkWeight, StrategyReader, type StreamClasses } from "../../../src/stream/strategy.ts";
import { thrownBy } from "../support/error-of.ts";

const native = new StrategyReader(globalThis);
const ponyfilled = new StrategyReader(ponyfill as unknown as StreamClasses);

describe("StrategyReader.read(), of standard strategies", () => {
  it.each<[string, StrategyReader, QueuingStrategy, string]>([
    ["the runtime's CountQueuingStrategy", native, new CountQueuingStrategy({ highWaterMark: 9 }), "chunks"],
    ["the runtime's ByteLengthQueuingStrategy", native, new ByteLengthQueuingStrategy({ highWaterMark: 9 }), "bytes"],
    [
      "the ponyfill's CountQueuingStrategy",
      ponyfilled,
      new ponyfill.CountQueuingStrategy({ highWaterMark: 9 }),
      "chunks",
    ],
    [
      "the ponyfill's ByteLengthQueuingStrategy",
      ponyfilled,
      new ponyfill.ByteLengthQueuingStrategy({ highWaterMark: 9 }) as QueuingStrategy,
      "bytes",
    ],
    ["the runtime's own beside a ponyfill", ponyfilled, new ByteLengthQueuingStrategy({ highWaterMark: 9 }), "bytes"],
    ["a plain highWaterMark", native, { highWaterMark: 9 }, "chunks"],
  ])("recognises %s", (_, reader, given, unit) => {
    expect(reader.read(given, "s")).toEqual({ unit, highWaterMark: 9, size: undefined });
  });

  it("recognises the size function of a ByteLengthQueuingStrategy wherever it stands", () => {
    const { size } = new ByteLengthQueuingStrategy({ highWaterMark: 1 });
    expect(native.read({ highWaterMark: 5, size }, "s")).toEqual({ unit: "bytes", highWaterMark: 5, size: undefined });
  });

  it("does without strategy classes where a ponyfill has none", () => {
    const { ReadableStream, WritableStream } = globalThis;
    const reader = new StrategyReader({ ReadableStream, WritableStream });
    expect(reader.read(new ByteLengthQueuingStrategy({ highWaterMark: 5 }), "s")?.unit).toBe("bytes");
  });
});

describe("StrategyReader.read(), of others", () => {
  it.each([undefined, {}, { highWaterMark: undefined, size: undefined }])("finds none in %o", (given) => {
    expect(native.read(given as QueuingStrategy, "s")).toBeUndefined();
  });

  it("finds a misspelt member of a plain object", () => {
    const { error, code } = thrownBy(() => native.read({ highWatrmark: 5 } as never, "readableStrategy"));
    expect(error).toBeInstanceOf(TypeError);
    expect(code).toBe("BAD_STRATEGY");
    expect(error.message).toMatch(/readableStrategy.*"highWatrmark".*highWaterMark and size/);
  });

  it("leaves the other members of a class's object alone", () => {
    class Adaptive {
      readonly highWaterMark = 5;
      rounds = 0;
    }
    expect(native.read(new Adaptive(), "s")?.highWaterMark).toBe(5);
  });

  it("keeps a size of the user's own, and counts by weight", () => {
    const size = (): number => 1;
    expect(native.read({ highWaterMark: 3, size }, "s")).toEqual({ unit: "weight", highWaterMark: 3, size });
  });

  it("takes a size that looks like a standard one for the user's own", () => {
    const size = (chunk: unknown): number => (chunk as { byteLength: number }).byteLength;
    expect(native.read({ highWaterMark: 3, size }, "s")?.unit).toBe("weight");
  });

  it("uses the standard's highWaterMark of 1 beside a size alone", () => {
    expect(native.read({ size: () => 1 }, "s")?.highWaterMark).toBe(1);
  });

  it.each([0, 0.5, 1e-20, 1, Number.POSITIVE_INFINITY])("takes the highWaterMark %d", (highWaterMark) => {
    expect(native.read({ highWaterMark }, "s")?.highWaterMark).toBe(highWaterMark);
  });

  it("takes a highWaterMark that converts to a number, as the standard does", () => {
    expect(native.read({ highWaterMark: "16" as unknown as number }, "s")?.highWaterMark).toBe(16);
  });

  it("reads the getters of a strategy once", () => {
    let reads = 0;
    const strategy = {
      get highWaterMark() {
        return ++reads;
      },
    };
    expect(native.read(strategy, "s")?.highWaterMark).toBe(1);
    expect(reads).toBe(1);
  });

  it.each([Number.NaN, -1, -0.001, Number.NEGATIVE_INFINITY, "many"])(
    "refuses the highWaterMark %s with a RangeError that names the strategy",
    (highWaterMark) => {
      const { error, code } = thrownBy(() =>
        native.read({ highWaterMark: highWaterMark as number }, "readableStrategy"),
      );
      expect(error).toBeInstanceOf(RangeError);
      expect(error.message).toContain("readableStrategy.highWaterMark");
      expect(code).toBe("BAD_STRATEGY");
    },
  );

  it.each([5, "size", {}, null])("refuses the size %o with a TypeError", (size) => {
    const { error, code } = thrownBy(() => native.read({ highWaterMark: 1, size: size as never }, "writableStrategy"));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain("writableStrategy.size");
    expect(code).toBe("BAD_STRATEGY");
  });

  it.each([2n, Symbol("many")])(
    "refuses the highWaterMark %o, which is no number, with a TypeError",
    (highWaterMark) => {
      const { error, code } = thrownBy(() =>
        native.read({ highWaterMark: highWaterMark as never }, "writableStrategy"),
      );
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toContain("writableStrategy.highWaterMark");
      expect(code).toBe("BAD_STRATEGY");
    },
  );

  it.each([5, "16", true])("refuses %o in place of a strategy with a TypeError", (given) => {
    const { error, code } = thrownBy(() => native.read(given as unknown as QueuingStrategy, "readableStrategy"));
    expect(error).toBeInstanceOf(TypeError);
    expect(code).toBe("BAD_STRATEGY");
  });
});

describe("checkWeight()", () => {
  it.each([0, 0.1, 1, 1e300, "5", true, null])("takes %o", (weight) => {
    expect(checkWeight(weight, "size()")).toBe(Number(weight));
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, undefined, "x", {}])(
    "refuses %o with a RangeError that says who gave it",
    (weight) => {
      const { error, code } = thrownBy(() => checkWeight(weight, "size()"));
      expect(error).toBeInstanceOf(RangeError);
      expect(error.message).toContain("size()");
      expect(code).toBe("BAD_WEIGHT");
    },
  );
});

describe("byteLengthOf()", () => {
  it.each([
    [new Uint8Array(5), 5],
    [new ArrayBuffer(7), 7],
    [new DataView(new ArrayBuffer(9), 2), 7],
    [{ byteLength: 3 }, 3],
  ])("counts what ByteLengthQueuingStrategy would: %o", (chunk, length) => {
    expect(byteLengthOf(chunk)).toBe(length);
  });

  it.each([undefined, null, "text", 5, {}, { byteLength: -1 }])("refuses %o with a RangeError", (chunk) => {
    const { error, code } = thrownBy(() => byteLengthOf(chunk));
    expect(error).toBeInstanceOf(RangeError);
    expect(code).toBe("BAD_WEIGHT");
  });
});

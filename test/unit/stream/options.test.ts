/** What a user's options come to for the two directions, and which of them are mistakes. */
import { describe, expect, it } from "vitest";
import type { Codec } from "../../../src/codecs/codec.ts";
import { raw } from "../../../src/codecs/raw.ts";
import { type Limits, resolveLimits } from "../../../src/limits.ts";
import type { StreamOptions } from "../../../src/stream/definition.ts";
import { codecName, OptionsReader } from "../../../src/stream/options.ts";
import { StrategyReader } from "../../../src/stream/strategy.ts";
import { thrownBy } from "../support/error-of.ts";

const KiB = 1024;
const MiB = 1024 * KiB;
const { POSITIVE_INFINITY } = Number;

function reader(trusted: boolean, limits: Partial<Limits> = {}): OptionsReader {
  return new OptionsReader(new StrategyReader(globalThis), resolveLimits(limits, trusted), trusted);
}

const own = reader(true);
const foreign = reader(false);
const custom: Codec = { name: "mine", unit: "chunks", encode: () => new Uint8Array(), decode: () => 1 };

describe("OptionsReader.read(), of defaults", () => {
  it.each([undefined, {}, { highWaterMark: undefined, size: undefined }])("fills all of them in for %o", (given) => {
    const { codec, transfer, incoming, outgoing } = own.read(given);
    expect([codec, codecName(codec), transfer, outgoing]).toEqual([undefined, "clone", undefined, undefined]);
    expect(incoming).toMatchObject({ bytes: false, fixed: false, byteWindow: 8 * MiB });
    expect(incoming.strategy).toEqual({ unit: "chunks", highWaterMark: 1_024, size: undefined });
  });

  it.each<[string, OptionsReader, number, number]>([
    ["a trusted", own, MiB, 8 * MiB],
    ["an untrusted", foreign, 64 * KiB, 256 * KiB],
  ])("gives raw streams a window in bytes on %s link", (_, options, highWaterMark, byteWindow) => {
    const { incoming, codec } = options.read({ codec: raw() });
    expect([codecName(codec), codecName(incoming.codec)]).toEqual(["raw", "raw"]);
    expect(incoming.strategy).toEqual({ unit: "bytes", highWaterMark, size: undefined });
    expect(incoming.byteWindow).toBe(byteWindow);
  });

  it("gives codecs that do not count bytes 1,024 chunks", () => {
    expect(own.read({ codec: custom }).incoming.strategy).toMatchObject({ unit: "chunks", highWaterMark: 1_024 });
  });

  it('uses the raw codec for readable: "bytes"', () => {
    const { codec, incoming } = own.read({ readable: "bytes" });
    expect([codecName(codec), incoming.bytes, incoming.strategy.unit]).toEqual(["raw", "stream", "bytes"]);
  });

  it('gives chunks for readable: "bytes" where the platform has no byte streams, with the window of bytes', () => {
    const lacking = new OptionsReader(
      new StrategyReader(globalThis),
      resolveLimits({}, true),
      true,
      undefined,
      () => false,
    );
    const { codec, incoming } = lacking.read({ readable: "bytes", highWaterMark: 10 });
    expect([codecName(codec), incoming.bytes]).toEqual(["raw", "chunks"]);
    expect(incoming.strategy).toEqual({ unit: "bytes", highWaterMark: 10, size: undefined });
    expect(incoming.fixed).toBe(true);
  });
});

describe("OptionsReader.read(), of a window", () => {
  it("sets both directions by highWaterMark and size", () => {
    const size = (): number => 2;
    const { incoming, outgoing } = own.read({ highWaterMark: 7, size });
    expect(incoming.strategy).toEqual({ unit: "weight", highWaterMark: 7, size });
    expect(outgoing).toEqual(incoming.strategy);
    expect(incoming.fixed).toBe(true);
  });

  it("lets the strategy of a direction override that", () => {
    const { incoming, outgoing } = own.read({
      highWaterMark: 7,
      readableStrategy: { highWaterMark: 1 },
      writableStrategy: new ByteLengthQueuingStrategy({ highWaterMark: 2 }) as QueuingStrategy,
    });
    expect(incoming.strategy).toMatchObject({ unit: "chunks", highWaterMark: 1 });
    expect(outgoing).toMatchObject({ unit: "bytes", highWaterMark: 2 });
  });

  it("sets one direction alone by its strategy", () => {
    const { incoming, outgoing } = own.read({ writableStrategy: { highWaterMark: 3 } });
    expect(incoming).toMatchObject({ fixed: false, strategy: { highWaterMark: 1_024 } });
    expect(outgoing?.highWaterMark).toBe(3);
  });

  it("counts a plain highWaterMark of a byte readable in bytes", () => {
    expect(own.read({ readable: "bytes", highWaterMark: 100 }).incoming.strategy).toMatchObject({
      unit: "bytes",
      highWaterMark: 100,
    });
  });

  it("leaves room in the byte account for a window in bytes and what is charged on top", () => {
    const readableStrategy = new ByteLengthQueuingStrategy({ highWaterMark: 100 * MiB }) as QueuingStrategy;
    expect(own.read({ readableStrategy }).incoming.byteWindow).toBe(200 * MiB);
    expect(own.read({ highWaterMark: 100_000_000 }).incoming.byteWindow).toBe(8 * MiB);
  });

  it("takes ∞ as it is where the remote is trusted, in bytes as well", () => {
    const { strategy, byteWindow } = own.read({ highWaterMark: POSITIVE_INFINITY }).incoming;
    expect([strategy.highWaterMark, byteWindow]).toEqual([POSITIVE_INFINITY, POSITIVE_INFINITY]);
  });

  it("clamps ∞ where the remote is not trusted", () => {
    const { strategy, byteWindow } = foreign.read({ highWaterMark: POSITIVE_INFINITY }).incoming;
    expect([strategy.highWaterMark, byteWindow]).toEqual([64 * MiB, 256 * KiB]);
    expect(
      reader(true, { window: 10 }).read({ highWaterMark: POSITIVE_INFINITY }).incoming.strategy.highWaterMark,
    ).toBe(10);
  });
});

describe("OptionsReader.suggested()", () => {
  it("uses the sender's strategy where the receiver's user gave none", () => {
    const { strategy, fixed } = own.suggested(own.read({}), { unit: "weight", highWaterMark: 5 });
    expect(strategy).toEqual({ unit: "weight", highWaterMark: 5, size: undefined });
    expect(fixed).toBe(false);
  });

  it("keeps to the receiver's where its user gave one", () => {
    const resolved = own.read({ highWaterMark: 2 });
    expect(own.suggested(resolved, { unit: "weight", highWaterMark: 5 })).toBe(resolved.incoming);
  });

  it("keeps the default without a suggestion", () => {
    const resolved = own.read({});
    expect(own.suggested(resolved, undefined)).toBe(resolved.incoming);
  });

  it("counts a byte readable in bytes whatever the sender counts", () => {
    const { strategy } = own.suggested(own.read({ readable: "bytes" }), { unit: "weight", highWaterMark: 5 });
    expect(strategy.unit).toBe("bytes");
  });

  it("clamps the suggestion of a remote that is not trusted", () => {
    const { strategy, byteWindow } = foreign.suggested(foreign.read({}), {
      unit: "chunks",
      highWaterMark: POSITIVE_INFINITY,
    });
    expect([strategy.highWaterMark, byteWindow]).toEqual([64 * MiB, 256 * KiB]);
  });
});

describe("OptionsReader.read(), of mistakes", () => {
  it.each<[string, object, "TypeError" | "RangeError", string, string]>([
    ["an option that is none", { highWatermark: 5 }, "TypeError", "BAD_OPTION", "highWatermark"],
    ["a readable of another kind", { readable: "byte" }, "TypeError", "BAD_OPTION", "byte"],
    ["a transfer that is a list", { transfer: [] }, "TypeError", "BAD_OPTION", "transfer"],
    ["a codec by its name", { codec: "raw" }, "TypeError", "BAD_OPTION", "codec"],
    ["a size that is no function", { size: 5 }, "TypeError", "BAD_STRATEGY", "size"],
    ["a negative highWaterMark", { highWaterMark: -1 }, "RangeError", "BAD_STRATEGY", "highWaterMark"],
    ["a highWaterMark that is NaN", { highWaterMark: Number.NaN }, "RangeError", "BAD_STRATEGY", "highWaterMark"],
    [
      "a bad readableStrategy",
      { readableStrategy: { highWaterMark: -1 } },
      "RangeError",
      "BAD_STRATEGY",
      "readableStrategy.highWaterMark",
    ],
    [
      "a bad writableStrategy",
      { writableStrategy: { highWaterMark: -1 } },
      "RangeError",
      "BAD_STRATEGY",
      "writableStrategy.highWaterMark",
    ],
  ])("refuses %s", (_, options, name, code, word) => {
    const thrown = thrownBy(() => own.read(options as StreamOptions));
    expect(thrown.error.name).toBe(name);
    expect(thrown.code).toBe(code);
    expect(thrown.error.message).toContain(word);
  });

  it.each<[string, StreamOptions]>([
    ["a size of one's own", { size: () => 1 }],
    ["a size of one's own in the readableStrategy", { readableStrategy: { highWaterMark: 5, size: () => 1 } }],
    [
      "a CountQueuingStrategy, which counts no bytes",
      { readableStrategy: new CountQueuingStrategy({ highWaterMark: 5 }) },
    ],
  ])('refuses readable: "bytes" with %s as a TypeError', (_, options) => {
    const { error, code } = thrownBy(() => own.read({ ...options, readable: "bytes" }));
    expect(error).toBeInstanceOf(TypeError);
    expect(code).toBe("BAD_STRATEGY");
  });

  it('takes a size for the writable beside readable: "bytes"', () => {
    const size = (): number => 1;
    expect(own.read({ readable: "bytes", writableStrategy: { highWaterMark: 1, size } }).outgoing?.size).toBe(size);
  });

  it("does not look at options that were inherited", () => {
    const options = Object.create({ nonsense: 1 }) as StreamOptions;
    expect(codecName(own.read(options).codec)).toBe("clone");
  });
});

describe("OptionsReader.builtIn()", () => {
  it("knows the codec that needs no option, and no other", () => {
    expect(own.builtIn("raw")?.name).toBe("raw");
    for (const name of ["clone", "json", "toString", "__proto__"]) expect(own.builtIn(name)).toBeUndefined();
  });
});

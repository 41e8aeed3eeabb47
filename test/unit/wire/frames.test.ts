/** The check of incoming frames: what is one, and which key is wrong with what is not. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProtocolError } from "../../../src/errors.ts";
import { chunksOf, countOf, type DataFrame, parseFrame } from "../../../src/wire/frames.ts";
import { thrownBy } from "../support/error-of.ts";

const window = { unit: "chunks", limit: 5, bytes: 100, fixed: false };
const strategy = { unit: "bytes", highWaterMark: 5 };
const reason = { name: "Error", message: "text" };
const SAFE = Number.MAX_SAFE_INTEGER;

type Plain = Record<string, unknown>;

/** Every frame in full, with the keys that it cannot do without, and values of the wrong kind for each key. */
const frames: Record<string, { full: Plain; needed: string[]; wrong: Record<string, unknown[]> }> = (() => {
  const text = [undefined, null, 5, true, {}, [], "x".repeat(4097)];
  const windows = [undefined, null, 5, "chunks", [], {}, ...wrongWindows()];
  const strategies = [
    null,
    5,
    "bytes",
    [],
    {},
    { unit: "rows", highWaterMark: 1 },
    ...limits().map((highWaterMark) => ({ ...strategy, highWaterMark })),
  ];
  const reasons = [undefined, null, 5, "text", true];
  const counts = [undefined, null, "5", -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, SAFE + 1, {}, 5n];
  const rows = [
    null,
    5,
    "x",
    [],
    {},
    { shape: { parts: [] }, columns: [] },
    { shape: { keys: ["a", "b"], parts: [0, 1] }, columns: [[1], []] },
    { shape: { keys: ["__proto__"], parts: [0] }, columns: [[1]] },
  ];
  const frame = (full: Plain, needed: string[], wrong: Record<string, unknown[]>) => ({
    full,
    needed: ["id", ...needed],
    wrong: { id: counts, ...wrong },
  });
  return {
    "stream-open": frame(
      { id: 1, name: "n", codec: "clone", port: {}, readable: window, writable: strategy, metadata: { any: 1 } },
      ["name", "codec", "readable"],
      { name: text, codec: text, readable: windows, writable: strategies },
    ),
    "stream-accept": frame({ id: 1, codec: "clone", readable: window, writable: strategy }, ["codec", "readable"], {
      codec: text,
      readable: windows,
      writable: strategies,
    }),
    "stream-refuse": frame({ id: 1, reason }, ["reason"], { reason: reasons }),
    "stream-data": frame({ id: 1, chunks: [1, "a"], weights: [1, 0.5], charged: 128 }, ["charged"], {
      chunks: [null, 5, "text", {}, { length: 1 }, new Array(2 ** 32 - 1)],
      rows,
      packed: [null, {}, { bytes: new Uint8Array(4), lengths: [4] }, { bytes: new Uint8Array(4), lengths: [4, -4, 4] }],
      weights: [null, 5, "text", {}],
      charged: counts,
    }),
    "stream-end": frame({ id: 1, chunks: 7 }, ["chunks"], { chunks: counts }),
    "stream-ended": frame({ id: 1 }, [], {}),
    "stream-error": frame({ id: 1, reason }, ["reason"], { reason: reasons }),
    "stream-credit": frame({ id: 1, limit: 9, bytes: 900 }, ["limit", "bytes"], {
      limit: [undefined, ...limits()],
      bytes: [undefined, ...limits()],
    }),
    "stream-cancel": frame({ id: 1, reason }, ["reason"], { reason: reasons }),
  };
})();

/** What is no limit. */
function limits(): unknown[] {
  return [null, "5", -1, -0.001, Number.NaN, Number.NEGATIVE_INFINITY, SAFE + 1, 1e300, {}, [], 5n, true];
}

function wrongWindows(): unknown[] {
  const keys = Object.keys(window) as (keyof typeof window)[];
  const missing = keys.map((key) => without(window, key));
  const units = ["chunk", "", 1, null, "toString", "__proto__"].map((unit) => ({ ...window, unit }));
  const amounts = limits().flatMap((limit) => [
    { ...window, limit },
    { ...window, bytes: limit },
  ]);
  return [...missing, ...units, ...amounts, { ...window, fixed: 1 }, { ...window, fixed: "true" }];
}

function without(object: Plain, key: string): Plain {
  const { [key]: _, ...rest } = object;
  return rest;
}

function fails(message: unknown, code: string): Error {
  const { error } = thrownBy(() => parseFrame(message));
  expect(error).toBeInstanceOf(ProtocolError);
  expect([error.code, error.origin]).toEqual([code, "remote"]);
  return error;
}

describe.each(Object.entries(frames))("parseFrame(), of %s", (type, { full, needed, wrong }) => {
  it("takes a frame with all its keys", () => {
    const frame = { type, ...full };
    expect(parseFrame(frame)).toBe(frame);
  });

  it("takes a frame with the keys that it needs, and no others", () => {
    const frame = Object.fromEntries(Object.entries(full).filter(([key]) => needed.includes(key)));
    expect(parseFrame({ type, ...frame })).toEqual({ type, ...frame });
  });

  it("does not mind keys that it does not know", () => {
    expect(parseFrame({ type, ...full, later: 1 })).toMatchObject({ type });
  });

  it.each(needed)("names %s where it is missing", (key) => {
    const { message } = fails({ type, ...without(full, key) }, "BAD_FRAME");
    expect(message).toContain(`"${key}"`);
    expect(message).toContain(type);
  });

  it.each(Object.keys(wrong))("names %s where its value is not valid", (key) => {
    for (const value of wrong[key] as unknown[]) {
      expect(fails({ type, ...full, [key]: value }, "BAD_FRAME").message).toContain(`"${key}"`);
    }
  });
});

describe("parseFrame()", () => {
  it.each(["chunks", "bytes", "weight"])("takes windows in %s, at every limit that can be told", (unit) => {
    for (const limit of [0, 1e-20, 0.5, 5, SAFE, Number.POSITIVE_INFINITY]) {
      const told = { unit, limit, bytes: limit, fixed: true };
      parseFrame({
        type: "stream-accept",
        id: 2,
        codec: "raw",
        readable: told,
        writable: { unit, highWaterMark: limit },
      });
      parseFrame({ type: "stream-credit", id: 2, limit, bytes: limit });
    }
  });

  it("takes rows in place of chunks", () => {
    const frame = {
      type: "stream-data",
      id: 0,
      charged: 128,
      rows: { shape: { keys: ["a"], parts: [0] }, columns: [[1, 2]] },
    };
    const parsed = parseFrame(frame) as DataFrame;
    expect(chunksOf(parsed)).toEqual([{ a: 1 }, { a: 2 }]);
    expect(countOf(parsed)).toBe(2);
  });

  it.each<unknown>([
    undefined,
    null,
    true,
    5,
    "stream-end",
    [],
    {},
    { type: "stream" },
    { type: "stream-", id: 1 },
    { type: "toString", id: 1 },
    { type: "__proto__", id: 1 },
    { type: "constructor", id: 1 },
    { type: { toString: 1, valueOf: 1 }, id: 1 },
    { type: ["stream-ended"], id: 1 },
    { jsonrpc: "1.0", method: "x" },
    new Map([["type", "stream-ended"]]),
  ])("says of %o that it is no message at all", (message) => {
    fails(message, "BAD_MESSAGE");
  });

  it("takes anything by throwing nothing but a ProtocolError", () => {
    const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true });
    const almost = fc.constantFrom(...Object.keys(frames)).chain((type) => {
      const { full } = frames[type] as { full: Plain };
      const keys = Object.keys(full);
      const values = fc.record(
        Object.fromEntries(keys.map((key) => [key, fc.oneof(fc.constant(full[key]), anything)])),
        { requiredKeys: [] },
      );
      return values.map((rest) => ({ type, ...rest }));
    });
    fc.assert(
      fc.property(fc.oneof(anything, almost), (message) => {
        try {
          const frame = parseFrame(message);
          expect(Object.keys(frames)).toContain(frame.type);
          expect(Number.isSafeInteger(frame.id)).toBe(true);
          if (frame.type === "stream-data") expect(chunksOf(frame).length).toBe(countOf(frame));
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("chunksOf() and countOf()", () => {
  it("gives chunks as they are, and none where there are none", () => {
    const chunks = [1, { a: 1 }];
    expect(chunksOf({ type: "stream-data", id: 1, charged: 0, chunks })).toBe(chunks);
    expect(chunksOf({ type: "stream-data", id: 1, charged: 0 })).toEqual([]);
    expect(countOf({ type: "stream-data", id: 1, charged: 0, chunks })).toBe(2);
    expect(countOf({ type: "stream-data", id: 1, charged: 0 })).toBe(0);
  });
});

/** What params and results may be: checked against JSON itself. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MOST_STREAMS, streamsIn, takeJson } from "../../../src/wire/json.ts";
import { thrownBy } from "../support/error-of.ts";

const jsonValue = (): fc.Arbitrary<unknown> =>
  fc
    .jsonValue({ maxDepth: 6, noUnicodeString: false } as fc.JsonSharedConstraints)
    .filter((value) => !JSON.stringify(value).includes("__proto__"));

describe("takeJson()", () => {
  it("takes every JSON value as JSON does, as a copy", () => {
    fc.assert(
      fc.property(jsonValue(), (value) => {
        const taken = takeJson(value, "params");
        expect(taken.value).toStrictEqual(JSON.parse(JSON.stringify(value)));
        expect(taken.streams).toEqual([]);
        if (typeof value === "object" && value !== null) expect(taken.value).not.toBe(value);
      }),
    );
  });

  it("takes anything else as JSON would, or not at all, and never changes it", () => {
    const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true });
    fc.assert(
      fc.property(anything, (value) => {
        let taken: unknown;
        try {
          taken = takeJson(value, "params").value;
        } catch (error) {
          expect(error).toMatchObject({ name: "TypeError", code: "BAD_VALUE" });
          return;
        }
        expect(taken).toStrictEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("finds streams wherever they are, with null in their place", () => {
    fc.assert(
      fc.property(jsonValue(), fc.array(fc.constantFrom(0, "a", "b.c", ""), { maxLength: 20 }), (beside, path) => {
        const stream = new ReadableStream();
        let value: unknown = stream;
        let expected: unknown = null;
        for (const step of [...path].reverse()) {
          value = step === 0 ? [value, beside] : { [step]: value, beside };
          expected = step === 0 ? [expected, beside] : { [step]: expected, beside };
        }
        const taken = takeJson(value, "params");
        expect(taken.streams).toEqual([{ kind: "readable", path, value: stream }]);
        expect(taken.value).toStrictEqual(JSON.parse(JSON.stringify(expected)));
      }),
    );
  });

  it("names the path of what it does not take", () => {
    const message = (value: unknown): string => thrownBy(() => takeJson(value, "params")).error.message;
    expect(message({ a: [{ b: Number.NaN }] })).toBe("params.a[0].b is NaN: pass null or a string");
    expect(message(undefined)).toBe("params is undefined: pass null");
    expect(message([1, [2, 3n]])).toBe("params[1][1] is a bigint: pass a string");
  });

  it("reads a getter once", () => {
    let reads = 0;
    const value = {
      get a() {
        return ++reads;
      },
    };
    expect(takeJson(value, "params").value).toEqual({ a: 1 });
  });

  it(`takes ${MOST_STREAMS} streams, and no more`, () => {
    const list = Array.from({ length: MOST_STREAMS }, () => new ReadableStream());
    expect(takeJson(list, "params").streams).toHaveLength(MOST_STREAMS);
    expect(() => takeJson([...list, new ReadableStream()], "params")).toThrow(
      "params[1024] is one stream more than 1024: pass fewer",
    );
  });
});

describe("streamsIn()", () => {
  it("finds each stream once, among anything, in cycles too", () => {
    const stream = new WritableStream();
    const value: Record<string, unknown> = { a: [stream, new Date(), () => {}], b: stream, c: undefined };
    value["self"] = value;
    expect(streamsIn(value)).toEqual([{ kind: "writable", path: [], value: stream }]);
    expect(streamsIn("text")).toEqual([]);
  });
});

/** Reasons that are too large, cannot be read, or were made up by a hostile remote. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeReason, encodeReason, MAX_REASON, type WireReason } from "../../src/reason.ts";

/** All the text in a reason, its keys not counted. */
function textOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce<number>((sum, part) => sum + textOf(part), 0);
}

function partsOf({ cause, errors = [] }: WireReason): number {
  return 1 + (cause === undefined ? 0 : partsOf(cause)) + errors.reduce((sum, each) => sum + partsOf(each), 0);
}

const huge = (name: string): Error => Object.assign(new Error("x".repeat(1_000_000)), { name, code: "CODE" });

describe("encodeReason(), of too much", () => {
  it.each<[string, () => unknown]>([
    ["a huge message", () => huge("Error")],
    ["a huge name", () => huge("N".repeat(100_000))],
    ["a huge code", () => Object.assign(new Error("text"), { code: "C".repeat(100_000) })],
    ["a huge cause", () => new Error("outer", { cause: huge("TypeError") })],
    ["huge errors", () => new AggregateError([huge("A"), huge("B"), huge("C")], "x".repeat(5_000))],
    ["many errors", () => new AggregateError(Array.from({ length: 10_000 }, (_, at) => new Error(`error ${at}`)))],
    [
      "many errors within errors",
      () => {
        let level: Error[] = [new Error("leaf")];
        for (let i = 0; i < 4; i++) level = Array.from({ length: 10 }, () => new AggregateError(level, "level"));
        return level[0];
      },
    ],
    ["much text that is no error", () => "x".repeat(100_000)],
    ["a large object", () => ({ text: "x".repeat(100_000) })],
    [
      "a huge message after a huge cause",
      () => {
        const error = huge("Error");
        error.cause = huge("Error");
        return error;
      },
    ],
  ])("keeps all its parts together within 8 KiB: %s", (_, make) => {
    for (const trusted of [true, false]) {
      const wire = encodeReason(make(), trusted);
      expect(textOf(wire)).toBeLessThanOrEqual(MAX_REASON);
      expect(partsOf(wire)).toBeLessThanOrEqual(MAX_REASON);
      expect(decodeReason(wire)).toSatisfy((reason) => reason !== undefined);
    }
  });

  it.each<[string, () => unknown]>([
    ["without a name or message", () => Object.assign(new Error(""), { name: "" })],
    ["undefined", () => undefined],
  ])("keeps no more of many errors that are %s", (_, make) => {
    const wire = encodeReason(new AggregateError(Array.from({ length: 20_000 }, make)), false);
    expect(partsOf(wire)).toBeLessThanOrEqual(MAX_REASON);
  });

  it("keeps the name and the code however long the message is", () => {
    const arrived = decodeReason(encodeReason(huge("TypeError"), true)) as Error & { code: string };
    expect(arrived).toBeInstanceOf(TypeError);
    expect(arrived.code).toBe("CODE");
    expect(arrived.message).toMatch(/^x{1000,}…$/);
  });

  it("ends where causes run in a circle, or are deep", () => {
    const circle = new Error("around");
    circle.cause = circle;
    expect(partsOf(encodeReason(circle, true))).toBeLessThan(20);
    const errors = new AggregateError([], "around");
    errors.errors.push(errors, errors);
    expect(partsOf(encodeReason(errors, true))).toBeLessThan(MAX_REASON);
    let deep = new Error("0");
    for (let i = 1; i < 10_000; i++) deep = new Error(String(i), { cause: deep });
    const arrived = decodeReason(encodeReason(deep, true)) as Error;
    expect([arrived.message, (arrived.cause as Error).message]).toEqual(["9999", "9998"]);
  });
});

describe("encodeReason(), of what cannot be read", () => {
  const failing = {
    toString() {
      throw new Error("no");
    },
  };
  it.each<[string, unknown]>([
    [
      "a getter that throws",
      Object.defineProperty(new Error("text"), "message", {
        get() {
          throw new Error("no");
        },
      }),
    ],
    ["a name that cannot be text", Object.assign(new Error("text"), { name: failing })],
    ["a message that cannot be text", Object.assign(new Error("text"), { message: Object.create(null) })],
    ["a name that is a symbol", Object.assign(new Error("text"), { name: Symbol("s") })],
    [
      "a stack that throws",
      Object.defineProperty(new Error("text"), "stack", {
        get() {
          throw new Error("no");
        },
      }),
    ],
    [
      "errors that throw",
      Object.defineProperty(new Error("text"), "errors", {
        get() {
          throw new Error("no");
        },
      }),
    ],
    ["an object without a prototype", Object.create(null)],
    [
      "a proxy that was revoked",
      (() => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return proxy;
      })(),
    ],
  ])("never throws: %s", (_, reason) => {
    for (const trusted of [true, false]) expect(structuredClone(encodeReason(reason, trusted))).toBeTypeOf("object");
  });

  it("never throws, whatever was thrown", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (reason) => {
        decodeReason(structuredClone(encodeReason(reason, true)));
      }),
    );
  });
});

describe("decodeReason(), of a hostile remote", () => {
  it.each(["toString", "constructor", "__proto__", "hasOwnProperty", "valueOf", "Function", "Promise", "Object"])(
    "makes a plain Error of the name %s",
    (name) => {
      const arrived = decodeReason({ name, message: "text" }) as Error;
      expect(Object.getPrototypeOf(arrived)).toBe(Error.prototype);
      expect(arrived.name).toBe(name);
    },
  );

  it.each<unknown>([undefined, null, 5, "text", true])("makes an Error of %o, which is no reason", (wire) => {
    expect(decodeReason(wire)).toBeInstanceOf(Error);
  });

  const tricky = { toString: 1, valueOf: 1 };
  it.each<[string, unknown]>([
    ["a message that cannot be text", { name: "Error", message: tricky }],
    ["a message that is an object", { name: "Error", message: {} }],
    ["a code that cannot be text", { name: "StreamError", message: "m", code: tricky }],
    ["a code that cannot be a number", { name: "RpcError", message: "m", code: tricky }],
    ["no code where the class has one", { name: "StreamError", message: "m" }],
    ["a DOMException with a message that cannot be text", { name: "AbortError", message: tricky }],
    ["errors that are none", { name: "AggregateError", message: "m", errors: [1, null, tricky] }],
    ["errors that only look like a list", { name: "AggregateError", message: "m", errors: { length: 5 } }],
    ["a stack that is no text", { name: "Error", message: "m", stack: tricky }],
    ["a cause that is none", { name: "Error", message: "m", cause: 5 }],
    ["a property named __proto__", JSON.parse('{"name": "Error", "message": "m", "__proto__": {"polluted": 1}}')],
  ])("gives an error that can be read: %s", (_, wire) => {
    const arrived = decodeReason(structuredClone(wire)) as Error;
    expect(arrived).toBeInstanceOf(Error);
    expect(arrived.name).toBeTypeOf("string");
    expect(arrived.message).toBeTypeOf("string");
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it("cuts what is longer than a reason may be", () => {
    const text = "x".repeat(1e6);
    for (const key of ["name", "message", "code", "stack"] as const) {
      const arrived = decodeReason({ name: "Error", message: "text", [key]: text }) as Error & { code?: string };
      expect(arrived[key]?.length).toBeLessThanOrEqual(MAX_REASON);
      expect(arrived[key]).toMatch(/^x+/);
    }
  });

  it("ends where the depth of a reason does", () => {
    let wire: WireReason = { name: "Error", message: "0" };
    for (let i = 0; i < 1_000; i++) wire = { name: "Error", message: "m", cause: wire };
    let depth = 0;
    for (let error = decodeReason(wire) as Error | undefined; error; error = error.cause as Error | undefined) depth++;
    expect(depth).toBeLessThan(20);
  });

  it("makes no more errors than a reason has characters, however often one is listed", () => {
    // Structured clone sends a list that is in ten others once: ten to the eighth would come of it.
    let made = 0;
    const leaf = {
      get name() {
        made++;
        return "Error";
      },
    };
    let level: object = leaf;
    for (let i = 0; i < 8; i++) level = { name: "Error", message: "", errors: [level, level, level, level] };
    decodeReason(level);
    expect(made).toBeLessThanOrEqual(MAX_REASON);
  });

  it("makes no more of a list than that either, however long it is", () => {
    for (const each of [{ name: "", message: "" }, {}, null, undefined]) {
      const arrived = decodeReason({ name: "AggregateError", errors: new Array(50_000).fill(each) }) as AggregateError;
      expect(arrived.errors.length).toBeLessThanOrEqual(MAX_REASON);
    }
  });

  it("never throws, whatever came", () => {
    const anything = fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true });
    const almost = fc.record(
      {
        name: fc.oneof(fc.constantFrom("Error", "AbortError", "StreamError", "RpcError", "AggregateError"), anything),
        message: fc.oneof(fc.constant(tricky), anything),
        code: fc.oneof(fc.constant(tricky), anything),
        stack: anything,
        cause: anything,
        errors: fc.oneof(fc.array(anything), anything),
        value: anything,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(almost, anything), (wire) => void decodeReason(wire)),
      { numRuns: 500 },
    );
  });
});

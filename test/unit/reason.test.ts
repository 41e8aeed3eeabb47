/** Reasons there and back: every class that crosses as itself, and every other value that can be thrown. */
import { describe, expect, it } from "vitest";
import { LinkError, ProtocolError, RpcError, StreamError } from "../../src/errors.ts";
import { decodeReason, encodeReason } from "../../src/reason.ts";

type Coded = Error & { code?: unknown };

/** As the far side gets it, over a link of either kind: structured clone, or a line of JSON. */
function cross(reason: unknown, trusted: boolean = true): unknown {
  const wire = encodeReason(reason, trusted);
  const cloned = structuredClone(wire);
  expect(JSON.parse(JSON.stringify(wire))).toEqual(cloned);
  return decodeReason(cloned);
}

const domNames =
  "HierarchyRequestError WrongDocumentError InvalidCharacterError NoModificationAllowedError NotFoundError NotSupportedError " +
  "InUseAttributeError InvalidStateError InvalidModificationError NamespaceError SecurityError NetworkError AbortError " +
  "URLMismatchError QuotaExceededError TimeoutError InvalidNodeTypeError DataCloneError EncodingError NotReadableError " +
  "UnknownError ConstraintError DataError TransactionInactiveError ReadOnlyError VersionError OperationError NotAllowedError";

/** As newer engines have it: an interface of its own, of which `code` is still that of its name. */
class QuotaExceededError extends DOMException {
  constructor(message: string) {
    super(message, "QuotaExceededError");
  }
  get [Symbol.toStringTag](): string {
    return "QuotaExceededError";
  }
}

describe("A DOMException with an interface of its own", () => {
  it("crosses as a DOMException of that name, its number derived from it", () => {
    const wire = encodeReason(new QuotaExceededError("full"), false);
    expect(wire).toEqual({ name: "QuotaExceededError", message: "full" });
    const decoded = decodeReason(wire);
    expect(decoded).toBeInstanceOf(DOMException);
    expect(decoded).toMatchObject({ name: "QuotaExceededError", message: "full", code: 22 });
  });
});

describe("A reason that is an error", () => {
  it.each([Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError])(
    "arrives as its built-in class: %o",
    (Class) => {
      const arrived = cross(new Class("what happened")) as Error;
      expect(Object.getPrototypeOf(arrived)).toBe(Class.prototype);
      expect([arrived.name, arrived.message]).toEqual([Class.name, "what happened"]);
      expect(Object.hasOwn(arrived, "name")).toBe(false);
    },
  );

  it("arrives with its code", () => {
    for (const code of ["ENOENT", "", 0, 5, -32_000]) {
      const arrived = cross(Object.assign(new TypeError("text"), { code })) as Coded;
      expect(arrived).toBeInstanceOf(TypeError);
      expect(arrived.code).toBe(code);
    }
    expect("code" in (cross(new Error("text")) as Error)).toBe(false);
  });

  it("arrives without a code that is neither text nor a number", () => {
    for (const code of [{}, [], null, true, 5n, Symbol("s"), () => 1])
      expect("code" in (cross(Object.assign(new Error("text"), { code })) as Error)).toBe(false);
  });

  it.each(domNames.split(" "))("arrives as a DOMException of its name: %s", (name) => {
    const sent = new DOMException("what happened", name);
    const arrived = cross(sent) as DOMException;
    expect(arrived).toBeInstanceOf(DOMException);
    expect([arrived.name, arrived.message, arrived.code]).toEqual([name, "what happened", sent.code]);
  });

  it("arrives as an AggregateError with its errors, each of its own class", () => {
    const sent = new AggregateError([new RangeError("one"), new DOMException("two", "AbortError"), "three"], "all");
    const arrived = cross(sent) as AggregateError;
    expect(arrived).toBeInstanceOf(AggregateError);
    expect(arrived.message).toBe("all");
    expect(arrived.errors).toHaveLength(3);
    expect(arrived.errors[0]).toBeInstanceOf(RangeError);
    expect(arrived.errors[1]).toBeInstanceOf(DOMException);
    expect(arrived.errors[2]).toBe("three");
    expect((cross(new AggregateError([], "none")) as AggregateError).errors).toEqual([]);
  });

  it("arrives with its causes", () => {
    const sent = new TypeError("outer", {
      cause: new StreamError("STREAM_NOT_FOUND", "inner", { cause: "innermost" }),
    });
    const arrived = cross(sent) as Error;
    expect(arrived.cause).toBeInstanceOf(StreamError);
    expect((arrived.cause as StreamError).code).toBe("STREAM_NOT_FOUND");
    expect((arrived.cause as Error).cause).toBe("innermost");
    expect("cause" in (cross(new Error("text")) as Error)).toBe(false);
  });

  it("arrives with the cause that a DOMException was given", () => {
    const sent = Object.assign(new DOMException("text", "AbortError"), { cause: new RangeError("inner") });
    const arrived = cross(sent) as Error;
    expect(arrived).toBeInstanceOf(DOMException);
    expect(arrived.cause).toBeInstanceOf(RangeError);
  });

  it("keeps the text code of Node's own AbortError, which is no DOMException", () => {
    const sent = Object.assign(new Error("The operation was aborted"), { name: "AbortError", code: "ABORT_ERR" });
    const arrived = cross(sent) as Coded;
    expect([arrived.name, arrived.code, arrived.message]).toEqual([sent.name, sent.code, sent.message]);
  });

  it("arrives with the name and code of a class that the far side does not have", () => {
    class QuotaError extends RangeError {
      override readonly name = "QuotaError";
      readonly code = "OVER_QUOTA";
      readonly secret = "stays here";
    }
    const arrived = cross(new QuotaError("too much")) as Coded;
    expect(arrived).toBeInstanceOf(Error);
    expect([arrived.name, arrived.code, arrived.message]).toEqual(["QuotaError", "OVER_QUOTA", "too much"]);
    expect("secret" in arrived).toBe(false);
  });

  it("arrives as the error of Sluice that it was", () => {
    const stream = cross(new StreamError("CONNECTION_LOST", "a")) as StreamError;
    const link = cross(new LinkError("CONNECTION_LOST", "b")) as LinkError;
    const rpc = cross(new RpcError(-32_601, "c")) as RpcError;
    expect([stream, link, rpc].map((each) => each.constructor)).toEqual([StreamError, LinkError, RpcError]);
    expect([stream.code, link.code, rpc.code]).toEqual(["CONNECTION_LOST", "CONNECTION_LOST", -32_601]);
  });

  it("turns the blame of a ProtocolError around: the remote's remote is us", () => {
    const arrived = cross(new ProtocolError("BAD_FRAME", "text")) as ProtocolError;
    expect(arrived).toBeInstanceOf(ProtocolError);
    expect([arrived.code, arrived.origin]).toEqual(["BAD_FRAME", "local"]);
  });

  it("arrives from another realm as well", () => {
    const foreign = Object.assign(Object.create({ constructor: { name: "TypeError" } }), {
      name: "TypeError",
      message: "text",
      [Symbol.toStringTag]: "Error",
    });
    expect(cross(foreign)).toBeInstanceOf(TypeError);
  });

  it.each<[string, string, unknown]>([
    ["message", "", ""],
    ["message", "a line\nand another \u{1F600} \u0000", undefined],
    ["name", "", undefined],
  ])("keeps a strange %s: %o", (key, value) => {
    const arrived = cross(Object.assign(new Error("text"), { [key]: value })) as Error;
    expect(arrived[key as "name" | "message"]).toBe(value);
  });
});

describe("A reason's stack", () => {
  it("is told to a trusted remote", () => {
    const sent = new Error("text");
    expect((cross(sent, true) as Error).stack).toBe(sent.stack);
  });

  it("is not told to another, nor that of anything inside", () => {
    const sent = new AggregateError([new Error("a")], "text", { cause: new TypeError("b") });
    expect(JSON.stringify(encodeReason(sent, false))).not.toContain("stack");
    expect(JSON.stringify(encodeReason(sent, false))).not.toContain("reason.test");
    expect((cross(sent, false) as Error).stack).not.toBe(sent.stack);
  });
});

describe("A reason that is no error", () => {
  it.each<unknown>([
    undefined,
    null,
    true,
    false,
    0,
    -1.5,
    "",
    "text",
    [],
    [1, ["a", null]],
    {},
    { code: "X", nested: { list: [1] } },
    { name: "looks like", message: "an error" },
    { name: 5 },
    { value: { value: 1 } },
  ])("arrives as it is: %o", (reason) => {
    expect(cross(reason)).toEqual(reason);
    expect(cross(reason)).not.toBeInstanceOf(Error);
  });

  it.each<[string, unknown]>([
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a bigint", 5n],
    ["a bigint in an object", { big: 5n }],
    [
      "a cycle",
      (() => {
        const value: { self?: unknown } = {};
        value.self = value;
        return value;
      })(),
    ],
    ["too much text", "x".repeat(10_000)],
    ["an object that is too large", { list: new Array(5_000).fill("text") }],
    [
      "an object that cannot be read",
      {
        toJSON() {
          throw new Error("no");
        },
      },
    ],
    [
      "an object that is too deep",
      (() => {
        let value: unknown = 1;
        for (let i = 0; i < 50_000; i++) value = [value];
        return value;
      })(),
    ],
  ])("arrives as an error that says what it was: %s", (_, reason) => {
    const arrived = cross(reason) as Error;
    expect(arrived).toBeInstanceOf(Error);
    expect(arrived.message).toContain(typeof reason);
  });
});

/** Errors: their names, codes, causes and blame. */
import { describe, expect, it } from "vitest";
import { connectionLost, LinkError, mistake, ProtocolError, RpcError, StreamError } from "../../src/errors.ts";

describe("The errors of Sluice", () => {
  const cause = new Error("inner");
  it.each([
    [StreamError, new StreamError("STREAM_NOT_FOUND", "text", { cause }), "STREAM_NOT_FOUND"],
    [LinkError, new LinkError("CONNECTION_LOST", "text", { cause }), "CONNECTION_LOST"],
    [ProtocolError, new ProtocolError("BAD_FRAME", "text", { cause }), "BAD_FRAME"],
    [RpcError, new RpcError(-32_601, "text", { cause }), -32_601],
  ])("have a name, a code and a cause: %o", (Class, error, code) => {
    expect(error).toBeInstanceOf(Class);
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.message, error.code, error.cause]).toEqual([Class.name, "text", code, cause]);
    expect(String(error)).toBe(`${Class.name}: text`);
  });

  it("have no cause where none was given", () => {
    expect("cause" in new StreamError("X", "text")).toBe(false);
  });

  it("blame the remote for a breach of the protocol, unless it was us", () => {
    expect(new ProtocolError("BAD_FRAME", "text").origin).toBe("remote");
    expect(new ProtocolError("BAD_FRAME", "text", { origin: "local" }).origin).toBe("local");
  });

  it("carry the data of a JSON-RPC error", () => {
    expect(new RpcError(1, "text", { data: { a: 1 } }).data).toEqual({ a: 1 });
    expect(new RpcError(1, "text").data).toBeUndefined();
  });
});

describe("mistake()", () => {
  it("gives a plain TypeError or RangeError its code", () => {
    const error = new RangeError("text");
    expect(mistake(error, "BAD_OPTION")).toBe(error);
    expect(mistake(error, "BAD_OPTION").code).toBe("BAD_OPTION");
  });
});

describe("connectionLost()", () => {
  it("says what was lost, and why", () => {
    const cause = new LinkError("CONNECTION_LOST", "The worker has ended");
    const error = connectionLost('stream 1 "s"', cause);
    expect(error).toBeInstanceOf(StreamError);
    expect([error.code, error.cause]).toEqual(["CONNECTION_LOST", cause]);
    expect(error.message).toContain('stream 1 "s"');
    expect(error.message).toContain("The worker has ended");
  });

  it("takes any cause", () => {
    for (const cause of [undefined, null, "text", {}]) expect(connectionLost("a call", cause).cause).toBe(cause);
  });
});

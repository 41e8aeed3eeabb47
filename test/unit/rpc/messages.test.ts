/** What is meant as JSON-RPC, and what is an id. */
import { describe, expect, it } from "vitest";
import { isId, isRpc, RPC_CODES } from "../../../src/rpc/messages.ts";

describe("isRpc()", () => {
  it.each<unknown>([
    { jsonrpc: "2.0" },
    { jsonrpc: "2.0", method: "a" },
    { jsonrpc: "2.0", id: 1, result: null },
    { jsonrpc: "2.0", method: 5 },
  ])("takes %o for one", (message) => {
    expect(isRpc(message)).toBe(true);
  });

  it.each<unknown>([
    undefined,
    null,
    "2.0",
    5,
    {},
    [],
    { jsonrpc: 2 },
    { jsonrpc: "1.0" },
    { jsonrpc: ["2.0"] },
    { type: "stream-end", id: 1 },
    { method: "a", id: 1 },
  ])("does not take %o for one", (message) => {
    expect(isRpc(message)).toBe(false);
  });
});

describe("isId()", () => {
  it.each<[unknown, boolean]>([
    [1, true],
    [0, true],
    [-1.5, true],
    ["a", true],
    ["", true],
    [null, true],
    [undefined, false],
    [Number.NaN, false],
    [Number.POSITIVE_INFINITY, false],
    [5n, false],
    [{}, false],
    [["a"], false],
    [true, false],
  ])("of %o: %o", (id, expected) => {
    expect(isId(id)).toBe(expected);
  });
});

describe("RPC_CODES", () => {
  it("are those of the specification", () => {
    expect(RPC_CODES).toEqual({
      parseError: -32_700,
      invalidRequest: -32_600,
      methodNotFound: -32_601,
      invalidParams: -32_602,
      internalError: -32_603,
      serverError: -32_000,
    });
  });
});

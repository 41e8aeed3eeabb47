/** The calling side of a peer: what is sent, what its promise settles with, and what is left behind. */
import { describe, expect, it } from "vitest";
import { ProtocolError, RpcError } from "../../../src/errors.ts";
import { encodeReason } from "../../../src/reason.ts";
import { rejectedBy, thrownBy } from "../support/error-of.ts";
import { bench, quietCall as call } from "../support/rpc.ts";

/** A signal whose listeners throw at whoever aborts it, as no real one's do. */
function listened(): { signal: AbortSignal; abort: (reason: unknown) => void } {
  const listeners: EventListenerObject[] = [];
  const signal = {
    aborted: false,
    reason: undefined as unknown,
    addEventListener: (_: string, listener: EventListenerObject) => void listeners.push(listener),
    removeEventListener: () => {},
  };
  const abort = (reason: unknown): void => {
    Object.assign(signal, { aborted: true, reason });
    for (const each of listeners) each.handleEvent({ target: signal } as unknown as Event);
  };
  return { signal: signal as unknown as AbortSignal, abort };
}

describe("RpcPeer.call()", () => {
  it("sends a request, and resolves with its result", async () => {
    const one = bench();
    const result = call(one, "add", { a: 1 });
    expect(one.sent).toEqual([{ jsonrpc: "2.0", id: 1, method: "add", params: { a: 1 } }]);
    one.answer({ id: 1, result: [3] });
    expect(await result).toEqual([3]);
  });

  it.each([[[1, 2]], [{}], [undefined]])("sends the params %o as they are", (params) => {
    const one = bench();
    call(one, "m", params);
    expect("params" in one.request()).toBe(params !== undefined);
    expect(one.request().params).toEqual(params);
  });

  it("numbers its requests, and takes answers in any order", async () => {
    const one = bench();
    const [first, second] = [call(one, "m", {}), call(one, "m", {})];
    expect(one.sent.map((each) => "id" in each && each.id)).toEqual([1, 2]);
    one.answer({ id: 2, result: "second" });
    one.answer({ id: 1, result: "first" });
    expect(await Promise.all([first, second])).toEqual(["first", "second"]);
  });

  it("rejects with an RpcError of the answer's code, message and data", async () => {
    const one = bench();
    const result = call(one, "m", {});
    one.answer({ id: 1, error: { code: -32_601, message: "no such method", data: { a: 1 } } });
    const { error } = await rejectedBy(result);
    expect(error).toBeInstanceOf(RpcError);
    expect(error).toMatchObject({ code: -32_601, message: "no such method", data: { a: 1 } });
  });

  it("rejects with what the method threw, in its class", async () => {
    const one = bench();
    const result = call(one, "m", {});
    const reason = encodeReason(Object.assign(new RangeError("too far"), { code: "FAR" }), false);
    one.answer({ id: 1, error: { code: -32_000, message: "too far", data: { reason } } });
    const { error, code } = await rejectedBy(result);
    expect(error).toBeInstanceOf(RangeError);
    expect([error.message, code]).toEqual(["too far", "FAR"]);
  });

  it("keeps the message of another implementation's server error, whatever its data", async () => {
    for (const data of [undefined, null, 5, "text", {}, { reason: "quota" }, { reason: 5 }]) {
      const one = bench();
      const result = call(one, "m", {});
      one.answer({ id: 1, error: { code: -32_000, message: "Out of quota", data } });
      const { error } = await rejectedBy(result);
      expect(error).toBeInstanceOf(RpcError);
      expect(error.message).toBe("Out of quota");
    }
  });

  it.each<unknown>([
    5,
    "text",
    {},
    { code: "x" },
    { code: 1, message: { toString: 1, valueOf: 1 } },
    { code: { valueOf: 1, toString: 1 } },
  ])("rejects with an RpcError for the malformed error %o", async (error) => {
    const one = bench();
    const result = call(one, "m", {});
    one.answer({ id: 1, error });
    expect((await rejectedBy(result)).error).toBeInstanceOf(RpcError);
  });

  it("resolves where an older implementation says that there is no error", async () => {
    const one = bench();
    const result = call(one, "m", {});
    one.answer({ id: 1, result: 5, error: null });
    expect(await result).toBe(5);
  });

  it.each<[string, unknown, unknown]>([
    ["an empty name", "", {}],
    ["no name", undefined, {}],
    ["params that are a number", "m", 5],
    ["params that are text", "m", "text"],
    ["params that are null", "m", null],
    ["params that are a function", "m", () => 1],
  ])("rejects with a TypeError for %s, and sends nothing", async (_, method, params) => {
    const one = bench();
    const { error, code } = await rejectedBy(one.peer.call(method as string, params));
    expect(error).toBeInstanceOf(TypeError);
    expect(code).toMatch(/^BAD_/);
    expect([one.sent.length, one.peer.active]).toEqual([0, 0]);
  });

  it("rejects with the error of what cannot be sent, and keeps nothing of it", async () => {
    const one = bench();
    const { error } = await rejectedBy(one.peer.call("m", { f: () => 1 }, { timeout: 50 }));
    expect(error.name).toBe("TypeError");
    expect([one.peer.active, one.scheduler.timers.length]).toEqual([0, 0]);
  });
});

describe("RpcPeer.call() with a signal", () => {
  it("sends nothing when it is aborted already, and rejects with its reason", async () => {
    const one = bench();
    const reason = { any: "reason" };
    const { error } = await rejectedBy(one.peer.call("m", {}, { signal: AbortSignal.abort(reason), timeout: 5 }));
    expect(error).toBe(reason);
    expect([one.sent.length, one.scheduler.asked.length]).toEqual([0, 0]);
  });

  it("rejects at once when it is aborted, with its reason, and cancels", async () => {
    const one = bench();
    const controller = new AbortController();
    const result = call(one, "m", {}, { signal: controller.signal });
    controller.abort("enough");
    expect((await rejectedBy(result)).error).toBe("enough");
    const params = { id: 1, reason: { value: "enough" } };
    expect(one.sent.at(-1)).toEqual({ jsonrpc: "2.0", method: "$/cancel", params });
    expect(one.peer.active).toBe(0);
  });

  it("cancels once, and not after the answer", async () => {
    const one = bench();
    const controller = new AbortController();
    const result = call(one, "m", {}, { signal: controller.signal });
    one.answer({ id: 1, result: 1 });
    controller.abort();
    expect(await result).toBe(1);
    expect(one.sent.length).toBe(1);
  });

  it("drops the late answer to what it cancelled", async () => {
    const one = bench({ host: { unsolicited: 0 } });
    const controller = new AbortController();
    const result = call(one, "m", {}, { signal: controller.signal });
    controller.abort();
    await rejectedBy(result);
    expect(() => one.answer({ id: 1, error: { code: -32_000, message: "cancelled" } })).not.toThrow();
  });

  it.each([
    [500, [{ id: 1 }, { id: 2 }]],
    [50, []],
  ])("cancels all calls of one signal where the remote takes %i characters of a message", async (most, told) => {
    const taken: { method?: string; params?: unknown }[] = [];
    const send = (message: object): void => {
      if (JSON.stringify(message).length > most) throw new RangeError("too long");
      taken.push(message);
    };
    const one = bench({ host: { send } });
    const { signal, abort } = listened();
    const calls = [1, 2].map(() => rejectedBy(one.peer.call("m", {}, { signal })));
    const reason = new Error("x".repeat(5_000));
    expect(() => abort(reason)).not.toThrow();
    expect((await Promise.all(calls)).map(({ error }) => error)).toEqual([reason, reason]);
    expect(taken.filter(({ method }) => method === "$/cancel").map(({ params }) => params)).toEqual(told);
  });

  it("keeps nothing of a call whose signal is none", async () => {
    const one = bench();
    const signal = new AbortController() as unknown as AbortSignal;
    const { error } = await rejectedBy(one.peer.call("m", {}, { signal, timeout: 5 }));
    expect(error).toBeInstanceOf(TypeError);
    expect([one.peer.active, one.scheduler.timers.length]).toEqual([0, 0]);
  });
});

describe("RpcPeer.call() with a timeout", () => {
  it("rejects with a TimeoutError once it is over, and cancels", async () => {
    const one = bench();
    const result = call(one, "slow", {}, { timeout: 100 });
    await one.scheduler.pass(99);
    expect(one.sent.length).toBe(1);
    await one.scheduler.pass(1);
    const { error } = await rejectedBy(result);
    expect(error).toBeInstanceOf(DOMException);
    expect(error.name).toBe("TimeoutError");
    expect(error.message).toContain("slow");
    expect(one.sent.at(-1)).toMatchObject({ method: "$/cancel", params: { id: 1 } });
  });

  it("stops its timer once the answer has come", async () => {
    const one = bench();
    const result = call(one, "m", {}, { timeout: 100 });
    one.answer({ id: 1, result: 1 });
    await result;
    expect(one.scheduler.timers.length).toBe(0);
  });

  it.each([undefined, Number.POSITIVE_INFINITY])("asks for no timer at %o", (timeout) => {
    const one = bench();
    call(one, "m", {}, { timeout });
    expect(one.scheduler.asked).toEqual([]);
  });

  it.each([-1, Number.NaN, "5", null])("refuses %o with a RangeError, and sends nothing", async (timeout) => {
    const one = bench();
    const { error, code } = await rejectedBy(one.peer.call("m", {}, { timeout: timeout as number }));
    expect(error).toBeInstanceOf(RangeError);
    expect([code, one.sent.length]).toEqual(["BAD_OPTION", 0]);
  });
});

describe("RpcPeer, of answers to no call", () => {
  it("drops as many as it is told, then blames the remote", () => {
    const one = bench({ host: { unsolicited: 3 } });
    for (const id of [77, "text", null]) one.answer({ id, result: 1 });
    const { error, code } = thrownBy(() => one.answer({ id: 78, result: 1 }));
    expect(error).toBeInstanceOf(ProtocolError);
    expect([code, error.origin]).toEqual(["RESPONSE_FLOOD", "remote"]);
  });

  it("counts a second answer to a call as one", async () => {
    const one = bench({ host: { unsolicited: 0 } });
    const result = call(one, "m", {});
    one.answer({ id: 1, result: "first" });
    expect(thrownBy(() => one.answer({ id: 1, result: "second" })).code).toBe("RESPONSE_FLOOD");
    expect(await result).toBe("first");
  });

  it("does not take text for the number of a call", async () => {
    const one = bench();
    const result = call(one, "m", {});
    one.answer({ id: "1", result: "wrong" });
    one.answer({ id: 1, result: "right" });
    expect(await result).toBe("right");
  });
});

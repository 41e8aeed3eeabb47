/** Calls that wait for a place at the remote, notifications behind them, and what the end of a channel does to both. */
import { describe, expect, it } from "vitest";
import type { Arrival } from "../../../src/stream/arrival.ts";
import { rejectedBy, thrownBy } from "../support/error-of.ts";
import { bench, quietCall as call, joined } from "../support/rpc.ts";
import { settle } from "../support/scheduler.ts";

const methods = (one: ReturnType<typeof bench>): unknown[] => one.sent.map((each) => "method" in each && each.method);

/** Data that an answer waits for: whether it still does. */
function late(): { arrival: Arrival; waits: () => boolean } {
  let signal: AbortSignal | undefined;
  const wait: Arrival["wait"] = (get) => {
    signal = get?.();
    return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal?.reason)));
  };
  return {
    arrival: { wait, complete: () => false, handled: () => Promise.resolve() },
    waits: () => signal?.aborted !== true,
  };
}

describe("RpcPeer.allow()", () => {
  it("lets so many calls go at once; the others wait for an answer", async () => {
    const one = bench();
    one.peer.allow(2);
    const results = ["a", "b", "c", "d"].map((name) => call(one, name, {}));
    expect(methods(one)).toEqual(["a", "b"]);
    one.answer({ id: 2, result: "B" });
    expect(methods(one)).toEqual(["a", "b", "c"]);
    one.answer({ id: 1, error: { code: 1, message: "no" } });
    expect(methods(one)).toEqual(["a", "b", "c", "d"]);
    one.answer({ id: 3, result: "C" });
    one.answer({ id: 4, result: "D" });
    expect(await Promise.all(results.slice(1))).toEqual(["B", "C", "D"]);
  });

  it("lets none go before the remote has said hello, and then all in order", () => {
    const one = bench();
    one.peer.allow(0);
    call(one, "a", {});
    one.peer.notify("b");
    call(one, "c", {});
    expect([one.sent.length, one.peer.active]).toEqual([0, 2]);
    one.peer.allow(10);
    expect(methods(one)).toEqual(["a", "b", "c"]);
  });

  it("does not hold Sluice's own calls back", () => {
    const one = bench();
    one.peer.allow(0);
    call(one, "$/shutdown", {});
    expect(methods(one)).toEqual(["$/shutdown"]);
  });

  it("sends nothing for a call that was cancelled or timed out while it waited", async () => {
    const one = bench();
    one.peer.allow(0);
    const controller = new AbortController();
    const cancelled = call(one, "a", {}, { signal: controller.signal });
    const late = call(one, "b", {}, { timeout: 10 });
    controller.abort("enough");
    await one.scheduler.pass(10);
    expect((await rejectedBy(cancelled)).error).toBe("enough");
    expect((await rejectedBy(late)).error.name).toBe("TimeoutError");
    one.peer.allow(10);
    expect([one.sent.length, one.peer.active]).toEqual([0, 0]);
  });

  it("takes the params as they were when the call was made, though it waits", () => {
    const one = bench();
    one.peer.allow(0);
    const params = { n: 1 };
    call(one, "a", params);
    one.peer.notify("b", params);
    params.n = 2;
    one.peer.allow(10);
    expect(one.sent).toMatchObject([{ params: { n: 1 } }, { params: { n: 1 } }]);
  });

  it("rejects a call that waited and cannot be sent, and goes on with the others", async () => {
    const one = bench();
    one.peer.allow(0);
    const bad = call(one, "a", { f: () => 1 });
    call(one, "b", {});
    expect(() => one.peer.allow(1)).not.toThrow();
    expect((await rejectedBy(bad)).error.name).toBe("TypeError");
    expect(methods(one)).toEqual(["b"]);
  });

  it("rejects each of many that waited and cannot be sent, however many they are", async () => {
    const send = (): never => {
      throw new RangeError("too long");
    };
    const one = bench({ host: { send } });
    one.peer.allow(0);
    const calls = Array.from({ length: 20_000 }, () => rejectedBy(call(one, "m", {})));
    expect(() => one.peer.allow(10)).not.toThrow();
    expect((await Promise.all(calls)).every(({ error }) => error.message === "too long")).toBe(true);
    expect([one.peer.active, one.peer.waiting]).toEqual([0, 0]);
  });

  it("does not break for a notification that waited and cannot be sent", () => {
    const one = bench();
    one.peer.allow(0);
    // Best refused where the mistake is made; whoever is told of it, the channel must live.
    try {
      one.peer.notify("a", { f: () => 1 });
    } catch (error) {
      expect((error as Error).name).toBe("TypeError");
    }
    call(one, "b", {});
    expect(() => one.peer.allow(1)).not.toThrow();
    expect(methods(one)).toEqual(["b"]);
  });

  it("counts a call that was given up until its late answer: so long the remote's method runs", () => {
    const one = bench();
    one.peer.allow(1);
    const controller = new AbortController();
    call(one, "a", {}, { signal: controller.signal });
    controller.abort();
    call(one, "b", {});
    expect(methods(one)).toEqual(["a", "$/cancel"]);
    one.answer({ id: 1, error: { code: -32_000, message: "cancelled" } });
    expect(methods(one)).toEqual(["a", "$/cancel", "b"]);
  });

  it("counts a call until its answer has come, not while that waits for data, or for its streams", async () => {
    for (const given of [{ result: 1 }, { result: null, streams: [[[], 1, "readable"]] }]) {
      const one = bench();
      one.peer.allow(1);
      for (const method of ["a", "b", "c"]) call(one, method, {});
      one.peer.receive({ jsonrpc: "2.0", id: 1, ...given }, late().arrival);
      expect([methods(one), one.peer.active]).toEqual([["a", "b"], 3]);
      one.answer({ id: 2, result: 2 });
      expect([methods(one), one.peer.active]).toEqual([["a", "b", "c"], 2]);
    }
  });

  it("keeps an honest caller from ever running into the remote's limit", async () => {
    const m = (): Promise<number> => new Promise((resolve) => setImmediate(resolve, 1));
    const [caller] = joined({}, { methods: { m }, host: { calls: 2 } });
    caller.allow(2);
    const results = Array.from({ length: 10 }, () => caller.call("m", {}));
    expect(await Promise.all(results)).toEqual(new Array(10).fill(1));
    await settle();
    expect(caller.active).toBe(0);
  });
});

describe("RpcPeer.notify()", () => {
  it("waits for the calls before it to be sent, not for a place of its own, which it does not take", () => {
    const one = bench();
    one.peer.allow(1);
    call(one, "a", {});
    call(one, "b", {});
    one.peer.notify("c");
    one.peer.notify("d");
    call(one, "e", {});
    expect(methods(one)).toEqual(["a"]);
    one.answer({ id: 1, result: 1 });
    // "b" may be waiting for just that.
    expect(methods(one)).toEqual(["a", "b", "c", "d"]);
    one.answer({ id: 2, result: 1 });
    expect(methods(one)).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("goes once the call before it is given up", () => {
    const one = bench();
    one.peer.allow(1);
    const controller = new AbortController();
    call(one, "a", {});
    call(one, "b", {}, { signal: controller.signal });
    one.peer.notify("c");
    controller.abort();
    expect(methods(one)).toEqual(["a", "c"]);
  });

  it("sends a message without an id", () => {
    const one = bench();
    one.peer.notify("n", [1]);
    one.peer.notify("n");
    expect(one.sent).toEqual([
      { jsonrpc: "2.0", method: "n", params: [1] },
      { jsonrpc: "2.0", method: "n" },
    ]);
    expect(one.peer.active).toBe(0);
  });

  it("refuses params that are no object or array with a TypeError", () => {
    expect(thrownBy(() => bench().peer.notify("n", 5)).code).toBe("BAD_PARAMS");
  });
});

describe("An answer that waits for data", () => {
  it.each(["cancelled", "timed out", "lost"])("is not kept any longer than its call, which was %s", async (how) => {
    const one = bench();
    const controller = new AbortController();
    const result = call(one, "m", {}, { signal: controller.signal, timeout: 100 });
    const { arrival, waits } = late();
    one.peer.receive({ jsonrpc: "2.0", id: 1, result: 1 }, arrival);
    expect(waits()).toBe(true);
    if (how === "cancelled") controller.abort();
    else if (how === "timed out") await one.scheduler.pass(100);
    else one.peer.close(() => new Error("lost"));
    expect(waits()).toBe(false);
    await rejectedBy(result);
    expect(one.sent).toHaveLength(1);
  });
});

describe("RpcPeer.close()", () => {
  it("rejects what waits with the reason for it, and what comes later", async () => {
    const one = bench();
    const waiting = call(one, "m", {}, { timeout: 100 });
    one.peer.close((what) => new Error(`lost: ${what}`));
    expect((await rejectedBy(waiting)).error.message).toBe('lost: the call of "m"');
    expect((await rejectedBy(one.peer.call("m", {}))).error.message).toBe("lost: a call");
    one.peer.notify("n");
    expect([one.sent.length, one.peer.active, one.scheduler.timers.length]).toEqual([1, 0, 0]);
  });

  it("keeps the first reason", async () => {
    const one = bench();
    one.peer.close(() => "first");
    one.peer.close(() => "second");
    expect((await rejectedBy(one.peer.call("m", {}))).error).toBe("first");
  });
});

describe("RpcPeer.active", () => {
  it("counts the user's calls while they are under way, and says when that changes", () => {
    const one = bench();
    call(one, "m", {});
    call(one, "$/ping", {});
    expect(one.peer.active).toBe(1);
    const before = one.changes;
    one.answer({ id: 1, result: 1 });
    expect(one.peer.active).toBe(0);
    expect(one.changes).toBeGreaterThan(before);
  });
});

/** What calls leave behind at a signal, how their reasons cross, and the time-out of those that name none. */
import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import type { CallContext } from "../../../src/rpc/peer.ts";
import { rejectedBy, thrownBy } from "../support/error-of.ts";
import { bench, quietCall as call, joined } from "../support/rpc.ts";
import { settle } from "../support/scheduler.ts";

const listeners = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;

describe("A signal", () => {
  it("has no listener left after 10,000 calls, however they ended", async () => {
    const one = bench();
    const { signal } = new AbortController();
    for (let id = 1; id <= 10_000; id++) {
      const result = call(one, "m", {}, { signal, timeout: 10 });
      expect(listeners(signal)).toBe(1);
      if (id % 3 === 0) one.answer({ id, result: 1 });
      else if (id % 3 === 1) one.answer({ id, error: { code: 1, message: "no" } });
      else {
        one.peer.progressed({ id, value: 1 });
        for (const { task } of one.scheduler.timers) task();
      }
      await result.catch(() => {});
      one.sent.length = 0;
    }
    expect([listeners(signal), one.scheduler.timers.length, one.peer.active]).toEqual([0, 0, 0]);
  });

  it("has none left after a call that could not be sent, nor after the end of the connection", () => {
    const one = bench();
    const { signal } = new AbortController();
    call(one, "m", { f: () => 1 }, { signal });
    call(one, "m", {}, { signal });
    expect(listeners(signal)).toBe(1);
    one.peer.close(() => "over");
    expect(listeners(signal)).toBe(0);
  });

  it("cancels the calls that are still open where others that share it are done", async () => {
    const one = bench();
    const controller = new AbortController();
    const results = [1, 2, 3].map(() => call(one, "m", {}, { signal: controller.signal }));
    one.answer({ id: 2, result: "done" });
    one.answer({ id: 1, result: "done" });
    controller.abort("enough");
    expect((await rejectedBy(results[2] as Promise<unknown>)).error).toBe("enough");
    expect([await results[0], await results[1], listeners(controller.signal)]).toEqual(["done", "done", 0]);
  });

  it("of many calls cancels each of them", async () => {
    const one = bench();
    const controller = new AbortController();
    const results = Array.from({ length: 100 }, () => call(one, "m", {}, { signal: controller.signal }));
    expect(listeners(controller.signal)).toBe(1);
    controller.abort("enough");
    for (const result of results) expect((await rejectedBy(result)).error).toBe("enough");
    expect([one.sent.length, listeners(controller.signal)]).toEqual([200, 0]);
  });
});

describe("The reason of a cancelled call", () => {
  const waiting = () => {
    let seen: AbortSignal | undefined;
    const wait = (_: unknown, { signal }: CallContext) => {
      seen = signal;
      return new Promise((resolve) => signal.addEventListener("abort", resolve));
    };
    return { wait, reason: () => seen?.reason };
  };

  it.each<[string, unknown, object]>([
    [
      "an error",
      Object.assign(new RangeError("far"), { code: "FAR" }),
      { name: "RangeError", message: "far", code: "FAR" },
    ],
    ["none", undefined, { name: "AbortError" }],
    ["what no link can carry", () => 1, { name: "Error" }],
  ])("is at the method's signal: %s", async (_, reason, expected) => {
    const { wait, reason: seen } = waiting();
    const [caller] = joined({}, { methods: { wait } });
    const controller = new AbortController();
    const result = caller.call("wait", {}, { signal: controller.signal });
    await Promise.all([rejectedBy(result), settle().then(() => controller.abort(reason))]);
    await settle();
    expect(seen()).toMatchObject(expected);
    expect(seen()).toBeInstanceOf(Object);
  });

  it("is a TimeoutError where its time was up", async () => {
    const { wait, reason } = waiting();
    const one = bench({ methods: { wait } });
    call(one, "m", {}, { timeout: 10 });
    await one.scheduler.pass(10);
    one.ask("wait", {}, 5);
    one.peer.cancelled(5, (one.sent.at(-1) as { params: { reason: unknown } }).params.reason);
    expect(reason()).toMatchObject({ name: "TimeoutError" });
    expect(reason()).toBeInstanceOf(DOMException);
  });

  it("is an AbortError where the caller tells none, or none that is valid", () => {
    for (const given of [undefined, null, 5, "text"]) {
      const { wait, reason } = waiting();
      const one = bench({ methods: { wait } });
      one.ask("wait", {}, 5);
      one.peer.cancelled(5, given);
      expect(reason()).toBeInstanceOf(Error);
    }
  });

  it("tells its stack to a trusted remote only", () => {
    for (const trusted of [true, false]) {
      const one = bench({ host: { trusted } });
      const controller = new AbortController();
      call(one, "m", {}, { signal: controller.signal });
      controller.abort(new Error("text"));
      expect(JSON.stringify(one.sent.at(-1)).includes("stack")).toBe(trusted);
    }
  });
});

describe("callTimeout", () => {
  const host = { callTimeout: 60_000 };

  it("ends a call that names no time-out", async () => {
    const one = bench({ host });
    const result = call(one, "slow", {});
    await one.scheduler.pass(60_000);
    expect((await rejectedBy(result)).error.name).toBe("TimeoutError");
  });

  it.each([
    [5, [5]],
    [120_000, [120_000]],
    [Number.POSITIVE_INFINITY, []],
  ])("gives way to the call's own of %d", (timeout, asked) => {
    const one = bench({ host });
    call(one, "m", {}, { timeout });
    expect(one.scheduler.asked).toEqual(asked);
  });

  it("is none of Sluice's own calls", () => {
    const one = bench({ host });
    call(one, "$/shutdown", {});
    expect(one.scheduler.asked).toEqual([]);
  });
});

describe("Answers to no call", () => {
  it("are those with id 0, and with null, however many calls are open", async () => {
    const one = bench({ host: { unsolicited: 1 } });
    const result = call(one, "m", {});
    one.answer({ id: 0, result: "no" });
    expect(thrownBy(() => one.answer({ id: null, error: { code: -32_700, message: "?" } })).code).toBe(
      "RESPONSE_FLOOD",
    );
    one.answer({ id: 1, result: "yes" });
    expect(await result).toBe("yes");
  });

  it("are not those that come late, to each of which one is allowed", async () => {
    const one = bench({ host: { unsolicited: 0 } });
    const controller = new AbortController();
    const results = Array.from({ length: 20 }, () => call(one, "m", {}, { signal: controller.signal }));
    controller.abort();
    await Promise.allSettled(results);
    for (let id = 1; id <= 20; id++) one.answer({ id, result: "late" });
    expect(thrownBy(() => one.answer({ id: 20, result: "again" })).code).toBe("RESPONSE_FLOOD");
  });
});

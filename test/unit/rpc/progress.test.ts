/** `$/progress`: from `context.progress()` of a method to `onProgress` of its caller, in order, and never after the end. */
import { describe, expect, it } from "vitest";
import type { CallContext, Method } from "../../../src/rpc/peer.ts";
import { ProgressInOrder } from "../../../src/rpc/progress.ts";
import type { Arrival } from "../../../src/stream/arrival.ts";
import { Waits } from "../../../src/stream/waits.ts";
import { rejectedBy, thrownBy } from "../support/error-of.ts";
import { bench, quietCall as call, joined } from "../support/rpc.ts";
import { settle } from "../support/scheduler.ts";

/** A method that keeps its context for the test, and what lets it answer. */
function held(): { m: Method; context(): CallContext; finish(value: unknown): void } {
  let context: CallContext;
  let finish: (value: unknown) => void;
  return {
    m: (_: never, given) => {
      context = given;
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
    context: () => context,
    finish: (value) => finish(value),
  };
}

describe("context.progress()", () => {
  it("sends $/progress with the id of the request", async () => {
    for (const id of [7, 0, "seven", null, 1.5]) {
      const { m, context } = held();
      const one = bench({ methods: { m } });
      one.ask("m", {}, id);
      for (const value of [1, { done: 0.5 }, null, undefined]) context().progress(value);
      const value = (value: unknown) => ({ jsonrpc: "2.0", method: "$/progress", params: { id, value } });
      expect(one.sent).toEqual([value(1), value({ done: 0.5 }), value(null), value(null)]);
    }
  });

  it("is nothing after the answer, even where its id is in use again", async () => {
    const { m, context, finish } = held();
    const one = bench({ methods: { m } });
    one.ask("m", {}, 1);
    const first = context();
    finish("done");
    await settle();
    first.progress("late");
    one.ask("m", {}, 1);
    first.progress("later");
    expect(one.sent).toEqual([{ jsonrpc: "2.0", id: 1, result: "done" }]);
  });

  it("is nothing once the caller has cancelled, or the connection is lost", () => {
    for (const end of ["cancelled", "lost"]) {
      const { m, context } = held();
      const one = bench({ methods: { m } });
      one.ask("m", {}, 1);
      if (end === "lost") one.peer.close(() => "lost");
      else one.peer.cancelled(1);
      context().progress("late");
      expect(one.sent).toEqual([]);
    }
  });

  it("is nothing in a notification", async () => {
    const note: Method = (_: never, { progress }) => progress(1);
    const one = bench({ methods: { note } });
    one.ask("note");
    await settle();
    expect(one.sent).toEqual([]);
  });

  it("throws what keeps a value from crossing, and the call goes on", async () => {
    const { m, context, finish } = held();
    const one = bench({ methods: { m } });
    one.ask("m", {}, 1);
    expect(thrownBy(() => context().progress(() => 1)).error.name).toBe("TypeError");
    finish("done");
    await settle();
    expect(one.sent).toEqual([{ jsonrpc: "2.0", id: 1, result: "done" }]);
  });

  it("of an entry of a batch goes at once, before the answers", async () => {
    const m: Method = (_: never, { progress }) => progress("half");
    const one = bench({ methods: { m } });
    one.peer.receive([{ jsonrpc: "2.0", id: 1, method: "m" }]);
    await settle();
    expect(one.sent).toMatchObject([{ params: { id: 1, value: "half" } }, [{ id: 1, result: null }]]);
  });
});

describe("onProgress", () => {
  it("is called in order, before the call settles, and never after", async () => {
    const count: Method = async (_: never, { progress }) => {
      for (let i = 0; i < 3; i++) progress(i);
      await settle();
      progress(3);
      return "done";
    };
    const log: unknown[] = [];
    const [caller] = joined({}, { methods: { count } });
    await caller.call("count", {}, { onProgress: (value) => log.push(value) }).then((result) => log.push(result));
    await settle();
    expect(log).toEqual([0, 1, 2, 3, "done"]);
  });

  it("gets the progress of its own call only", () => {
    const one = bench();
    const log: unknown[] = [];
    call(one, "a", {}, { onProgress: (value) => log.push(["a", value]) });
    call(one, "b", {}, { onProgress: (value) => log.push(["b", value]) });
    call(one, "c", {});
    for (const id of [2, 1, 3]) one.peer.progressed({ id, value: id });
    expect(log).toEqual([
      ["b", 2],
      ["a", 1],
    ]);
  });

  it.each<unknown>([undefined, null, 5, "text", [], {}, { id: 99, value: 1 }, { id: "1", value: 1 }, { id: null }])(
    "is not called for %o, which harms nobody",
    (params) => {
      const one = bench({ host: { unsolicited: 0 } });
      const log: unknown[] = [];
      call(one, "a", {}, { onProgress: (value) => log.push(value) });
      one.peer.progressed(params);
      expect([log, one.peer.active]).toEqual([[], 1]);
    },
  );

  it("is not called before its call was sent, nor after it was given up", () => {
    const one = bench();
    const log: unknown[] = [];
    one.peer.allow(0);
    const controller = new AbortController();
    call(one, "a", {}, { signal: controller.signal, onProgress: (value) => log.push(value) });
    one.peer.progressed({ id: 1, value: "early" });
    one.peer.allow(1);
    controller.abort();
    one.peer.progressed({ id: 1, value: "late" });
    expect(log).toEqual([]);
  });

  it("that throws rejects the call with that error and cancels it", async () => {
    const one = bench({ host: { unsolicited: 0 } });
    const error = new RangeError("mine");
    let times = 0;
    const onProgress = (): void => {
      times++;
      throw error;
    };
    const result = call(one, "a", {}, { onProgress });
    one.peer.progressed({ id: 1, value: 1 });
    one.peer.progressed({ id: 1, value: 2 });
    expect((await rejectedBy(result)).error).toBe(error);
    expect(one.sent.slice(1)).toMatchObject([
      { method: "$/cancel", params: { id: 1, reason: { name: "RangeError" } } },
    ]);
    expect(() => one.answer({ id: 1, result: "late" })).not.toThrow();
    expect([times, one.peer.active]).toEqual([1, 0]);
  });

  it("may cancel its call itself, and throw, and it is cancelled once", async () => {
    const one = bench();
    const controller = new AbortController();
    const onProgress = (): void => {
      controller.abort("enough");
      throw new Error("too late");
    };
    const result = call(one, "a", {}, { signal: controller.signal, onProgress });
    one.peer.progressed({ id: 1, value: 1 });
    expect((await rejectedBy(result)).error).toBe("enough");
    expect(one.sent).toHaveLength(2);
  });

  it.each([null, 5, {}, "text"])("must be a function: %o is a TypeError, and nothing is sent", async (onProgress) => {
    const one = bench();
    const { error, code } = await rejectedBy(one.peer.call("a", {}, { onProgress: onProgress as never }));
    expect(error).toBeInstanceOf(TypeError);
    expect([code, one.sent.length, one.peer.active]).toEqual(["BAD_OPTION", 0, 0]);
  });
});

/** Data that a test has come, and the arrivals of messages that were sent after so many chunks of it. */
class Data {
  readonly waits = new Waits();
  #come = 0;

  come(count: number): void {
    this.#come = count;
    this.waits.release(count);
  }

  after(count: number): Arrival {
    return {
      wait: (signal) => (this.#come >= count ? undefined : this.waits.until(count, signal?.())),
      complete: () => this.#come >= count,
      handled: () => Promise.resolve(),
    };
  }
}

describe("$/progress that was sent after data", () => {
  const waiting = () => {
    const log: unknown[] = [];
    const data = new Data();
    const progress = new ProgressInOrder((value) => log.push(value));
    /** As the call's answer does. */
    const answer = (count: number): void => {
      const waits = progress.before(data.after(count)).wait();
      if (waits === undefined) log.push("answer");
      else waits.then(() => log.push("answer"));
    };
    return { log, data, progress, answer };
  };

  it("waits for these, and no longer", async () => {
    const { log, data, progress } = waiting();
    for (const count of [0, 1, 2, 2, 3]) progress.come(`after ${count}`, data.after(count));
    expect(log).toEqual(["after 0"]);
    data.come(1);
    await settle();
    expect(log).toEqual(["after 0", "after 1"]);
    data.come(2);
    await settle();
    expect(log.slice(2)).toEqual(["after 2", "after 2"]);
    // Nothing is left that waits for it by then.
    data.come(3);
    await settle();
    expect([log.slice(4), data.waits.length]).toEqual([["after 3"], 0]);
  });

  it.each([
    ["in the same turn", 2],
    ["later than the answer", 3],
  ])("comes before its call's answer, where the data came %s", async (_, when) => {
    const { log, data, progress, answer } = waiting();
    progress.come("first", data.after(1));
    progress.come("second", data.after(3));
    data.come(when);
    if (when === 2) answer(3);
    data.come(3);
    if (when === 3) answer(3);
    await settle();
    expect(log).toEqual(["first", "second", "answer"]);
  });

  it("of a later call does not keep an answer waiting", async () => {
    const { log, data, progress, answer } = waiting();
    progress.come("before", data.after(1));
    answer(1);
    progress.come("behind", data.after(9));
    data.come(1);
    await settle();
    expect(log).toEqual(["before", "answer"]);
  });

  it("is told early where thousands wait already: nothing is lost, and no more is kept", async () => {
    const { log, data, progress } = waiting();
    for (let i = 0; i < 10_000; i++) progress.come(i, data.after(1));
    expect([log.length, data.waits.length]).toEqual([10_000 - 4_096, 1]);
    data.come(1);
    await settle();
    expect(log).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
  });
});

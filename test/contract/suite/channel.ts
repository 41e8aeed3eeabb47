/** The channel as a whole: ready, calls beside streams, close, abort, dispose, stats. */
import type { Channel } from "sluice";
import { expect } from "vitest";
import { makeReason } from "../../fixtures/values.mjs";
import type { Contract } from "./pair.ts";
import { failure, isPending, quiet, readSome, reason, rejection, through, withCode } from "./tools.ts";

const dispose = (channel: Channel): Promise<void> =>
  (channel as unknown as { [Symbol.asyncDispose](): Promise<void> })[Symbol.asyncDispose]();

export function channels({ test }: Contract): void {
  test("ready resolves at both ends, and closed once either end closes", async (make) => {
    for (const closer of ["near", "far"]) {
      const { near, far } = make({});
      await near.ready;
      expect(await far.ready()).toEqual({});
      if (closer === "near") await near.close();
      else expect(await far.close()).toEqual({});
      await near.closed;
      expect(await far.closed()).toEqual({});
      expect(near.stats().state).toBe("closed");
    }
  });

  test("ready waits for the far side", async (make) => {
    const pair = make({ far: { late: true } });
    expect(await isPending(pair, pair.near.ready)).toBe(true);
    await pair.far.start();
    await pair.near.ready;
  });

  test("both ends may close at once", async (make) => {
    const { near, far } = make({});
    await near.ready;
    const [, outcome] = await Promise.all([near.close(), far.close()]);
    expect(outcome).toEqual({});
  });

  test("close() finishes what is under way at both ends, and takes nothing new", async (make) => {
    const pair = make({});
    const { near, far } = pair;
    await near.ready;
    const stream = near.openStream("puppet");
    const puppet = far.stream("puppet");
    await puppet.write("before");
    const held = near.call("hold", { key: "puppet" });
    const closed = near.close();
    expect(await isPending(pair, closed)).toBe(true);
    expect(() => near.openStream("echo")).toThrow(expect.objectContaining({ code: "CHANNEL_CLOSED" }));
    expect(await rejection(near.call("ping"))).toEqual(withCode("CHANNEL_CLOSED"));
    const writer = stream.writable.getWriter();
    await writer.write("during");
    expect((await puppet.read()).chunk).toBe("during");
    await puppet.close();
    expect(await readSome(stream.readable.getReader(), 1)).toEqual(["before"]);
    await writer.close();
    expect(await isPending(pair, closed)).toBe(true);
    await puppet.letGo();
    expect(await held).toBe("held");
    await closed;
    expect(await far.closed()).toEqual({});
  });

  test("close() waits for a handler of the far side whose stream has ended already", async (make) => {
    const pair = make({});
    const { near, far } = pair;
    const { readable, writable } = near.openStream("puppet");
    const puppet = far.stream("puppet");
    await puppet.close();
    await writable.close();
    expect(await puppet.read()).toEqual({ done: true });
    await readable.getReader().closed;
    const closed = near.close();
    expect(await isPending(pair, closed)).toBe(true);
    // Why, can be seen where it runs.
    expect(await far.channelStats()).toMatchObject({ handlers: 1, streams: [] });
    await puppet.letGo();
    await closed;
    expect(await far.channelStats()).toMatchObject({ handlers: 0 });
  });

  test("close() waits for streams that the far side has opened", async (make) => {
    const pair = make({});
    const { near, far } = pair;
    await near.ready;
    const incoming = near.incomingStreams.getReader();
    const opened = far.open("opened", "to near");
    const { value } = await incoming.read();
    const closed = near.close();
    expect(await isPending(pair, closed)).toBe(true);
    const writer = value?.writable.getWriter();
    await writer?.write("late");
    expect((await opened.read()).chunk).toBe("late");
    await Promise.all([writer?.close(), opened.close()]);
    await opened.read();
    await closed;
  });

  test("while one side is closing, it takes nothing new from the other either", async (make) => {
    const pair = make({ near: { methods: { ping: () => "pong" }, streams: { keep: () => new Promise(() => {}) } } });
    const { near, far } = pair;
    const { writable, readable } = near.openStream("puppet");
    await far.stream("puppet").describe();
    const closed = near.close();
    const opened = await far.tryOpen("late", "keep");
    const { error } = opened.error ? opened : await far.stream("late").read();
    expect(error).toMatchObject({ code: "CHANNEL_CLOSED" });
    expect((await far.call("ping")).error).toMatchObject({ code: "CHANNEL_CLOSED" });
    await readable.cancel();
    await writable.close();
    await far.stream("puppet").letGo();
    await closed;
  });

  test("after close() everything new is refused with CHANNEL_CLOSED", async (make) => {
    const { near } = make({});
    await near.ready;
    await near.close();
    expect(() => near.openStream("echo")).toThrow(expect.objectContaining({ code: "CHANNEL_CLOSED" }));
    expect(() => near.notify("ping")).toThrow(expect.objectContaining({ code: "CHANNEL_CLOSED" }));
    expect(await rejection(near.call("ping"))).toEqual(withCode("CHANNEL_CLOSED"));
    await near.close();
    near.abort("too late");
    await near.closed;
  });

  test("close() before the far side is there does not wait for it", async (make) => {
    const { near } = make({ far: { late: true } });
    await near.close();
    expect(await rejection(near.ready)).toEqual(withCode("CHANNEL_CLOSED"));
  });

  test("close() before the far side is there waits with what was opened, and finishes it", async (make) => {
    const pair = make({ far: { late: true } });
    const { near, far } = pair;
    const stream = near.openStream("echo");
    const closed = near.close();
    const back = through(stream, [1, 2, 3]);
    expect(await isPending(pair, closed)).toBe(true);
    await far.start();
    expect(await back).toEqual([1, 2, 3]);
    await closed;
  });

  test("abort(reason) ends everything at both ends with the reason", async (make) => {
    const { near, far } = make({});
    const stream = near.openStream("puppet");
    const puppet = far.stream("puppet");
    const call = failure(near.call("never"));
    const writer = stream.writable.getWriter();
    await writer.write(1);
    await puppet.read();
    const reads = [failure(stream.readable.getReader().read()), puppet.read()];
    near.abort(makeReason("caused"));
    const expected = reason("caused");
    expect(await call).toEqual(expected);
    expect(await reads[0]).toEqual(expected);
    expect((await reads[1]) as object).toEqual({ error: expected });
    expect(await failure(writer.closed)).toEqual(expected);
    expect(await failure(near.closed)).toEqual(expected);
    expect((await far.closed()).error).toEqual(expected);
    expect((await puppet.writerClosed()).error).toEqual(expected);
    expect(near.stats()).toMatchObject({ state: "closed", calls: 0, streams: [] });
    expect(await far.channelStats()).toMatchObject({ state: "closed", calls: 0, streams: [] });
  });

  test("abort(reason) at the far side ends everything here with the reason", async (make) => {
    const { near, far } = make({});
    const { readable, writable } = near.openStream("puppet");
    await far.stream("puppet").describe();
    await far.abort("AggregateError");
    expect(await failure(near.closed)).toEqual(reason("AggregateError"));
    expect(await failure(readable.getReader().read())).toEqual(reason("AggregateError"));
    expect(await failure(writable.getWriter().closed)).toEqual(reason("AggregateError"));
  });

  test("abort() without a reason has an AbortError", async (make) => {
    const { near, far } = make({});
    await near.ready;
    near.abort();
    expect(await failure(near.closed)).toMatchObject({ class: "DOMException", name: "AbortError" });
    expect((await far.closed()).error).toMatchObject({ class: "DOMException", name: "AbortError" });
  });

  test("abort(reason) before the far side is there settles all that waits", async (make) => {
    const { near } = make({ far: { late: true } });
    const { readable, writable } = near.openStream("echo");
    const call = failure(near.call("ping"));
    near.abort(makeReason("coded"));
    for (const settled of [near.ready, near.closed, readable.getReader().read(), writable.getWriter().closed]) {
      expect(await failure(settled)).toEqual(reason("coded"));
    }
    expect(await call).toEqual(reason("coded"));
  });

  test("abort during close() does not wait", async (make) => {
    const pair = make({});
    const { near, far } = pair;
    near.openStream("puppet");
    await far.stream("puppet").describe();
    const closed = failure(near.close());
    await quiet(pair);
    near.abort(makeReason("coded"));
    expect(await closed).toEqual(reason("coded"));
  });

  test("dispose closes, and what ends in time ends well", async (make) => {
    const pair = make({});
    const { near, far } = pair;
    const stream = near.openStream("puppet");
    const puppet = far.stream("puppet");
    await puppet.write(1);
    await puppet.close();
    const disposed = dispose(near);
    expect(await readSome(stream.readable.getReader(), 1)).toEqual([1]);
    await stream.writable.close();
    await puppet.letGo();
    await disposed;
    await near.closed;
  });

  test("dispose aborts after a second what does not end", async (make) => {
    const { near, far } = make({});
    const { readable } = near.openStream("puppet");
    await far.stream("puppet").describe();
    const read = failure(readable.getReader().read());
    const start = performance.now();
    await dispose(near);
    expect(performance.now() - start).toBeGreaterThan(900);
    expect(await read).toMatchObject({ name: "AbortError" });
    expect((await far.closed()).error).toMatchObject({ name: "AbortError" });
  });
}

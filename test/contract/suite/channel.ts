/** The channel as a whole: ready, calls beside streams, close, abort, dispose, stats. */
import { type Channel, RpcError } from "sluice";
import { expect } from "vitest";
import { makeReason } from "../../fixtures/values.mjs";
import type { Contract } from "./pair.ts";
import {
  eventually,
  failure,
  flood,
  isPending,
  numbers,
  quiet,
  readSome,
  reason,
  rejection,
  through,
  withCode,
} from "./tools.ts";

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

  test("close() waits for the far side's handlers, and its streams", async (make) => {
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

  test("stats() tells of every stream and call under way, at both ends alike", async (make) => {
    const pair = make({});
    const { near, far } = pair;
    await near.ready;
    const stream = near.openStream("puppet", { readableStrategy: { highWaterMark: 8 } });
    flood(stream.writable.getWriter(), numbers(10));
    const puppet = far.stream("puppet");
    for (let i = 0; i < 3; i++) await puppet.write(i);
    void near.call("never").catch(() => {});
    await quiet(pair);
    const { streams, calls, state } = near.stats();
    expect({ calls, state }).toEqual({ calls: 1, state: "open" });
    expect(streams).toEqual([stream.stats()]);
    const [there] = (await far.channelStats()).streams;
    expect(there).toMatchObject({ id: stream.id, name: "puppet" });
    expect(stream.stats()).toMatchObject({
      id: there?.id,
      name: "puppet",
      incoming: { state: "open", unit: "chunks", highWaterMark: 8, chunks: 3, queued: 3, credit: 5, bytes: 3 * 64 },
      outgoing: { state: "open", unit: "chunks", highWaterMark: 256, chunks: 10, queued: 0, credit: 246, bytes: 640 },
    });
    expect(there).toMatchObject({
      incoming: { chunks: 10, queued: 10, credit: 246, bytes: 640, peak: 10 },
      outgoing: { chunks: 3, queued: 0, credit: 5, bytes: 3 * 64 },
    });
  });

  test("stream.stats() answers after the stream has ended", async (make) => {
    const { near } = make({});
    const stream = near.openStream("echo");
    await through(stream, numbers(50));
    await eventually(
      () => near.stats().streams.length,
      (count) => count === 0,
    );
    expect(stream.stats()).toMatchObject({
      incoming: { state: "ended", chunks: 50, queued: 0 },
      outgoing: { state: "done", chunks: 50, queued: 0 },
    });
  });

  test("chunks that wait for credit are in stats() as queued", async (make) => {
    const pair = make({ far: { streams: { box: { handler: "puppet", highWaterMark: 4 } } } });
    const stream = pair.near.openStream("box");
    flood(stream.writable.getWriter(), numbers(20));
    await quiet(pair);
    expect(stream.stats().outgoing).toMatchObject({ chunks: 4, queued: 16, credit: 0 });
  });

  test("calls are answered in both directions, beside streams", async (make) => {
    const { near, far } = make({ near: { methods: { double: ({ n }: { n: number }) => n * 2 } } });
    expect(await near.call("echo", { list: [1, 2] })).toEqual({ list: [1, 2] });
    expect(await far.call("double", { n: 21 })).toEqual({ result: 42 });
    const error = await rejection(near.call("no such method"));
    expect(error).toBeInstanceOf(RpcError);
    expect(error).toEqual(withCode(-32601 as never));
  });

  test("a call is cancelled by its signal with the signal's reason, and not sent if that was aborted before", async (make) => {
    const { near } = make({});
    await near.ready;
    const controller = new AbortController();
    const call = rejection(near.call("never", undefined, { signal: controller.signal }));
    const error = new TypeError("mine");
    controller.abort(error);
    expect(await call).toBe(error);
    expect(await rejection(near.call("never", undefined, { signal: controller.signal }))).toBe(error);
    expect(near.stats().calls).toBe(0);
  });

  test("two channels at once keep their streams apart", async (make) => {
    const [one, two] = [make({}), make({})];
    const back = await Promise.all([
      through(one.near.openStream("echo"), numbers(500)),
      through(
        two.near.openStream("echo"),
        numbers(500).map((i) => -i),
      ),
    ]);
    expect(back).toEqual([numbers(500), numbers(500).map((i) => -i)]);
    await one.near.close();
    expect(await through(two.near.openStream("echo"), [1])).toEqual([1]);
  });
}

/** How streams in calls end before their time: left, cancelled, failed, abandoned, by either side. */
import type { ChannelStats } from "sluice";
import { expect } from "vitest";
import type { Note } from "./far.ts";
import type { Contract, Pair } from "./pair.ts";
import { eventually, failure, noStreamsLeft, numbers, quiet, readAll, readSome, reason, rejection } from "./tools.ts";
import { iterable, sink, source } from "./value-ends.ts";

/** The note of a method once it `holds`. */
function noted({ far }: Pair, key: string, holds: (note: Note) => boolean): Promise<Note> {
  return eventually(
    () => far.note(key),
    (note) => note !== null && holds(note),
  );
}

export function valuesEnding({ test }: Contract): void {
  test("leaving a loop early ends the generator: its finally runs, its signal aborts, it is not pulled", async (make) => {
    const pair = make({});
    for (const way of ["stream", "call"]) {
      const params = { key: way };
      const given = way === "stream" ? pair.near.stream("generate", params) : await pair.near.call("generate", params);
      const reader = (given as ReadableStream<number>).getReader();
      await readSome(reader, 5);
      await reader.cancel();
      const note = await noted(pair, way, ({ finished, aborted }) => finished === true && aborted !== undefined);
      await quiet(pair);
      expect((await pair.far.note(way)).pulled).toBe(note.pulled);
      await noStreamsLeft(pair);
    }
  });

  test("a generator that waits in its middle is told by its signal that nobody reads any more", async (make) => {
    const pair = make({});
    const reader = pair.near.stream("generate", { key: "g", stallsAt: 3 }).getReader();
    expect(await readSome(reader, 3)).toEqual([0, 1, 2]);
    await reader.cancel(new RangeError("out of range"));
    const note = await noted(pair, "g", ({ finished }) => finished === true);
    expect(note.aborted).toMatchObject(reason("RangeError"));
    await noStreamsLeft(pair);
  });

  test("a generator that is read to its end has a signal that never aborts", async (make) => {
    const pair = make({});
    expect(await readAll(pair.near.stream("generate", { key: "g", count: 3 }))).toEqual(numbers(3));
    await noStreamsLeft(pair);
    await quiet(pair);
    expect(await pair.far.note("g")).toEqual({ pulled: 3, finished: true });
  });

  test("a stream of the result that is cancelled is cancelled at its source, with the reason", async (make) => {
    const pair = make({});
    const stream = pair.near.stream("numbers", { key: "n" });
    const reader = stream.getReader();
    await readSome(reader, 1);
    await reader.cancel(new RangeError("out of range"));
    const { cancelled } = await noted(pair, "n", (note) => note.cancelled !== undefined);
    expect(cancelled).toEqual(reason("RangeError"));
    await noStreamsLeft(pair);
  });

  test("a method that breaks out of its loop ends the caller's stream, or generator", async (make) => {
    const pair = make({});
    const given = source(pair.classes);
    const input = iterable();
    expect(await pair.near.call("breakAfter", { input: given.readable, count: 3 })).toEqual(numbers(3));
    expect(await pair.near.call("breakAfter", { input, count: 3 })).toEqual(numbers(3));
    await eventually(
      () => given.cancelled !== undefined && input.finished,
      (ended) => ended,
    );
    const { pulls } = given;
    await quiet(pair);
    expect(given.pulls).toBe(pulls);
    await noStreamsLeft(pair);
  });

  test("a method that cancels its stream cancels the caller's, with the reason", async (make) => {
    const pair = make({});
    const given = source(pair.classes);
    await pair.near.call("cancel", { input: given.readable, reason: "caused" });
    await eventually(
      () => given.cancelled,
      (cancelled) => cancelled !== undefined,
    );
    expect(await failure(Promise.reject(given.cancelled?.reason))).toEqual(reason("caused"));
  });

  test("a source that fails fails its reader with class, code and cause, after the chunks before", async (make) => {
    const pair = make({});
    for (const name of ["caused", "coded", "AbortError", "string"]) {
      const reader = pair.near.stream("numbers", { key: name, failsAt: 3, reason: name }).getReader();
      expect(await readSome(reader, 3)).toEqual(numbers(3));
      expect(await failure(reader.read())).toEqual(reason(name));
    }
    const reader = pair.near.stream("generate", { key: "g", failsAt: 2 }).getReader();
    expect(await readSome(reader, 2)).toEqual(numbers(2));
    expect(await failure(reader.read())).toEqual(reason("caused"));
    const error = Object.assign(new RangeError("with a number"), { code: 42 });
    const input = source(pair.classes, { failsAt: 3, error }).readable;
    expect(await pair.near.call("collect", { key: "c", input })).toEqual({
      chunks: numbers(3),
      done: false,
      error: reason("numbered"),
    });
    await noStreamsLeft(pair);
  });

  test("a source that has failed before it is passed, and one that ends at once, are told as such", async (make) => {
    const pair = make({});
    const { near, classes } = pair;
    const failed = (): ReadableStream =>
      new classes.ReadableStream({ start: (controller) => controller.error(new TypeError("wrong type")) });
    const empty = source(classes, { count: 0 }).readable;
    for (let i = 0; i < 20; i++) {
      expect(await near.call("collect", { key: `f${i}`, input: failed() })).toMatchObject({
        chunks: [],
        error: reason("TypeError"),
      });
    }
    expect(await near.call("collect", { key: "e", input: empty })).toEqual({ chunks: [], done: true });
    expect(await failure(readAll(near.stream("numbers", { key: "n", failsAt: 0 })))).toEqual(reason("caused"));
    await noStreamsLeft(pair);
  });

  test("an iterable whose iterator cannot be had fails its reader", async (make) => {
    const pair = make({});
    const input = {
      [Symbol.asyncIterator]() {
        throw new TypeError("wrong type");
      },
    };
    expect(await pair.near.call("collect", { key: "k", input })).toMatchObject({ error: reason("TypeError") });
    await noStreamsLeft(pair);
  });

  test("a chunk that cannot cross fails the reader, and ends the source", async (make) => {
    const pair = make({});
    let ended = false;
    async function* generate(): AsyncGenerator<unknown> {
      try {
        yield 1;
        yield () => {};
        yield 3;
      } finally {
        ended = true;
      }
    }
    const seen = await pair.near.call("collect", { key: "k", input: generate() });
    expect(seen).toMatchObject({ chunks: [1], error: { name: "DataCloneError" } });
    await eventually(
      () => ended,
      (is) => is,
    );
  });

  test("a method that throws ends the streams in its params with its error, at their other ends", async (make) => {
    const pair = make({});
    const given = source(pair.classes);
    const output = sink(pair.classes);
    const params = { input: given.readable, output: output.writable, count: 3, reason: "caused" };
    expect(await failure(pair.near.call("throwAfter", params))).toEqual(reason("caused"));
    await eventually(
      () => given.cancelled !== undefined && output.aborted !== undefined,
      (ended) => ended,
    );
    expect(await failure(Promise.reject(given.cancelled?.reason))).toEqual(reason("caused"));
    expect(await failure(Promise.reject(output.aborted?.reason))).toEqual(reason("caused"));
    await noStreamsLeft(pair);
  });

  test("a method that settles without its streams ends them with STREAM_ABANDONED", async (make) => {
    const pair = make({});
    const given = source(pair.classes);
    const output = sink(pair.classes);
    const params = { input: given.readable, output: output.writable };
    expect(await pair.near.call("ignore", params)).toBe("ignored");
    await eventually(
      () => given.cancelled !== undefined && output.aborted !== undefined,
      (ended) => ended,
    );
    for (const ended of [given.cancelled, output.aborted]) {
      const message = expect.stringContaining('"ignore"');
      expect(ended?.reason).toMatchObject({ name: "StreamError", code: "STREAM_ABANDONED", message });
    }
    await noStreamsLeft(pair);
  });

  test("what a method wrote and closed without waiting still arrives", async (make) => {
    const pair = make({});
    const output = sink(pair.classes);
    expect(await pair.near.call("writeAndReturn", { output: output.writable, chunks: numbers(2_000) })).toBe("written");
    await eventually(
      () => output.closed || output.aborted !== undefined,
      (ended) => ended,
    );
    expect(output).toMatchObject({ closed: true, chunks: numbers(2_000) });
    await noStreamsLeft(pair);
  });

  test("a writable at the other end: abort and error cross, either way", async (make) => {
    const pair = make({});
    const { near, classes } = pair;
    const output = sink(classes);
    await near.call("abort", { output: output.writable, reason: "caused" });
    await eventually(
      () => output.aborted,
      (aborted) => aborted !== undefined,
    );
    expect(await failure(Promise.reject(output.aborted?.reason))).toEqual(reason("caused"));
    const failing = sink(classes, { failsAt: 3, error: new RangeError("out of range") });
    expect(await near.call("writeUntilFailure", { output: failing.writable })).toMatchObject({
      error: reason("RangeError"),
    });
    const writer = ((await near.call("sink", { key: "a" })) as WritableStream).getWriter();
    await writer.write(1);
    await writer.abort(new RangeError("out of range"));
    expect((await noted(pair, "a", ({ error }) => error !== undefined)).error).toEqual(reason("RangeError"));
    const failingThere = ((await near.call("sink", { key: "f", failsAt: 2 })) as WritableStream).getWriter();
    for (let i = 0; i < 3; i++) failingThere.write(i).catch(() => {});
    expect(await failure(failingThere.closed)).toEqual(reason("caused"));
    await noStreamsLeft(pair);
  });

  test("a call that is cancelled, or times out, ends the streams in its params with the reason", async (make) => {
    const pair = make({});
    const { near, classes } = pair;
    const controller = new AbortController();
    const cases = [
      [{ signal: controller.signal }, "too much"],
      [{ timeout: 50 }, "TimeoutError"],
    ] as const;
    for (const [options, name] of cases) {
      const given = source(classes);
      const output = sink(classes);
      const params = { key: name, input: given.readable, output: output.writable };
      const call = rejection(near.call("keepStreams", params, options));
      await pair.far.stream(name).read();
      controller.abort(new Error("too much"));
      const error = await call;
      expect(error).toMatchObject(name === "TimeoutError" ? { name } : { message: name });
      await eventually(
        () => given.cancelled !== undefined && output.aborted !== undefined,
        (ended) => ended,
      );
      expect(given.cancelled?.reason).toBe(error);
      expect(output.aborted?.reason).toBe(error);
      const there = await pair.far.stream(name).readerClosed();
      expect(there.error).toMatchObject({ message: (error as Error).message });
      await pair.far.stream(name).letGo();
    }
    await noStreamsLeft(pair);
  });

  test("a call that was cancelled before has its streams ended, and sends nothing", async (make) => {
    const pair = make({});
    const given = source(pair.classes);
    const error = new Error("too early");
    const options = { signal: AbortSignal.abort(error) };
    const params = { key: "k", input: given.readable };
    expect(await rejection(pair.near.call("collect", params, options))).toBe(error);
    expect(await rejection(readAll(pair.near.stream("generate", { key: "g" }, options)))).toBe(error);
    expect(given.cancelled).toEqual({ reason: error });
    await quiet(pair);
    expect([await pair.far.note("k"), await pair.far.note("g")]).toEqual([null, null]);
    await noStreamsLeft(pair);
  });

  test("a signal of call() has no hold on the streams of its result", async (make) => {
    const pair = make({});
    const controller = new AbortController();
    const params = { key: "k", count: 1_000 };
    const stream = await pair.near.call("numbers", params, { signal: controller.signal, timeout: 1_000 });
    controller.abort();
    expect(await readAll(stream as ReadableStream)).toEqual(numbers(1_000));
  });

  test("a signal of stream() ends it at any time, and the method", async (make) => {
    const pair = make({});
    const before = new AbortController();
    const waiting = rejection(readAll(pair.near.stream("stop", { key: "s" }, { signal: before.signal })));
    await noted(pair, "s", () => true);
    before.abort(new RangeError("out of range"));
    expect(await waiting).toBe(before.signal.reason);
    await noted(pair, "s", ({ aborted }) => aborted !== undefined);

    const middle = new AbortController();
    const reader = pair.near.stream("generate", { key: "m" }, { signal: middle.signal }).getReader();
    await readSome(reader, 5);
    middle.abort(new RangeError("out of range"));
    expect(await rejection(reader.read())).toBe(middle.signal.reason);
    await noted(pair, "m", ({ finished, aborted }) => finished === true && aborted !== undefined);
    await noStreamsLeft(pair);
  });

  test("a stream() that is left at any moment leaves nothing behind", async (make) => {
    const pair = make({});
    await pair.near.ready;
    for (let turns = 0; turns < 30; turns++) {
      const reader = pair.near.stream("generate", { key: `k${turns}` }).getReader();
      const read = reader.read().catch(() => {});
      for (let i = 0; i < turns; i++) await (i % 3 === 0 ? pair.far.ping() : Promise.resolve());
      await reader.cancel();
      await read;
      const stopped = pair.near.stream("generate", { key: `s${turns}` });
      for (let i = 0; i < turns; i++) await (i % 3 === 0 ? pair.far.ping() : Promise.resolve());
      await stopped.cancel();
    }
    await noStreamsLeft(pair);
  });

  test("stream() of a method that throws fails with what it threw", async (make) => {
    const { near } = make({});
    expect(await failure(readAll(near.stream("fail", { reason: "caused" })))).toEqual(reason("caused"));
    await expect(readAll(near.stream("nobody"))).rejects.toMatchObject({ name: "RpcError", code: -32601 });
    const late = near.stream("stop", { key: "t" }, { timeout: 20 });
    await expect(readAll(late)).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("close() finishes the streams of calls that are under way, both ways", async (make) => {
    const pair = make({});
    const { near, classes } = pair;
    const given = source(classes, { count: 2_000 });
    const sum = near.call("sum", { input: given.readable });
    const stream = (await near.call("numbers", { key: "n", count: 2_000 })) as ReadableStream;
    const late = readAll(near.stream("generate", { key: "g", count: 500 }));
    const closed = near.close();
    expect(await readAll(stream)).toEqual(numbers(2_000));
    expect(await late).toEqual(numbers(500));
    expect(await sum).toBe(1_999_000);
    await closed;
  });

  test("a far side that closes finishes the streams of calls as well", async (make) => {
    const pair = make({});
    const stream = (await pair.near.call("numbers", { key: "n", count: 2_000 })) as ReadableStream;
    const closed = pair.far.close();
    expect(await readAll(stream)).toEqual(numbers(2_000));
    expect(await closed).toEqual({});
    await pair.near.closed;
  });

  test("when the far side dies, every stream of a call and every call settles with CONNECTION_LOST", async (make) => {
    const pair = make({ freshFar: true });
    const { near, classes } = pair;
    const given = source(classes);
    const output = sink(classes);
    const kept = rejection(near.call("keepStreams", { key: "k", input: given.readable, output: output.writable }));
    await pair.far.stream("k").read();
    const reader = near.stream("generate", { key: "g" }).getReader();
    await readSome(reader, 1);
    const waiting = rejection(readAll(near.stream("stop", { key: "s" })));
    const writer = ((await near.call("sink", { key: "w" })) as WritableStream).getWriter();
    const writing = rejection(writer.closed);
    const stats: ChannelStats = near.stats();
    expect(stats.streams.length).toBeGreaterThanOrEqual(4);
    await pair.kill();
    const lost = { code: "CONNECTION_LOST" };
    for (const error of await Promise.all([kept, waiting, writing])) expect(error).toMatchObject(lost);
    await expect(readSome(reader, Number.POSITIVE_INFINITY)).rejects.toMatchObject(lost);
    await eventually(
      () => given.cancelled !== undefined && output.aborted !== undefined,
      (ended) => ended,
    );
    expect(given.cancelled?.reason).toMatchObject(lost);
    expect(near.stats().streams).toEqual([]);
  });
}

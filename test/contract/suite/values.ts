/** Streams and async iterables in params and results: every kind, everywhere, both ways, and passed on. */
import { expect } from "vitest";
import * as ponyfill from "web-streams-polyfill";
import type { Contract, Pair } from "./pair.ts";
import { inAnotherRealm } from "./realm.ts";
import { DEFAULT_WINDOW, eventually, noStreamsLeft, numbers, quiet, readAll, readSome, writeAll } from "./tools.ts";
import { iterable, sink, source } from "./value-ends.ts";

type Streams = Record<string, ReadableStream<number>>;

export function values({ test }: Contract): void {
  test("a readable in the params is read by the method", async (make) => {
    const pair = make({});
    const { readable } = source(pair.classes, { count: 1_000 });
    expect(await pair.near.call("sum", { readable })).toBe(499_500);
    await noStreamsLeft(pair);
  });

  test("a writable in the params is written by the method", async (make) => {
    const pair = make({});
    const output = sink(pair.classes);
    expect(await pair.near.call("write", { output: output.writable, chunks: [1, "two", { three: 3 }] })).toBe(
      "written",
    );
    expect(output).toMatchObject({ chunks: [1, "two", { three: 3 }], closed: true });
    await noStreamsLeft(pair);
  });

  test("an async iterable in the params is read by the method, and done when it is done", async (make) => {
    const pair = make({});
    const input = iterable(1_000);
    expect(await pair.near.call("sum", [input])).toBe(499_500);
    expect(input).toMatchObject({ pulled: 1_000, finished: true });
    await noStreamsLeft(pair);
  });

  test("an async iterator that has no return is as good as any", async (make) => {
    const { near } = make({});
    let next = 0;
    const input = {
      [Symbol.asyncIterator]: () => ({ next: async () => ({ done: next === 5, value: next++ }) }),
    };
    expect(await near.call("collect", { key: "k", input })).toMatchObject({ chunks: numbers(5), done: true });
  });

  test("streams are found anywhere in the params, several in one call", async (make) => {
    const pair = make({});
    const { classes, near } = pair;
    const params = {
      a: source(classes, { count: 3 }).readable,
      list: [1, [iterable(4)], { deep: { deeper: source(classes, { count: 5 }).readable } }],
      "a.b[0]": { "": iterable(6) },
      plain: "text",
    };
    expect(await near.call("sum", params)).toBe(3 + 6 + 10 + 15);
    const inputs = numbers(50).map((count) => source(classes, { count }).readable);
    expect(await near.call("collectAll", { key: "many", inputs })).toEqual(numbers(50).map(numbers));
    await noStreamsLeft(pair);
  });

  test("what is no stream in the params stays as it is beside them", async (make) => {
    const { near, classes } = make({});
    const params = { a: [null, true, "", 1.5, { b: [] }], input: source(classes, { count: 1 }).readable, z: {} };
    const { input, ...rest } = (await near.call("echo", params)) as Streams;
    expect(rest).toEqual({ a: [null, true, "", 1.5, { b: [] }], z: {} });
    expect(await readAll(input as ReadableStream)).toEqual([0]);
  });

  test("the result of a method may be a stream, an async generator, or have streams anywhere in it", async (make) => {
    const pair = make({});
    const { near, far } = pair;
    const given = (await near.call("numbers", { key: "s", count: 300 })) as ReadableStream;
    expect(given).toBeInstanceOf(pair.classes.ReadableStream);
    expect(await readAll(given)).toEqual(numbers(300));
    expect(await readAll((await near.call("generate", { key: "g", count: 300 })) as ReadableStream)).toEqual(
      numbers(300),
    );
    const nested = (await near.call("nested", { key: "n", count: 3 })) as {
      list: [ReadableStream, string, { deep: ReadableStream }];
      sink: WritableStream;
    };
    expect(nested).toMatchObject({ plain: 1, list: [{}, "between", {}] });
    expect(await Promise.all([readAll(nested.list[0]), readAll(nested.list[2].deep)])).toEqual([
      numbers(3),
      numbers(3),
    ]);
    await writeAll(nested.sink, ["a", "b"]);
    expect(await far.note("n 2")).toEqual({ chunks: ["a", "b"], done: true });
    await noStreamsLeft(pair);
  });

  test("stream() gives at once what the method gives: a stream, a generator's values, an array's", async (make) => {
    const pair = make({});
    const { near } = pair;
    for (const method of ["numbers", "generate", "list"]) {
      const stream = near.stream(method, { key: method, count: 300 });
      expect(stream).toBeInstanceOf(pair.classes.ReadableStream);
      expect(await readAll(stream)).toEqual(numbers(300));
    }
    await noStreamsLeft(pair);
  });

  test("stream() of a method that gives neither is a TypeError, and what it gave ends", async (make) => {
    const pair = make({});
    const { near, far } = pair;
    const noStream = { name: "TypeError", code: "NO_STREAM" };
    await expect(readAll(near.stream("ping"))).rejects.toMatchObject(noStream);
    await expect(readAll(near.stream("sink", { key: "s" }))).rejects.toMatchObject(noStream);
    await expect(readAll(near.stream("nested", { key: "n" }))).rejects.toMatchObject(noStream);
    expect(
      await eventually(
        () => far.note("s"),
        (note) => note?.error !== undefined,
      ),
    ).toMatchObject({ error: noStream });
    await eventually(
      () => far.note("n 1"),
      (note) => note?.cancelled !== undefined,
    );
    await noStreamsLeft(pair);
  });

  test("streams may be passed both ways in one call, and the remote may call as well", async (make) => {
    const pair = make({ near: { methods: { count: ({ n }: { n: number }) => n, take: () => iterable(3) } } });
    const { near, far, classes } = pair;
    expect(await far.call("count", { n: 5 })).toEqual({ result: 5 });
    const input = source(classes, { count: 2_000 }).readable;
    const back = (await near.call("echo", [input, "beside"])) as [ReadableStream, string];
    expect(back[1]).toBe("beside");
    expect(await readAll(back[0])).toEqual(numbers(2_000));
    await noStreamsLeft(pair);
  });

  test("a notification may carry streams", async (make) => {
    const pair = make({});
    const { near, far, classes } = pair;
    near.notify("collect", { key: "k", input: source(classes, { count: 10 }).readable });
    const note = await eventually(
      () => far.note("k"),
      (seen) => seen?.done === true,
    );
    expect(note).toMatchObject({ chunks: numbers(10) });
    await noStreamsLeft(pair);
  });

  test("calls with streams may be made before the two have met", async (make) => {
    const pair = make({ far: { late: true } });
    const { near, far, classes } = pair;
    const input = source(classes, { count: 10 });
    const sum = near.call("sum", { readable: input.readable });
    const given = readAll(near.stream("generate", { key: "g", count: 10 }));
    expect(input.readable.locked).toBe(true);
    await far.start();
    expect(await sum).toBe(45);
    expect(await given).toEqual(numbers(10));
  });

  test("streams of web-streams-polyfill are as good as the runtime's", async (make) => {
    const pair = make({});
    const foreign = ponyfill as unknown as typeof pair.classes;
    const output = sink(foreign);
    const readable = source(foreign, { count: 300 }).readable;
    expect(await pair.near.call("sum", { readable })).toBe(44_850);
    await pair.near.call("write", { output: output.writable, chunks: numbers(300) });
    expect(output).toMatchObject({ chunks: numbers(300), closed: true });
    await noStreamsLeft(pair);
  });

  test("params and iterables of another realm are as good as one's own", async (make) => {
    const { near } = make({});
    const params = inAnotherRealm(`({
      plain: [{ a: 1 }],
      input: (async function* () { yield 1; yield 2; })(),
      key: "k",
    })`);
    expect(await near.call("collect", params)).toEqual({ chunks: [1, 2], done: true });
  });

  test("a stream of one channel passed to another keeps its backpressure all the way", async (make) => {
    const [toSource, toReader] = [make({}), make({})];
    const window = DEFAULT_WINDOW;
    const input = toSource.near.stream("numbers", { key: "source", count: 10_000 });
    const done = toReader.near.call("keepStreams", { key: "reader", input });
    const reader = toReader.far.stream("reader");
    expect((await reader.read()).chunk).toBe(0);
    const pulled = await pullsAtRest(toSource, toReader);
    // Three queues: at the source, between the two channels, and at the reader.
    expect(pulled).toBeGreaterThan(window);
    expect(pulled).toBeLessThanOrEqual(3 * (window + 1));
    const read = 2 * window + 88;
    expect(await reader.readMany(read)).toEqual(numbers(read + 1).slice(1));
    expect(await pullsAtRest(toSource, toReader)).toBeGreaterThan(pulled + read / 2);
    expect(await reader.cancel("coded")).toEqual({});
    const note = await eventually(
      () => toSource.far.note("source"),
      (seen) => seen?.cancelled !== undefined,
    );
    expect(note.cancelled).toMatchObject({ message: "with a code", code: "E_MINE" });
    await reader.letGo();
    await done;
    await noStreamsLeft(toSource);
    await noStreamsLeft(toReader);
  });

  test("a writable of one channel may be passed to another", async (make) => {
    const [a, c] = [make({}), make({})];
    const output = await a.near.call("sink", { key: "sink" });
    expect(await c.near.call("write", { output, chunks: numbers(1_000) })).toBe("written");
    // The method's close() knows of the channel that it wrote to.
    const note = await eventually(
      () => a.far.note("sink"),
      (seen) => seen.done === true,
    );
    expect(note.chunks).toEqual(numbers(1_000));
    await noStreamsLeft(a);
    await noStreamsLeft(c);
  });

  test("a stream that came goes back in another call to where it came from", async (make) => {
    const pair = make({});
    const input = await pair.near.call("numbers", { key: "n", count: 1_000 });
    expect(await pair.near.call("sum", { input })).toBe(499_500);
    await noStreamsLeft(pair);
  });

  test("a reader that stops stops the source within two windows", async (make) => {
    const pair = make({});
    const input = source(pair.classes);
    void pair.near.call("keepStreams", { key: "k", input: input.readable }).catch(() => {});
    await pair.far.stream("k").read();
    await quiet(pair);
    expect(input.pulls).toBeGreaterThan(1);
    const most = 2 * (DEFAULT_WINDOW + 1);
    expect(input.pulls).toBeLessThanOrEqual(most);
    const reader = pair.near.stream("numbers", { key: "n" }).getReader();
    await readSome(reader, 1);
    await quiet(pair);
    expect((await pair.far.note("n")).pulled).toBeLessThanOrEqual(most);
  });
}

/** The pulls of the far source, once nothing moves over either channel. */
async function pullsAtRest(toSource: Pair, toReader: Pair): Promise<number> {
  let last = -1;
  for (;;) {
    await quiet(toSource);
    await quiet(toReader);
    const { pulled = 0 } = await toSource.far.note("source");
    if (pulled === last) return pulled;
    last = pulled;
  }
}

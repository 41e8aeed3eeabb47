/** What cannot be passed in a call, and what becomes of the streams of calls that are never run. */
import { expect } from "vitest";
import type { Contract, MakePair, Pair } from "./pair.ts";
import { eventually, noStreamsLeft, numbers, quiet, readAll, rejection } from "./tools.ts";
import { iterable, type Source, sink, source } from "./value-ends.ts";

class Point {}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}

const cycle: { self?: unknown } = {};
cycle.self = { list: [cycle] };

/** Of each kind: params, and the whole message. */
const refused: readonly (readonly [params: object, message: string])[] = [
  [{ a: { b: undefined }, c: [1, undefined] }, "params.c[1] is undefined: pass null"],
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
  [{ a: [1, , 2] }, "params.a[1] is undefined: pass null"],
  [{ a: Number.NaN }, "params.a is NaN: pass null or a string"],
  [[Number.POSITIVE_INFINITY], "params[0] is Infinity: pass null or a string"],
  [{ a: 5n }, "params.a is a bigint: pass a string"],
  [{ a: () => {} }, "params.a is a function: leave it out"],
  [{ a: Symbol("s") }, "params.a is a symbol: leave it out"],
  [{ a: new Date(0) }, "params.a is a Date: pass a string or a number"],
  [{ a: new Map() }, "params.a is a Map: pass a plain object or an array"],
  [{ a: { b: [new Set()] } }, "params.a.b[0] is a Set: pass a plain object or an array"],
  [{ a: new Error("e") }, "params.a is an Error: pass a plain object or an array"],
  [{ a: /r/ }, "params.a is a RegExp: pass a plain object or an array"],
  [{ a: new Point() }, "params.a is a Point: pass a plain object or an array"],
  [{ a: new Uint8Array(1) }, "params.a is a Uint8Array: pass a stream"],
  [{ a: new DataView(new ArrayBuffer(1)) }, "params.a is a DataView: pass a stream"],
  [{ a: new ArrayBuffer(1) }, "params.a is an ArrayBuffer: pass a stream"],
  [{ a: Promise.resolve() }, "params.a is a Promise: await it first"],
  [new Map(), "params is a Map: pass a plain object or an array"],
  [cycle, "params.self.list[0] contains itself: pass a tree"],
  [nested(65) as object, `params${"[0]".repeat(64)} is more than 64 levels deep: pass less`],
  [JSON.parse('{"a":{"__proto__":1}}'), "params.a.__proto__ has a name that JSON peers refuse: rename it"],
];

export function valuesRefused({ test }: Contract): void {
  test("what JSON cannot carry is a TypeError that names its path, and nothing is sent", async (make) => {
    const pair = make({});
    for (const [params, message] of refused) {
      const error = await rejection(pair.near.call("echo", params));
      expect(error, message).toBeInstanceOf(TypeError);
      expect(error).toMatchObject({ code: "BAD_VALUE", message: `Cannot call "echo": ${message}` });
      expect(() => pair.near.notify("echo", params)).toThrow(message);
      await expect(readAll(pair.near.stream("echo", params))).rejects.toThrow(message);
    }
    expect(pair.near.stats()).toMatchObject({ calls: 0, streams: [] });
  });

  test("64 levels, one object twice side by side, and undefined in an object are fine", async (make) => {
    const { near } = make({});
    expect(await near.call("echo", nested(64))).toEqual(nested(64));
    const shared = { a: 1 };
    expect(await near.call("echo", [shared, shared])).toEqual([shared, shared]);
    expect(Object.keys((await near.call("echo", { a: undefined, b: -0 })) as object)).toEqual(["b"]);
    expect(await near.call("echo", [-0])).toEqual([0]);
    const bare = Object.assign(Object.create(null), { a: 1 });
    expect(await near.call("echo", bare)).toEqual({ a: 1 });
  });

  test("a result that cannot cross is an error that says where, and the streams beside it end", async (make) => {
    const pair = make({});
    const message = 'Cannot answer "unanswerable": result.bad is a Date: pass a string or a number';
    await expect(pair.near.call("unanswerable", { key: "u" })).rejects.toMatchObject({ name: "TypeError", message });
    expect((await pair.far.note("u")).cancelled).toMatchObject({ message });
    expect((await pair.far.note("u sink")).error).toMatchObject({ message });
    await noStreamsLeft(pair);
  });

  test("a locked stream is a TypeError that names its path; nothing is sent, and the others are left alone", async (make) => {
    const pair = make({});
    const { near, classes } = pair;
    const locked = source(classes, { count: 3 });
    const other = source(classes, { count: 3 });
    const output = sink(classes);
    const reader = locked.readable.getReader();
    const writer = output.writable.getWriter();
    const wrong = near.call("collectAll", { key: "k", inputs: [other.readable, locked.readable] });
    expect(await rejection(wrong)).toMatchObject({
      name: "TypeError",
      code: "BAD_VALUE",
      message: 'Cannot call "collectAll": params.inputs[1] is locked: release its reader or writer first',
    });
    await expect(near.call("write", { output: output.writable })).rejects.toThrow("params.output is locked");
    expect(near.stats()).toMatchObject({ calls: 0, streams: [] });
    reader.releaseLock();
    writer.releaseLock();
    expect(await near.call("collectAll", { key: "k", inputs: [other.readable, locked.readable] })).toEqual([
      numbers(3),
      numbers(3),
    ]);
    await near.call("write", { output: output.writable, chunks: [1] });
  });

  test("one stream twice, in one call or in two, is a TypeError", async (make) => {
    const { near, classes } = make({});
    const { readable } = source(classes, { count: 3 });
    const input = iterable(3);
    for (const twice of [readable, input]) {
      await expect(near.call("sum", { a: twice, b: [twice] })).rejects.toMatchObject({
        name: "TypeError",
        message: 'Cannot call "sum": params.b[0] is a stream that occurs before: pass each stream once, or tee() it',
      });
    }
    const sum = near.call("sum", { a: readable });
    await expect(near.call("sum", { a: readable })).rejects.toThrow("params.a is locked");
    expect(await sum).toBe(3);
  });

  test("more than 1,024 streams in one call are a TypeError, as many are fine", async (make) => {
    const pair = make({ far: { limits: { streams: 4_096 } } });
    const inputs = (count: number): ReadableStream[] =>
      numbers(count).map(() => source(pair.classes, { count: 2 }).readable);
    await expect(pair.near.call("sum", inputs(1_025))).rejects.toMatchObject({ name: "TypeError", code: "BAD_VALUE" });
    expect(await pair.near.call("sum", inputs(1_024))).toBe(1_024);
    await noStreamsLeft(pair);
  });

  test("options of stream() are checked before anything is sent", async (make) => {
    const pair = make({});
    for (const options of [{ signal: 5 }, { signal: {} }, { timeout: -1 }, { timeout: "1" }]) {
      const given = async (): Promise<unknown> => readAll(pair.near.stream("generate", { key: "g" }, options as never));
      expect(await rejection(given())).toMatchObject({ code: "BAD_OPTION" });
    }
    await quiet(pair);
    expect(await pair.far.note("g")).toBe(null);
  });

  const callWith = async (
    make: MakePair,
    method: string,
    before: (pair: Pair) => unknown,
  ): Promise<{ error: unknown; given: Source; pair: Pair }> => {
    const pair = make({});
    await pair.near.ready;
    await before(pair);
    const given = source(pair.classes);
    const output = sink(pair.classes);
    const input = iterable();
    const error = await rejection(
      pair.near.call(method, { input: given.readable, output: output.writable, list: [input] }),
    );
    await eventually(
      () => given.cancelled !== undefined && output.aborted !== undefined,
      (ended) => ended,
    );
    const { pulled } = input;
    await quiet(pair);
    expect(input.pulled).toBe(pulled);
    expect(pulled === 0 || input.finished).toBe(true);
    expect(output.aborted?.reason).toMatchObject({ message: (error as Error).message });
    return { error, given, pair };
  };

  test("a method that is not there: the streams in the params end", async (make) => {
    const { error, given, pair } = await callWith(make, "nobody", () => {});
    expect(error).toMatchObject({ name: "RpcError", code: -32601 });
    expect(given.cancelled?.reason).toMatchObject({ name: "RpcError", code: -32601 });
    await noStreamsLeft(pair);
  });

  test("a far side that is closing: the streams in the params end", async (make) => {
    const { error } = await callWith(make, "sum", async ({ near, far }) => {
      void near.call("never").catch(() => {});
      await far.ping();
      void far.close();
      await far.ping();
    });
    expect(error).toMatchObject({ code: "CHANNEL_CLOSED" });
  });

  test("a channel that is closing, or closed: the streams in the params end", async (make) => {
    const closing = await callWith(make, "sum", ({ near }) => {
      void near.call("never").catch(() => {});
      void near.close().catch(() => {});
    });
    expect(closing.error).toMatchObject({ code: "CHANNEL_CLOSED" });
    const closed = await callWith(make, "sum", ({ near }) => near.close());
    expect(closed.error).toMatchObject({ code: "CHANNEL_CLOSED" });
  });

  test("a notification that waits when the channel ends has its streams ended", async (make) => {
    const pair = make({ far: { late: true } });
    const given = source(pair.classes);
    pair.near.notify("collect", { key: "k", input: given.readable });
    pair.near.abort(new Error("over"));
    await eventually(
      () => given.cancelled,
      (cancelled) => cancelled !== undefined,
    );
    expect(given.cancelled?.reason).toMatchObject({ message: "over" });
  });
}

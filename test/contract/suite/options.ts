/** Options: whose strategy applies, signals, and what makes no sense, which is told at the call and harms nothing. */
import { raw } from "sluice/codecs/raw";
import { expect } from "vitest";
import type { Contract } from "./pair.ts";
import { box, failure, flood, isPending, numbers, rejection, started, through } from "./tools.ts";

/** What is wrong, and the class of the error at the call. */
const wrong: readonly (readonly [string, unknown, typeof TypeError | typeof RangeError])[] = [
  ["an unknown option", { highWatermark: 5 }, TypeError],
  ["a handler", { handler: () => {} }, TypeError],
  ["a codec that was not called", { codec: raw }, TypeError],
  ["a highWaterMark below 0", { highWaterMark: -1 }, RangeError],
  ["a highWaterMark of NaN", { highWaterMark: Number.NaN }, RangeError],
  ["a highWaterMark that is no number", { highWaterMark: "many" }, RangeError],
  ["a size that is no function", { highWaterMark: 1, size: 5 }, TypeError],
  ["a size of null", { highWaterMark: 1, size: null }, TypeError],
  ["a readableStrategy below 0", { readableStrategy: { highWaterMark: -1 } }, RangeError],
  ["a writableStrategy of NaN", { writableStrategy: { highWaterMark: Number.NaN } }, RangeError],
  ["a writableStrategy whose size is no function", { writableStrategy: { size: 1 } }, TypeError],
  ["a kind of readable that there is none of", { readable: "objects" }, TypeError],
  ["a transfer that is neither", { transfer: 1 }, TypeError],
  ["a transfer of a list", { transfer: [] }, TypeError],
];

export function options({ test }: Contract): void {
  for (const [what, given, Class] of wrong) {
    test(`${what} is a ${Class.name} at the call`, async (make) => {
      const { near, far } = make({});
      let error: unknown;
      try {
        near.openStream("puppet", given as object);
      } catch (caught) {
        error = caught;
      }
      expect(error).toBeInstanceOf(Class);
      expect((error as { code?: unknown }).code).toBeTypeOf("string");
      expect(await through(near.openStream("echo"), [1])).toEqual([1]);
      expect(await far.taken()).toEqual([]);
      expect(near.stats().streams).toEqual([]);
    });
  }

  test("a name that is no string is a TypeError at the call", async (make) => {
    const { near } = make({});
    for (const name of [5, null, {}, "x".repeat(2000)]) {
      expect(() => near.openStream(name as string)).toThrow(TypeError);
    }
  });

  test("options that are undefined are options left out", async (make) => {
    const { near } = make({});
    const none = { highWaterMark: undefined, size: undefined, signal: undefined, metadata: undefined };
    expect(await through(near.openStream("echo", none), [1])).toEqual([1]);
  });

  test("a strategy's getters run once", async (make) => {
    const { near } = make({});
    let reads = 0;
    const readableStrategy = {
      get highWaterMark() {
        reads++;
        return 5;
      },
    };
    expect(await through(near.openStream("echo", { readableStrategy }), [1])).toEqual([1]);
    expect(reads).toBe(1);
  });

  test("the sender's strategy applies only where the receiver has none", async (make) => {
    const pair = make({ far: { ...box(2) } });
    const free = pair.near.openStream("puppet", { writableStrategy: { highWaterMark: 5 } });
    const fixed = pair.near.openStream("box", { writableStrategy: { highWaterMark: 5 } });
    for (const { writable } of [free, fixed]) flood(writable.getWriter(), numbers(20));
    expect(await started(pair, free)).toBe(5);
    expect(await started(pair, fixed)).toBe(2);
  });

  test("the far side's strategy applies to the opener's readable where the opener has none", async (make) => {
    const far = { streams: { box: { handler: "puppet", writableStrategy: { highWaterMark: 3 } } } };
    const pair = make({ far });
    const free = pair.near.openStream("box", { metadata: { key: "free" } });
    const fixed = pair.near.openStream("box", { metadata: { key: "fixed" }, readableStrategy: { highWaterMark: 2 } });
    for (const [key, stream, window] of [
      ["free", free, 3],
      ["fixed", fixed, 2],
    ] as const) {
      const puppet = pair.far.stream(key);
      const writes = numbers(window).map(() => puppet.write("x"));
      await Promise.all(writes);
      const over = puppet.write("over");
      expect(await isPending(pair, over)).toBe(true);
      expect(stream.stats().incoming).toMatchObject({ highWaterMark: window, chunks: window });
    }
  });

  test("a signal that was aborted before the call ends the stream at once, and nothing is sent", async (make) => {
    const { near, far } = make({});
    const signal = AbortSignal.abort(new TypeError("before"));
    const { readable, writable } = near.openStream("puppet", { signal });
    expect(await rejection(readable.getReader().read())).toBe(signal.reason);
    expect(await rejection(writable.getWriter().write(1))).toBe(signal.reason);
    expect(await through(near.openStream("echo"), [1])).toEqual([1]);
    expect(await far.taken()).toEqual([]);
    expect(near.stats().streams).toEqual([]);
  });

  test("a signal errors both directions at both ends with its own reason", async (make) => {
    const { near, far } = make({});
    const controller = new AbortController();
    const { readable, writable } = near.openStream("puppet", { signal: controller.signal });
    const writer = writable.getWriter();
    const reader = readable.getReader();
    await writer.write(1);
    const puppet = far.stream("puppet");
    await puppet.read();
    const reason = new DOMException("changed my mind", "AbortError");
    controller.abort(reason);
    expect(await rejection(reader.read())).toBe(reason);
    expect(await rejection(writer.write(2))).toBe(reason);
    const expected = { class: "DOMException", name: "AbortError", message: "changed my mind" };
    expect((await puppet.read()).error).toEqual(expected);
    expect((await puppet.writerClosed()).error).toEqual(expected);
  });

  test("a signal is let go of when its stream has ended", async (make) => {
    const { near } = make({});
    const controller = new AbortController();
    const { signal } = controller;
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    };
    for (let i = 0; i < 5; i++) await through(near.openStream("echo", { signal }), [1]);
    expect(listeners).toBe(0);
    controller.abort();
    expect(await failure(Promise.reject(signal.reason))).toMatchObject({ name: "AbortError" });
  });
}

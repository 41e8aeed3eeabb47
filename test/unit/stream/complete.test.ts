/** Readables completed where the platform lacks something: what they do must be what the platform's own would do. */
import { describe, expect, it } from "vitest";
import * as ponyfill from "web-streams-polyfill";
import { complete, hasByteStreams } from "../../../src/stream/complete.ts";
import type { StreamClasses } from "../../../src/stream/strategy.ts";

type Readable = typeof ReadableStream;

/** The platform's ReadableStream without byte streams and async iteration, whose pipe hears no signal. */
function lacking(): Readable {
  function Lacking(this: unknown, source?: UnderlyingDefaultSource, strategy?: QueuingStrategy): unknown {
    if ((source as { type?: unknown } | undefined)?.type === "bytes") throw new TypeError("no byte streams");
    return Reflect.construct(ReadableStream, [source, strategy], new.target as never);
  }
  const { locked, cancel, getReader, pipeThrough, tee } = Object.getOwnPropertyDescriptors(ReadableStream.prototype);
  const { pipeTo } = ReadableStream.prototype;
  const deaf = (options: StreamPipeOptions = {}): StreamPipeOptions => ({ ...options, signal: undefined as never });
  Lacking.prototype = Object.create(Object.prototype, {
    locked: locked as PropertyDescriptor,
    cancel,
    getReader,
    pipeThrough: {
      value(this: ReadableStream, pair: ReadableWritablePair, options?: StreamPipeOptions) {
        return pipeThrough.value?.call(this, pair, deaf(options));
      },
    },
    tee,
    pipeTo: {
      value(this: ReadableStream, sink: WritableStream, options?: StreamPipeOptions) {
        return pipeTo.call(this, sink, deaf(options));
      },
    },
  });
  return Lacking as unknown as Readable;
}

const Lacking = lacking();
const classes: StreamClasses = { ReadableStream: Lacking, WritableStream, ByteLengthQueuingStrategy };
const Completed = complete(classes).ReadableStream;
const kinds: [string, Readable][] = [
  ["the platform's", ReadableStream],
  ["a completed one", Completed],
];

/** Chunks 1 to `count`, then the end, or `error`; says with what it was cancelled. */
function source(Class: Readable, count: number, error?: unknown): { readable: ReadableStream; cancelled: unknown[] } {
  let at = 0;
  const cancelled: unknown[] = [];
  const readable = new Class(
    {
      pull(controller) {
        if (at < count) controller.enqueue(++at);
        else if (error === undefined) controller.close();
        else controller.error(error);
      },
      cancel: (reason) => void cancelled.push(reason),
    },
    { highWaterMark: 0 },
  );
  return { readable, cancelled };
}

/** The types know of no value. */
const end = (iterator: AsyncIterator<unknown>, value: unknown): unknown =>
  (iterator as { return?(value: unknown): unknown }).return?.(value);

describe("complete()", () => {
  it("leaves classes alone that lack nothing", () => {
    expect(complete(globalThis)).toBe(globalThis);
    const given = ponyfill as unknown as StreamClasses;
    expect(complete(given)).toBe(given);
  });

  it("makes one class of each, a subclass that is called the same", () => {
    expect(complete({ ...classes }).ReadableStream).toBe(Completed);
    expect(Completed.name).toBe(Lacking.name);
    expect(new Completed()).toBeInstanceOf(Lacking);
    expect(Object.keys(new Completed())).toEqual([]);
    expect(complete(classes)).toMatchObject({ WritableStream, ByteLengthQueuingStrategy });
  });

  it("leaves the platform's class as it was", () => {
    expect(Symbol.asyncIterator in Lacking.prototype).toBe(false);
    expect(Object.hasOwn(Lacking.prototype, "values")).toBe(false);
  });
});

describe.each(kinds)("for await over %s", (_, Class) => {
  it("gives every chunk, and unlocks", async () => {
    const { readable } = source(Class, 3);
    const chunks: unknown[] = [];
    for await (const chunk of readable) chunks.push(chunk);
    expect(chunks).toEqual([1, 2, 3]);
    expect(readable.locked).toBe(false);
  });

  it("throws the stream's error, and unlocks", async () => {
    const { readable } = source(Class, 1, new RangeError("mine"));
    const chunks: unknown[] = [];
    const loop = async (): Promise<void> => {
      for await (const chunk of readable) chunks.push(chunk);
    };
    await expect(loop()).rejects.toThrow(new RangeError("mine"));
    expect(chunks).toEqual([1]);
    expect(readable.locked).toBe(false);
  });

  it("cancels the stream where it is left, and unlocks", async () => {
    const { readable, cancelled } = source(Class, 3);
    for await (const _ of readable) break;
    expect(cancelled).toEqual([undefined]);
    expect(readable.locked).toBe(false);
    expect(await readable.getReader().read()).toEqual({ done: true, value: undefined });
  });

  it("leaves the stream alone with preventCancel", async () => {
    const { readable, cancelled } = source(Class, 3);
    for await (const _ of readable.values({ preventCancel: true })) break;
    expect(cancelled).toEqual([]);
    expect((await readable.getReader().read()).value).toBe(2);
  });

  it("locks from the start, and cannot begin where another reads", async () => {
    const { readable } = source(Class, 1);
    const iterator = readable.values();
    expect(readable.locked).toBe(true);
    expect(() => readable.values()).toThrow(TypeError);
    expect(iterator[Symbol.asyncIterator]()).toBe(iterator);
    await iterator.return?.();
  });

  it("takes steps in turn, however many are asked for at once", async () => {
    const { readable, cancelled } = source(Class, 2);
    const iterator = readable.values();
    const steps = [iterator.next(), iterator.next(), iterator.next(), iterator.next(), end(iterator, "late")];
    expect(await Promise.all(steps)).toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
      { done: true, value: undefined },
      { done: true, value: undefined },
      { done: true, value: "late" },
    ]);
    expect(cancelled).toEqual([]);
  });

  it("cancels by return() behind the step that is under way, also before the first", async () => {
    const { readable, cancelled } = source(Class, 2);
    const iterator = readable.values();
    const [step, last] = await Promise.all([iterator.next(), end(iterator, "enough"), iterator.next()]);
    expect([step, last]).toEqual([
      { done: false, value: 1 },
      { done: true, value: "enough" },
    ]);
    expect(cancelled).toEqual(["enough"]);

    const untouched = source(Class, 2);
    await end(untouched.readable.values(), "at once");
    expect(untouched.cancelled).toEqual(["at once"]);
    expect(untouched.readable.locked).toBe(false);
  });

  it("ends for good with an error", async () => {
    const iterator = source(Class, 0, new RangeError("mine")).readable.values();
    const [first, second] = await Promise.allSettled([iterator.next(), iterator.next()]);
    expect(first).toMatchObject({ status: "rejected", reason: new RangeError("mine") });
    expect(second).toEqual({ status: "fulfilled", value: { done: true, value: undefined } });
  });

  it("works over the branches of tee()", async () => {
    const [one, two] = source(Class, 2).readable.tee();
    const chunks: unknown[] = [];
    for await (const chunk of one) chunks.push(chunk);
    for await (const chunk of two) chunks.push(chunk);
    expect(chunks).toEqual([1, 2, 1, 2]);
  });
});

describe.each(kinds)("a pipe of %s", (_, Class) => {
  it("ends with its signal while the source is idle", async () => {
    const cancelled: unknown[] = [];
    const aborted: unknown[] = [];
    const readable = new Class({ cancel: (reason) => void cancelled.push(reason) });
    const writable = new WritableStream({ abort: (reason) => void aborted.push(reason) });
    const controller = new AbortController();
    const piped = readable.pipeTo(writable, { signal: controller.signal });
    controller.abort("why");
    await expect(piped).rejects.toBe("why");
    expect([cancelled, aborted, readable.locked, writable.locked]).toEqual([["why"], ["why"], false, false]);
  });

  it("ends with its signal through a transform, too", async () => {
    const controller = new AbortController();
    const transform = new TransformStream();
    const { signal } = controller;
    const readable = new Class().pipeThrough(transform, { signal });
    expect(readable).toBe(transform.readable);
    controller.abort("why");
    await expect(readable.getReader().read()).rejects.toBe("why");
  });

  it("moves all without a signal, and through a transform", async () => {
    const chunks: unknown[] = [];
    const write = (chunk: unknown): void => void chunks.push(chunk);
    await source(Class, 3).readable.pipeTo(new WritableStream({ write }));
    await source(Class, 2).readable.pipeThrough(new TransformStream()).pipeTo(new WritableStream({ write }));
    expect(chunks).toEqual([1, 2, 3, 1, 2]);
  });

  it("refuses what is locked: pipeTo() by its promise, pipeThrough() at once", async () => {
    const { signal } = new AbortController();
    const locked = new Class();
    locked.getReader();
    await expect(locked.pipeTo(new WritableStream(), { signal })).rejects.toThrow(TypeError);
    expect(() => locked.pipeThrough(new TransformStream(), { signal })).toThrow(TypeError);
    const taken = new TransformStream();
    taken.writable.getWriter();
    expect(() => new Class().pipeThrough(taken, { signal })).toThrow(TypeError);
  });
});

describe("without byte streams", () => {
  it("is told", () => {
    expect([globalThis, ponyfill, classes].map((each) => hasByteStreams(each as never))).toEqual([true, true, false]);
  });

  it("a BYOB reader is refused with a code, other readers are not", () => {
    expect(() => new Completed().getReader({ mode: "byob" })).toThrow(
      expect.objectContaining({ name: "TypeError", code: "NO_BYTE_STREAMS" }),
    );
    expect(new Completed().getReader()).toBeInstanceOf(ReadableStreamDefaultReader);
  });
});

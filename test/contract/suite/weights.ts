/** A user's own `size()`, at either end. */
import { expect } from "vitest";
import type { Contract } from "./pair.ts";
import {
  bytes,
  eventually,
  failure,
  flood,
  isPending,
  numbers,
  quiet,
  readSome,
  rejection,
  strict,
  through,
} from "./tools.ts";

const weighty = (count: number, weight: number): { i: number; weight: number }[] =>
  numbers(count).map((i) => ({ i, weight }));

/** What a wrong weight is answered with, at both ends. */
const wrongWeights = {
  nanOnBad: "RangeError",
  infinityOnBad: "RangeError",
  negativeOnBad: "RangeError",
  throwsOnBad: "SyntaxError",
};
const sizeOf: Readonly<Record<string, (chunk: unknown) => number>> = {
  nanOnBad: (chunk) => (chunk === "bad" ? Number.NaN : 1),
  infinityOnBad: (chunk) => (chunk === "bad" ? Number.POSITIVE_INFINITY : 1),
  negativeOnBad: (chunk) => (chunk === "bad" ? -1 : 1),
  throwsOnBad: (chunk) => {
    if (chunk === "bad") throw new SyntaxError("size() threw");
    return 1;
  },
};

export function weights({ test }: Contract): void {
  test("a sender's size() runs once for each chunk, and its weight travels", async (make) => {
    const pair = make({ far: strict });
    let calls = 0;
    const size = (chunk: unknown): number => {
      calls++;
      return (chunk as { weight: number }).weight;
    };
    const stream = pair.near.openStream("puppet", { writableStrategy: { highWaterMark: 10, size } });
    const writes = flood(stream.writable.getWriter(), weighty(20, 4));
    await quiet(pair);
    // 4 and 8 are below 10, 12 is not.
    expect(stream.stats().outgoing).toMatchObject({ unit: "weight", chunks: 3 });
    const puppet = pair.far.stream("puppet");
    expect((await puppet.stats()).incoming).toMatchObject({ unit: "weight", highWaterMark: 10, inFlight: 12 });
    expect(await puppet.readMany(20)).toEqual(weighty(20, 4));
    await Promise.all(writes);
    expect(calls).toBe(20);
    expect((await puppet.stats()).incoming.peak).toBeLessThan(10 + 4);
  });

  test("a sender's size() runs once where the receiver has its own strategy too", async (make) => {
    const pair = make({ far: { streams: { box: { handler: "puppet", highWaterMark: 3 } }, ...strict } });
    let calls = 0;
    const size = (): number => {
      calls++;
      return 1000;
    };
    const stream = pair.near.openStream("box", { writableStrategy: { highWaterMark: 10, size } });
    const writes = flood(stream.writable.getWriter(), numbers(20));
    await quiet(pair);
    expect(stream.stats().outgoing).toMatchObject({ unit: "chunks", chunks: 3 });
    expect(await pair.far.stream("box").readMany(20)).toEqual(numbers(20));
    await Promise.all(writes);
    expect(calls).toBe(20);
  });

  test("chunks of weight 0 pass without credit being used", async (make) => {
    const pair = make({});
    const stream = pair.near.openStream("echo", { writableStrategy: { highWaterMark: 1, size: () => 0 } });
    expect(await through(stream, numbers(500))).toEqual(numbers(500));
  });

  test("weights are fractions as well", async (make) => {
    const pair = make({});
    const stream = pair.near.openStream("echo", { highWaterMark: 1, size: () => 0.1 });
    expect(await through(stream, numbers(1000))).toEqual(numbers(1000));
  });

  test("a size() that finds a heavy chunk lets it pass alone", async (make) => {
    const pair = make({});
    const stream = pair.near.openStream("echo", {
      writableStrategy: { highWaterMark: 5, size: (chunk) => ((chunk as number) % 7 === 0 ? 1000 : 1) },
    });
    expect(await through(stream, numbers(200))).toEqual(numbers(200));
  });

  test("◆ a receiver's size() runs once for each chunk, whether a read waits or not", async (make) => {
    const pair = make({
      far: { streams: { box: { handler: "puppet", highWaterMark: 10, size: "weight" } }, ...strict },
    });
    const stream = pair.near.openStream("box");
    const writer = stream.writable.getWriter();
    const puppet = pair.far.stream("box");
    const reads = [puppet.read(), puppet.read(), puppet.read()];
    await quiet(pair);
    const writes = flood(writer, weighty(40, 3));
    expect((await Promise.all(reads)).map(({ chunk }) => chunk)).toEqual(weighty(3, 3));
    await quiet(pair);
    const { incoming } = await puppet.stats();
    expect(incoming.peak).toBeLessThanOrEqual(10 + 3);
    expect(await puppet.readMany(37)).toEqual(weighty(40, 3).slice(3));
    await Promise.all(writes);
    expect(await pair.far.sizeCalls()).toBe(40);
    expect((await puppet.stats()).incoming.peak).toBeLessThanOrEqual(10 + 3);
  });

  test("◆ with a window in weights, a chunk that a waiting read takes gives its credit back", async (make) => {
    const pair = make({ far: strict });
    const writableStrategy = { highWaterMark: 3, size: (chunk: unknown) => (chunk as { weight: number }).weight };
    const stream = pair.near.openStream("puppet", { writableStrategy });
    const writer = stream.writable.getWriter();
    const puppet = pair.far.stream("puppet");
    for (const chunk of weighty(50, 3)) {
      const read = puppet.read();
      await writer.write(chunk);
      expect((await read).chunk).toEqual(chunk);
    }
    expect((await puppet.stats()).incoming).toMatchObject({ chunks: 50, inFlight: 0 });
  });

  test("a receiver with its own size() takes a chunk heavier than its window", async (make) => {
    const pair = make({ far: { streams: { echo: { handler: "echo", highWaterMark: 5, size: "weight" } } } });
    const sent = numbers(60).map((i) => ({ i, weight: i % 10 === 0 ? 500 : 1 }));
    expect(await through(pair.near.openStream("echo"), sent)).toEqual(sent);
  });

  test("a receiver with its own size() and highWaterMark 0 takes one chunk for each read", async (make) => {
    const far = { streams: { box: { handler: "puppet", highWaterMark: 0, size: "one" } }, ...strict };
    const pair = make({ far });
    const stream = pair.near.openStream("box");
    const writes = flood(stream.writable.getWriter(), numbers(10));
    expect(await isPending(pair, writes[0] as Promise<void>)).toBe(true);
    for (let i = 0; i < 10; i++) {
      expect((await pair.far.stream("box").read()).chunk).toBe(i);
      await writes[i];
      if (i < 9) expect(await isPending(pair, writes[i + 1] as Promise<void>)).toBe(true);
    }
  });

  test("size() may be highWaterMark's companion for both directions", async (make) => {
    const pair = make({});
    const stream = pair.near.openStream("echo", { highWaterMark: 6, size: (chunk: unknown) => (chunk as number) % 5 });
    expect(await through(stream, numbers(300))).toEqual(numbers(300));
  });

  for (const [name, expected] of Object.entries(wrongWeights)) {
    test(`a sender's size() that goes wrong (${name}) fails the stream at both ends with a ${expected}`, async (make) => {
      const { near, far } = make({});
      const size = sizeOf[name] as () => number;
      const { writable, readable } = near.openStream("puppet", { writableStrategy: { highWaterMark: 10, size } });
      const writer = writable.getWriter();
      const puppet = far.stream("puppet");
      await writer.write("good");
      expect((await puppet.read()).chunk).toBe("good");
      expect(await failure(writer.write("bad"))).toMatchObject({ class: expected });
      expect((await puppet.read()).error).toMatchObject({ class: expected });
      expect(await failure(writer.closed)).toMatchObject({ class: expected });
      // The other direction lives, and so do the other streams.
      await puppet.write("still");
      expect(await readSome(readable.getReader(), 1)).toEqual(["still"]);
      expect(await through(near.openStream("echo"), [1])).toEqual([1]);
    });

    test(`a receiver's size() that goes wrong (${name}) fails the stream at both ends with a ${expected}`, async (make) => {
      const { near, far } = make({ far: { streams: { box: { handler: "puppet", highWaterMark: 10, size: name } } } });
      const { writable, readable } = near.openStream("box");
      const writer = writable.getWriter();
      const puppet = far.stream("box");
      await writer.write("good");
      expect((await puppet.read()).chunk).toBe("good");
      await writer.write("bad");
      expect((await puppet.read()).error).toMatchObject({ class: expected });
      expect(await failure(writer.closed)).toMatchObject({ class: expected });
      await puppet.write("still");
      expect(await readSome(readable.getReader(), 1)).toEqual(["still"]);
      expect(await through(near.openStream("echo"), [1])).toEqual([1]);
    });
  }

  test("ByteLengthQueuingStrategy at the sender: a chunk without a byteLength fails the stream with a RangeError", async (make) => {
    const { near, far, classes } = make({});
    const writableStrategy = new classes.ByteLengthQueuingStrategy({ highWaterMark: 100 });
    const writer = near.openStream("puppet", { writableStrategy }).writable.getWriter();
    await writer.write(bytes(3));
    expect(await rejection(writer.write("text" as never))).toBeInstanceOf(RangeError);
    await far.stream("puppet").read();
    expect((await far.stream("puppet").readerClosed()).error).toMatchObject({ class: "RangeError" });
  });

  test("ByteLengthQueuingStrategy at the receiver: a chunk without a byteLength fails the stream with a RangeError", async (make) => {
    const far = {
      streams: { box: { handler: "puppet", readableStrategy: { standard: "bytes", highWaterMark: 100 } } },
    } as const;
    const pair = make({ far });
    const writer = pair.near.openStream("box").writable.getWriter();
    flood(writer, ["text", "more"]);
    expect(await rejection(writer.closed)).toBeInstanceOf(RangeError);
    expect((await pair.far.stream("box").readerClosed()).error).toMatchObject({ class: "RangeError" });
    expect(await through(pair.near.openStream("echo"), [1])).toEqual([1]);
  });

  test("a total above 2^53 − 1 fails the write with a RangeError", async (make) => {
    const { near, far } = make({});
    const size = (): number => Number.MAX_SAFE_INTEGER;
    const strategy = { highWaterMark: Number.POSITIVE_INFINITY, size };
    const writer = near.openStream("puppet", { writableStrategy: strategy }).writable.getWriter();
    const puppet = far.stream("puppet");
    await writer.write(1);
    expect((await puppet.read()).chunk).toBe(1);
    const [second] = flood(writer, [2]);
    expect(await rejection(second as Promise<void>)).toBeInstanceOf(RangeError);
    expect((await puppet.readerClosed()).error).toMatchObject({ class: "RangeError" });
    expect(await through(near.openStream("echo"), [1])).toEqual([1]);
  });

  test("a size() that writes to its own stream harms nothing", async (make) => {
    const { near, far } = make({});
    let writer: WritableStreamDefaultWriter<unknown> | undefined;
    const size = (chunk: unknown): number => {
      if (chunk === "outer") writer?.write("inner").catch(() => {});
      return 1;
    };
    writer = near.openStream("puppet", { writableStrategy: { highWaterMark: 10, size } }).writable.getWriter();
    await writer.write("outer");
    const seen = await far.stream("puppet").readMany(2);
    expect(seen.sort()).toEqual(["inner", "outer"]);
    await eventually(
      async () => (await far.stream("puppet").stats()).incoming.queued,
      (queued) => queued === 0,
    );
  });
}

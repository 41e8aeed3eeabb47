/** The rule of credit as it shows from outside: how far a sender may go, and when it may go on. */
import { raw } from "sluice/codecs/raw";
import { expect } from "vitest";
import type { Contract } from "./pair.ts";
import {
  box,
  bytes,
  DEFAULT_WINDOW,
  eventually,
  flood,
  isPending,
  numbers,
  readAll,
  readSome,
  started,
  strict,
  through,
} from "./tools.ts";

export function windows({ test }: Contract): void {
  test("without any strategy 1,024 chunks may be on their way unread", async (make) => {
    const pair = make({});
    const stream = pair.near.openStream("puppet");
    flood(stream.writable.getWriter(), numbers(4 * DEFAULT_WINDOW));
    const puppet = pair.far.stream("puppet");
    expect(await started(pair, stream)).toBe(DEFAULT_WINDOW);
    const { incoming } = await puppet.stats();
    expect(incoming).toMatchObject({
      unit: "chunks",
      highWaterMark: DEFAULT_WINDOW,
      queued: DEFAULT_WINDOW,
      chunks: DEFAULT_WINDOW,
      peak: DEFAULT_WINDOW,
      credit: 0,
    });
    const half = 2 * DEFAULT_WINDOW;
    expect(await puppet.readMany(half)).toEqual(numbers(half));
    await eventually(
      () => stream.stats().outgoing.chunks,
      (count) => count > half,
    );
    expect((await puppet.stats()).incoming.peak).toBe(DEFAULT_WINDOW);
  });

  for (const [untrusted, window] of [
    [false, 1024 * 1024],
    [true, 64 * 1024],
  ] as const) {
    const whom = untrusted ? "a remote that is not trusted" : "a trusted remote";
    test(`without any strategy the raw codec may have ${window / 1024} KiB on its way from ${whom}`, async (make) => {
      const pair = make({ untrusted });
      const stream = pair.near.openStream("puppet", { codec: raw() });
      flood(
        stream.writable.getWriter(),
        numbers(2000).map(() => bytes(1024)),
      );
      expect(await started(pair, stream)).toBe(window / 1024);
      expect((await pair.far.stream("puppet").stats()).incoming).toMatchObject({
        unit: "bytes",
        highWaterMark: window,
      });
    });
  }

  test("the receiver's highWaterMark is how many chunks start", async (make) => {
    const pair = make({ far: box(3) });
    const stream = pair.near.openStream("box");
    flood(stream.writable.getWriter(), numbers(20));
    expect(await started(pair, stream)).toBe(3);
    const puppet = pair.far.stream("box");
    expect(await puppet.readMany(20)).toEqual(numbers(20));
    expect((await puppet.stats()).incoming.peak).toBeLessThanOrEqual(3);
  });

  test("the opener's readable has a window of its own", async (make) => {
    const pair = make({});
    const { near, far } = pair;
    const stream = near.openStream("puppet", { readableStrategy: { highWaterMark: 2 } });
    const puppet = far.stream("puppet");
    await puppet.write(0);
    await puppet.write(1);
    const third = puppet.write(2);
    expect(await isPending(pair, third)).toBe(true);
    const reader = stream.readable.getReader();
    expect(await readSome(reader, 2)).toEqual([0, 1]);
    await third;
    expect(await readSome(reader, 1)).toEqual([2]);
    expect(stream.stats().incoming).toMatchObject({ highWaterMark: 2, chunks: 3 });
  });

  test("a sender that waits shows it: ready is pending, and resolves with the credit", async (make) => {
    const pair = make({ far: box(1) });
    const stream = pair.near.openStream("box", { writableStrategy: { highWaterMark: 1 } });
    const writer = stream.writable.getWriter();
    await pair.near.ready;
    await writer.write(0);
    const second = writer.write(1);
    expect(writer.desiredSize).toBe(0);
    expect(await isPending(pair, writer.ready)).toBe(true);
    expect(await isPending(pair, second)).toBe(true);
    await pair.far.stream("box").read();
    await second;
    await writer.ready;
  });

  test("a chunk larger than the window passes, and the next waits for it to be read", async (make) => {
    const pair = make({
      far: { streams: { box: { handler: "puppet", readableStrategy: { standard: "bytes", highWaterMark: 10 } } } },
    });
    const stream = pair.near.openStream("box");
    const writer = stream.writable.getWriter();
    await pair.near.ready;
    await writer.write(bytes(1000));
    const second = writer.write(bytes(1000));
    second.catch(() => {});
    expect(await isPending(pair, second)).toBe(true);
    const puppet = pair.far.stream("box");
    expect((await puppet.read()).chunk).toMatchObject({ byteLength: 1000 });
    await second;
    expect((await puppet.read()).chunk).toMatchObject({ byteLength: 1000 });
  });

  test("ByteLengthQueuingStrategy counts bytes", async (make) => {
    const pair = make({});
    const { near, far, classes } = pair;
    const readableStrategy = new classes.ByteLengthQueuingStrategy({ highWaterMark: 100 });
    const stream = near.openStream("puppet", { readableStrategy });
    const puppet = far.stream("puppet");
    for (let i = 0; i < 10; i++) await puppet.write(bytes(10));
    const next = puppet.write(bytes(10));
    expect(await isPending(pair, next)).toBe(true);
    expect(stream.stats().incoming).toMatchObject({ unit: "bytes", highWaterMark: 100, queued: 10 });
    expect((await puppet.stats()).outgoing).toMatchObject({ unit: "bytes", credit: 0 });
    await readSome(stream.readable.getReader(), 5);
    await next;
  });

  test("CountQueuingStrategy counts chunks, at either end", async (make) => {
    const pair = make({
      far: { streams: { box: { handler: "puppet", readableStrategy: { standard: "count", highWaterMark: 4 } } } },
    });
    const { near, far, classes } = pair;
    const readableStrategy = new classes.CountQueuingStrategy({ highWaterMark: 2 });
    const stream = near.openStream("box", { readableStrategy });
    flood(stream.writable.getWriter(), numbers(20));
    expect(await started(pair, stream)).toBe(4);
    expect((await far.stream("box").stats()).incoming).toMatchObject({ unit: "chunks", highWaterMark: 4 });
    expect(stream.stats().incoming).toMatchObject({ unit: "chunks", highWaterMark: 2 });
  });

  test("◆ what leaves is known chunk by chunk: a light chunk gives little credit back, a heavy one much", async (make) => {
    const far = {
      streams: { box: { handler: "puppet", readableStrategy: { standard: "bytes", highWaterMark: 100 } } },
      ...strict,
    } as const;
    const pair = make({ far });
    const stream = pair.near.openStream("box");
    flood(stream.writable.getWriter(), [bytes(10), bytes(90), bytes(60), bytes(60)]);
    expect(await started(pair, stream)).toBe(2);
    const puppet = pair.far.stream("box");
    await puppet.read();
    expect(await started(pair, stream)).toBe(2);
    expect((await puppet.stats()).incoming.inFlight).toBe(90);
    await puppet.read();
    expect(await started(pair, stream)).toBe(4);
    expect((await puppet.stats()).incoming.inFlight).toBe(120);
  });

  const huge: Readonly<Record<string, (index: number) => unknown>> = {
    chunks: () => bytes(64 * 1024),
    strings: () => "x".repeat(64 * 1024),
    "strings in records": (index) => ({ index, text: "x".repeat(64 * 1024) }),
    "strings deep in records": (index) => ({
      index,
      list: [{ text: { de: "x".repeat(64 * 1024) } }, 1, 2, 3, 4, 5, 6, 7, 8],
    }),
  };
  for (const [what, chunk] of Object.entries(huge)) {
    test(`huge ${what} counted in chunks are bounded in bytes`, async (make) => {
      const pair = make({ far: { limits: { streamBytes: 1024 * 1024 }, ...strict } });
      const stream = pair.near.openStream("puppet");
      flood(stream.writable.getWriter(), numbers(100).map(chunk));
      expect(await started(pair, stream)).toBe(16);
      const puppet = pair.far.stream("puppet");
      expect((await puppet.stats()).incoming.bytes).toBeLessThanOrEqual(1024 * 1024 + 65 * 1024);
      await puppet.readMany(100);
    });
  }

  test("chunks without bytes are bounded too, at 64 bytes each", async (make) => {
    const pair = make({ far: { ...box(10_000), limits: { streamBytes: 64 * 50 } } });
    const stream = pair.near.openStream("box");
    flood(stream.writable.getWriter(), numbers(500));
    expect(await started(pair, stream)).toBe(50);
    expect(await pair.far.stream("box").readMany(500)).toEqual(numbers(500));
  });

  test("a fractional highWaterMark works", async (make) => {
    const pair = make({ far: { streams: { echo: { handler: "echo", highWaterMark: 0.5 } } } });
    expect(await through(pair.near.openStream("echo", { highWaterMark: 1.5 }), numbers(100))).toEqual(numbers(100));
  });

  test("the initial credit lets an opener's first chunks go before it is accepted", async (make) => {
    const pair = make({ far: { incoming: true, initialCredit: { chunks: 3, bytes: 10_000 } } });
    const stream = pair.near.openStream("nobody yet");
    flood(stream.writable.getWriter(), numbers(20));
    expect(await started(pair, stream)).toBe(3);
    await pair.far.takeIncoming("now");
    expect(await pair.far.stream("now").readMany(20)).toEqual(numbers(20));
  });

  test("a stream that nobody reads delays no other, nor a call", async (make) => {
    const pair = make({});
    const stuck = pair.near.openStream("puppet");
    flood(
      stuck.writable.getWriter(),
      numbers(1000).map(() => bytes(1000)),
    );
    await started(pair, stuck);
    expect(await through(pair.near.openStream("echo"), numbers(1000))).toEqual(numbers(1000));
    expect(await pair.near.call("ping")).toBe("pong");
  });

  test("a call inside a stream's own loop is answered", async (make) => {
    const { near } = make({});
    const { readable, writable } = near.openStream("source", { metadata: { count: 1000 } });
    let seen = 0;
    for await (const _ of readable) if (++seen % 50 === 0) expect(await near.call("echo", { seen })).toEqual({ seen });
    await writable.close();
    expect(seen).toBe(1000);
  });

  test("a reader slower than the writer gets everything, within its window", async (make) => {
    const pair = make({});
    const stream = pair.near.openStream("source", { metadata: { count: 2000, size: 100 }, highWaterMark: 16 });
    await stream.writable.close();
    const all = await readAll(stream.readable);
    expect(all.length).toBe(2000);
    expect(stream.stats().incoming.peak).toBeLessThanOrEqual(16);
  });
}

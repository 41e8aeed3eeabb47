/** The two ends of the scale: pure pull, and no window at all. */
import { expect } from "vitest";
import type { Contract } from "./pair.ts";
import { box, eventually, flood, isPending, numbers, quiet, started, strict, through } from "./tools.ts";

export function pullAndUnlimited({ test }: Contract): void {
  test("highWaterMark 0 is pure pull: one chunk for each read", async (make) => {
    const pair = make({});
    const stream = pair.near.openStream("puppet", { readableStrategy: { highWaterMark: 0 } });
    const puppet = pair.far.stream("puppet");
    const reader = stream.readable.getReader();
    for (let i = 0; i < 5; i++) {
      const write = puppet.write(i);
      expect(await isPending(pair, write)).toBe(true);
      expect(await reader.read()).toEqual({ done: false, value: i });
      await write;
    }
    expect(stream.stats().incoming).toMatchObject({ highWaterMark: 0, chunks: 5, queued: 0 });
  });

  test("◆ highWaterMark 0: a second pending read is granted after the first was filled", async (make) => {
    const pair = make({ far: box(0) });
    const stream = pair.near.openStream("box", { readableStrategy: { highWaterMark: 0 } });
    const puppet = pair.far.stream("box");
    const reader = stream.readable.getReader();
    const reads = [reader.read(), reader.read(), reader.read()];
    const farReads = [puppet.read(), puppet.read(), puppet.read()];
    await quiet(pair);
    const writer = stream.writable.getWriter();
    for (let i = 0; i < 3; i++) {
      await puppet.write(i);
      await writer.write(i);
    }
    expect(await Promise.all(reads)).toEqual(numbers(3).map((value) => ({ done: false, value })));
    expect((await Promise.all(farReads)).map(({ chunk }) => chunk)).toEqual(numbers(3));
  });

  test("highWaterMark 0 on all four ends moves 300 chunks, and ends", async (make) => {
    const pair = make({ far: { streams: { echo: { handler: "echo", highWaterMark: 0 } }, ...strict } });
    const stream = pair.near.openStream("echo", { highWaterMark: 0 });
    expect(await through(stream, numbers(300))).toEqual(numbers(300));
  });

  test("highWaterMark 0: a stream without a chunk ends without a read", async (make) => {
    const pair = make({ far: box(0) });
    const { writable } = pair.near.openStream("box");
    await writable.close();
    expect(await pair.far.stream("box").read()).toEqual({ done: true });
  });

  test("highWaterMark ∞ lets everything start", async (make) => {
    const pair = make({ far: box(Number.POSITIVE_INFINITY) });
    const stream = pair.near.openStream("box");
    await Promise.all(flood(stream.writable.getWriter(), numbers(5000)));
    const { incoming } = await eventually(
      () => pair.far.stream("box").stats(),
      ({ incoming: { queued } }) => queued === 5000,
    );
    expect(incoming.highWaterMark).toBe(Number.POSITIVE_INFINITY);
  });

  test("highWaterMark ∞ is clamped to limits.window", async (make) => {
    const far = { ...box(Number.POSITIVE_INFINITY), limits: { window: 100 } };
    const pair = make({ far });
    const stream = pair.near.openStream("box", { writableStrategy: { highWaterMark: Number.POSITIVE_INFINITY } });
    flood(stream.writable.getWriter(), numbers(500));
    expect(await started(pair, stream)).toBe(100);
    expect(await pair.far.stream("box").readMany(500)).toEqual(numbers(500));
  });

  test("a sender's highWaterMark ∞ is clamped to the receiver's limits.window", async (make) => {
    const pair = make({ far: { limits: { window: 100 }, ...strict } });
    const stream = pair.near.openStream("puppet", { highWaterMark: Number.POSITIVE_INFINITY });
    flood(stream.writable.getWriter(), numbers(500));
    expect(await started(pair, stream)).toBe(100);
  });
}

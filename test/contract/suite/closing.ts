/** Closing: what `close()` waits for and what interrupts it; and that what has arrived is never taken back. */
import { expect } from "vitest";
import { makeReason } from "../../fixtures/values.mjs";
import { blocked } from "./blocked.ts";
import type { Contract } from "./pair.ts";
import { eventually, flood, isPending, numbers, quiet, readAll, readSome, rejection, withCode } from "./tools.ts";

export function closing({ test }: Contract): void {
  test("◆ close() that waits for the far side races the signal, and reports stream-error", async (make) => {
    const pair = make({ far: { late: true } });
    const controller = new AbortController();
    const { writable } = pair.near.openStream("puppet", { signal: controller.signal });
    const close = writable.close();
    expect(await isPending(pair, close)).toBe(true);
    controller.abort(makeReason("coded"));
    expect(await rejection(close)).toEqual(withCode("E_MINE"));
  });

  test("◆ close() that waits for the far side is interrupted by writer.abort()", async (make) => {
    const pair = make({ far: { late: true } });
    const writer = pair.near.openStream("puppet").writable.getWriter();
    const closed = rejection(writer.closed);
    const close = rejection(writer.close());
    await quiet(pair);
    const abort = writer.abort(makeReason("coded"));
    expect(await close).toEqual(withCode("E_MINE"));
    await abort.catch(() => {});
    expect(await closed).toEqual(withCode("E_MINE"));
    await pair.far.start();
    expect((await pair.far.stream("puppet").read()).error).toMatchObject({ code: "E_MINE" });
  });

  test("close() behind a write that waits is interrupted by writer.abort()", async (make) => {
    const pair = await blocked(make);
    const close = rejection(pair.writer.close());
    await quiet(pair);
    await pair.writer.abort(makeReason("coded"));
    expect(await close).toEqual(withCode("E_MINE"));
    expect((await pair.far.stream("box").readerClosed()).error).toMatchObject({ code: "E_MINE" });
  });

  test("close() that waits settles on loss of the channel", async (make) => {
    const pair = make({ far: { late: true } });
    const close = rejection(pair.near.openStream("puppet").writable.close());
    await quiet(pair);
    await pair.kill();
    expect(await close).toEqual(withCode("CONNECTION_LOST"));
  });

  test("close() waits until the far side has everything, not until it is read", async (make) => {
    const { near, far } = make({});
    const stream = near.openStream("puppet");
    const writer = stream.writable.getWriter();
    for (let i = 0; i < 10; i++) await writer.write(i);
    await writer.close();
    const puppet = far.stream("puppet");
    expect((await puppet.stats()).incoming).toMatchObject({ state: "ended", chunks: 10 });
    expect(await puppet.readMany(10)).toEqual(numbers(10));
    expect(await puppet.read()).toEqual({ done: true });
  });

  test("close() waits for all chunks that still wait for credit", async (make) => {
    const pair = make({ far: { streams: { box: { handler: "puppet", highWaterMark: 1 } } } });
    const writer = pair.near.openStream("box").writable.getWriter();
    flood(writer, numbers(10));
    const close = writer.close();
    expect(await isPending(pair, close)).toBe(true);
    expect(await pair.far.stream("box").readMany(10)).toEqual(numbers(10));
    await close;
  });

  test("◆ a direction whose end has arrived is read to its end after loss of the channel", async (make) => {
    const { near, far, kill } = make({ freshFar: true });
    const stream = near.openStream("puppet");
    const puppet = far.stream("puppet");
    for (let i = 0; i < 100; i++) await puppet.write(i);
    await puppet.close();
    await eventually(
      () => stream.stats().incoming.state,
      (state) => state === "ended",
    );
    const writer = stream.writable.getWriter();
    await kill();
    expect(await rejection(near.closed)).toEqual(withCode("CONNECTION_LOST"));
    expect(await rejection(writer.closed)).toEqual(withCode("CONNECTION_LOST"));
    expect(await readAll(stream.readable)).toEqual(numbers(100));
  });

  test("◆ a direction whose end has arrived is read to its end after an abort of the stream, or of the channel", async (make) => {
    for (const whole of [true, false]) {
      const { near, far } = make({});
      const stream = near.openStream("puppet");
      const puppet = far.stream("puppet");
      for (let i = 0; i < 10; i++) await puppet.write(i);
      await puppet.close();
      await eventually(
        () => stream.stats().incoming.state,
        (state) => state === "ended",
      );
      if (whole) near.abort(makeReason("coded"));
      else stream.abort(makeReason("coded"));
      expect(await readAll(stream.readable)).toEqual(numbers(10));
      expect(await rejection(stream.writable.getWriter().closed)).toEqual(withCode("E_MINE"));
    }
  });

  test("a direction without an end errors on loss of the channel, and what was read is a prefix", async (make) => {
    const { near, far, kill } = make({ freshFar: true });
    const stream = near.openStream("puppet");
    const puppet = far.stream("puppet");
    for (let i = 0; i < 10; i++) await puppet.write(i);
    const reader = stream.readable.getReader();
    expect(await readSome(reader, 5)).toEqual(numbers(5));
    await kill();
    expect(await rejection(reader.closed)).toEqual(withCode("CONNECTION_LOST"));
    expect(await rejection(reader.read())).toEqual(withCode("CONNECTION_LOST"));
  });
}

/** How streams end: close, abort, cancel and error, each direction by itself. */
import { expect } from "vitest";
import { makeReason } from "../../fixtures/values.mjs";
import type { Contract } from "./pair.ts";
import {
  eventually,
  failure,
  flood,
  isPending,
  noStreamsLeft,
  numbers,
  quiet,
  readAll,
  reason,
  through,
} from "./tools.ts";

export function ending({ test }: Contract): void {
  test("each direction closes by itself", async (make) => {
    const { near, far } = make({});
    const { readable, writable } = near.openStream("puppet");
    const puppet = far.stream("puppet");
    await writable.close();
    expect(await puppet.read()).toEqual({ done: true });
    await puppet.write("still open");
    await puppet.close();
    expect(await readAll(readable)).toEqual(["still open"]);
  });

  test("writer.closed and reader.closed resolve once the stream is done", async (make) => {
    const { near, far } = make({});
    const { readable, writable } = near.openStream("echo");
    const [writer, reader] = [writable.getWriter(), readable.getReader()];
    await writer.close();
    await writer.closed;
    expect(await reader.read()).toEqual({ done: true, value: undefined });
    await reader.closed;
    await noStreamsLeft({ near, far } as never);
  });

  test("an abort errors the far side's readable with the reason, and leaves the other direction alone", async (make) => {
    const { near, far } = make({});
    const { readable, writable } = near.openStream("puppet");
    const puppet = far.stream("puppet");
    const writer = writable.getWriter();
    await writer.write(1);
    await puppet.read();
    await writer.abort(makeReason("caused"));
    expect((await puppet.read()).error).toEqual(reason("caused"));
    expect(await failure(writer.write(2))).toEqual(reason("caused"));
    await puppet.write("alive");
    await puppet.close();
    expect(await readAll(readable)).toEqual(["alive"]);
  });

  test("an abort at the far side errors our readable, and leaves our writable alone", async (make) => {
    const { near, far } = make({});
    const { readable, writable } = near.openStream("puppet");
    const puppet = far.stream("puppet");
    await puppet.abort("caused");
    expect(await failure(readable.getReader().read())).toEqual(reason("caused"));
    const writer = writable.getWriter();
    await writer.write("alive");
    await writer.close();
    expect(await puppet.readMany(1)).toEqual(["alive"]);
    expect(await puppet.read()).toEqual({ done: true });
  });

  test("a cancel errors the far side's writable with the reason, and leaves the other direction alone", async (make) => {
    const { near, far } = make({});
    const { readable, writable } = near.openStream("puppet");
    const puppet = far.stream("puppet");
    await puppet.write(1);
    await readable.cancel(makeReason("coded"));
    expect((await puppet.writerClosed()).error).toEqual(reason("coded"));
    expect((await puppet.write(2)).error).toEqual(reason("coded"));
    await writable.getWriter().write("alive");
    expect((await puppet.read()).chunk).toBe("alive");
  });

  test("a cancel at the far side errors our writable, and leaves our readable alone", async (make) => {
    const { near, far } = make({});
    const { readable, writable } = near.openStream("puppet");
    const puppet = far.stream("puppet");
    const writer = writable.getWriter();
    await writer.write(1);
    await puppet.cancel("coded");
    expect(await failure(writer.closed)).toEqual(reason("coded"));
    await puppet.write("alive");
    await puppet.close();
    expect(await readAll(readable)).toEqual(["alive"]);
  });

  test("stream.abort(reason) errors both directions at both ends", async (make) => {
    const { near, far } = make({});
    const stream = near.openStream("puppet");
    const puppet = far.stream("puppet");
    const [writer, reader] = [stream.writable.getWriter(), stream.readable.getReader()];
    await writer.write(1);
    await puppet.read();
    stream.abort(makeReason("AggregateError"));
    for (const settled of [writer.closed, reader.closed, writer.write(2), reader.read()]) {
      expect(await failure(settled)).toEqual(reason("AggregateError"));
    }
    expect((await puppet.readerClosed()).error).toEqual(reason("AggregateError"));
    expect((await puppet.writerClosed()).error).toEqual(reason("AggregateError"));
  });

  test("stream.abort() has an AbortError as its reason", async (make) => {
    const { near, far } = make({});
    const stream = near.openStream("puppet");
    await far.stream("puppet").describe();
    stream.abort();
    expect(await failure(stream.readable.getReader().read())).toMatchObject({
      class: "DOMException",
      name: "AbortError",
    });
    expect((await far.stream("puppet").writerClosed()).error).toMatchObject({ name: "AbortError" });
  });

  test("stream.abort() at the far side errors both directions here", async (make) => {
    const { near, far } = make({});
    const { readable, writable } = near.openStream("puppet");
    await far.stream("puppet").abortStream("coded");
    expect(await failure(readable.getReader().read())).toEqual(reason("coded"));
    expect(await failure(writable.getWriter().closed)).toEqual(reason("coded"));
  });

  test("an abort throws away what waits for credit, here and at the far side", async (make) => {
    const pair = make({ far: { streams: { box: { handler: "puppet", highWaterMark: 2 } } } });
    const writer = pair.near.openStream("box").writable.getWriter();
    const writes = flood(writer, numbers(10));
    await pair.near.ready;
    await writes[1];
    await quiet(pair);
    await writer.abort(makeReason("coded"));
    for (const write of writes.slice(2)) expect(await failure(write)).toEqual(reason("coded"));
    const puppet = pair.far.stream("box");
    expect((await puppet.readerClosed()).error).toEqual(reason("coded"));
    expect((await puppet.read()).error).toEqual(reason("coded"));
  });

  test("an abort after the close has arrived changes nothing", async (make) => {
    const { near, far } = make({});
    const { writable } = near.openStream("puppet");
    const writer = writable.getWriter();
    await writer.write(1);
    await writer.close();
    await writer.abort(makeReason("coded")).catch(() => {});
    expect((await far.stream("puppet").read()).chunk).toBe(1);
    expect(await far.stream("puppet").read()).toEqual({ done: true });
  });

  test("a cancel after the end has arrived harms nobody", async (make) => {
    const pair = make({});
    const stream = pair.near.openStream("puppet");
    const puppet = pair.far.stream("puppet");
    await puppet.write(1);
    expect(await puppet.close()).toEqual({});
    await eventually(
      () => stream.stats().incoming.state,
      (state) => state === "ended",
    );
    await stream.readable.cancel("too late");
    await stream.writable.close();
    expect(await puppet.read()).toEqual({ done: true });
    await puppet.letGo();
    await noStreamsLeft(pair);
  });

  test("aborting and cancelling twice, or everything, is harmless", async (make) => {
    const pair = make({});
    const stream = pair.near.openStream("puppet");
    const writer = stream.writable.getWriter();
    await writer.write(1);
    stream.abort("one");
    stream.abort("two");
    await writer.abort("three").catch(() => {});
    await stream.readable.cancel("four").catch(() => {});
    expect(await failure(writer.closed)).toEqual({ value: "one" });
    await pair.far.stream("puppet").letGo();
    await noStreamsLeft(pair);
    expect(await through(pair.near.openStream("echo"), [1])).toEqual([1]);
  });

  test("a stream that waits at both sides is pending, and no error", async (make) => {
    const pair = make({});
    const { readable, writable } = pair.near.openStream("puppet");
    const read = readable.getReader().read();
    const farRead = pair.far.stream("puppet").read();
    expect(await isPending(pair, Promise.race([read, farRead]))).toBe(true);
    await writable.close();
    await pair.far.stream("puppet").close();
    expect(await read).toEqual({ done: true, value: undefined });
    expect(await farRead).toEqual({ done: true });
  });
}

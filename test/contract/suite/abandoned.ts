/** What a handler leaves behind: abandoned streams, and those that it has taken care of. Handlers that throw. */
import { StreamError } from "sluice";
import { expect } from "vitest";
import type { Contract } from "./pair.ts";
import {
  failure,
  isPending,
  noStreamsLeft,
  numbers,
  readAll,
  readSome,
  reason,
  rejection,
  through,
  withCode,
  writeAll,
} from "./tools.ts";

const ABANDONED = withCode("STREAM_ABANDONED");

export function abandoned({ test }: Contract): void {
  test("a handler that returns without touching its stream abandons both directions", async (make) => {
    const pair = make({});
    const { readable, writable } = pair.near.openStream("abandon");
    const error = await rejection(readable.getReader().read());
    expect(error).toBeInstanceOf(StreamError);
    expect(error).toEqual(ABANDONED);
    expect(await rejection(writable.getWriter().closed)).toEqual(ABANDONED);
    await noStreamsLeft(pair);
  });

  test("a write to a stream that was abandoned rejects with STREAM_ABANDONED", async (make) => {
    const { near, classes } = make({});
    const source = new classes.ReadableStream({ pull: (controller) => controller.enqueue("x") });
    expect(await rejection(source.pipeTo(near.openStream("abandon").writable))).toEqual(ABANDONED);
  });

  test("a handler that stops in the middle, and gives its reader back, abandons the rest", async (make) => {
    const { near } = make({});
    const { readable, writable } = near.openStream("abandonAfter", { metadata: { count: 3 } });
    const writer = writable.getWriter();
    for (let i = 0; i < 3; i++) await writer.write(i);
    expect(await rejection(writer.closed)).toEqual(ABANDONED);
    expect(await rejection(readable.getReader().read())).toEqual(ABANDONED);
  });

  test("a handler that has only read abandons the other direction, and the writer is told that all arrived", async (make) => {
    const pair = make({});
    const { readable, writable } = pair.near.openStream("readOnly");
    await writeAll(writable, numbers(100));
    expect(await rejection(readable.getReader().read())).toEqual(ABANDONED);
    await noStreamsLeft(pair);
  });

  test("a handler that has only written abandons the other direction, and all it wrote arrives", async (make) => {
    const { near } = make({});
    const { readable, writable } = near.openStream("writeOnly");
    expect(await readAll(readable)).toEqual(["only"]);
    expect(await rejection(writable.getWriter().closed)).toEqual(ABANDONED);
  });

  test("a handler that leaves a pipe running, without its promise, has not abandoned it", async (make) => {
    const { near } = make({});
    expect(await through(near.openStream("pipeAndReturn"), numbers(1000))).toEqual(numbers(1000));
  });

  test("a handler that has closed its writable, without waiting, loses nothing of what it wrote", async (make) => {
    const { near } = make({});
    for (const count of [1, 1000]) {
      const { readable } = near.openStream("closeAndReturn", { metadata: { count } });
      expect(await readAll(readable)).toEqual(numbers(count));
    }
  });

  test("a handler that gave a reason of its own is believed", async (make) => {
    const { near } = make({});
    const { readable, writable } = near.openStream("abortAndReturn", { metadata: { reason: "coded" } });
    expect(await failure(readable.getReader().read())).toEqual(reason("coded"));
    expect(await failure(writable.getWriter().closed)).toEqual(reason("coded"));
  });

  test("a handler keeps its stream as long as its promise is pending", async (make) => {
    const pair = make({});
    const { readable } = pair.near.openStream("puppet");
    const read = readable.getReader().read();
    await pair.far.stream("puppet").describe();
    expect(await isPending(pair, read)).toBe(true);
    await pair.far.stream("puppet").letGo();
    expect(await rejection(read)).toEqual(ABANDONED);
  });

  test("a handler that settles with one side locked has abandoned only the other", async (make) => {
    const pair = make({});
    const { readable, writable } = pair.near.openStream("puppet");
    const puppet = pair.far.stream("puppet");
    await puppet.write("locked");
    await puppet.letGo();
    expect(await rejection(writable.getWriter().closed)).toEqual(ABANDONED);
    await puppet.write("still");
    await puppet.close();
    expect(await readAll(readable)).toEqual(["locked", "still"]);
  });

  test("a stream from incomingStreams has no handler that could abandon it", async (make) => {
    const pair = make({ far: { incoming: true } });
    const { readable } = pair.near.openStream("kept");
    await pair.far.takeIncoming("kept");
    const read = readable.getReader().read();
    expect(await isPending(pair, read)).toBe(true);
    await pair.far.stream("kept").write(1);
    expect((await read).value).toBe(1);
  });

  test("a handler that throws, or rejects, before it used its stream fails both directions with that reason", async (make) => {
    const pair = make({});
    for (const name of ["throwBefore", "rejectBefore"]) {
      const { readable, writable } = pair.near.openStream(name, { metadata: { reason: "caused" } });
      expect(await failure(readable.getReader().read())).toEqual(reason("caused"));
      expect(await failure(writable.getWriter().closed)).toEqual(reason("caused"));
    }
    await noStreamsLeft(pair);
    expect(await through(pair.near.openStream("echo"), [1])).toEqual([1]);
  });

  test("a handler that throws after it used its stream fails both directions with that reason", async (make) => {
    const pair = make({});
    const { readable, writable } = pair.near.openStream("throwAfter", { metadata: { count: 3, reason: "coded" } });
    const reader = readable.getReader();
    const writer = writable.getWriter();
    writer.closed.catch(() => {});
    expect(await readSome(reader, 3)).toEqual(numbers(3));
    for (let i = 0; i < 3; i++) await writer.write(i);
    expect(await failure(reader.read())).toEqual(reason("coded"));
    expect(await failure(writer.closed)).toEqual(reason("coded"));
    await noStreamsLeft(pair);
  });

  test("a handler that throws in its loop over the stream fails both directions with that reason", async (make) => {
    const pair = make({});
    const { readable, writable } = pair.near.openStream("throwInLoop", { metadata: { reason: "caused" } });
    const writer = writable.getWriter();
    writer.closed.catch(() => {});
    await writer.write("one").catch(() => {});
    expect(await failure(writer.closed)).toEqual(reason("caused"));
    expect(await failure(readable.getReader().read())).toEqual(reason("caused"));
    await noStreamsLeft(pair);
  });

  test("a handler that breaks out of its loop cancels without a reason", async (make) => {
    const pair = make({});
    const { readable, writable } = pair.near.openStream("stopAfter", { metadata: { key: "break", count: 1 } });
    const writer = writable.getWriter();
    await writer.write("one").catch(() => {});
    expect(
      await writer.closed.then(
        () => "closed",
        (error) => ({ error }),
      ),
    ).toEqual({ error: undefined });
    expect(await readAll(readable)).toEqual([]);
    await noStreamsLeft(pair);
  });

  test("a handler that throws fails its stream although both sides are locked", async (make) => {
    const { near, far } = make({});
    const { readable, writable } = near.openStream("puppet");
    const puppet = far.stream("puppet");
    const farRead = puppet.read();
    await puppet.write(1);
    await puppet.failWith("coded");
    expect(await failure(writable.getWriter().closed)).toEqual(reason("coded"));
    const reader = readable.getReader();
    expect(await failure((async () => void (await readSome(reader, 2)))())).toEqual(reason("coded"));
    expect((await farRead).error).toEqual(reason("coded"));
  });

  test("a handler that throws after its stream has ended well harms nothing", async (make) => {
    const pair = make({});
    const { readable, writable } = pair.near.openStream("puppet");
    const puppet = pair.far.stream("puppet");
    await writable.close();
    await puppet.write("all");
    await puppet.close();
    expect(await puppet.read()).toEqual({ done: true });
    await puppet.failWith("coded");
    expect(await readAll(readable)).toEqual(["all"]);
    await noStreamsLeft(pair);
    await pair.near.close();
  });
}

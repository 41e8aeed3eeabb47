/** How streams are opened, met, refused, and how many there may be. */
import type { ChannelStream } from "sluice";
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
  rejection,
  through,
  withCode,
  writeAll,
} from "./tools.ts";

export function opening({ test }: Contract): void {
  test("a stream opened before the far side is there is met when it comes, with all that was written", async (make) => {
    const { near, far } = make({ far: { late: true } });
    const stream = near.openStream("echo");
    const back = through(stream, numbers(500));
    const call = near.call("ping");
    expect(stream.id).toBe(-1);
    await far.start();
    expect(await back).toEqual(numbers(500));
    expect(await call).toBe("pong");
  });

  test("streams opened before the far side is there are met in their order", async (make) => {
    const { near, far } = make({ far: { late: true } });
    for (const i of numbers(20)) near.openStream("puppet", { metadata: { key: `k${i}` } });
    await far.start();
    await far.stream("k19").describe();
    expect(await far.taken()).toEqual(numbers(20).map((i) => `k${i}`));
  });

  test("a stream closed, cancelled or aborted before the far side is there says so when it comes", async (make) => {
    const pair = make({ far: { late: true } });
    const { near, far } = pair;
    const open = (key: string): ChannelStream => near.openStream("puppet", { metadata: { key } });
    const closed = open("closed");
    const writer = closed.writable.getWriter();
    const writes = flood(writer, [1, 2]);
    const close = writer.close();
    await open("cancelled").readable.cancel(makeReason("coded"));
    await open("aborted").writable.abort(makeReason("coded"));
    open("both").abort(makeReason("coded"));
    await far.start();
    await Promise.all([...writes, close]);
    expect(await far.stream("closed").readMany(2)).toEqual([1, 2]);
    expect(await far.stream("closed").read()).toEqual({ done: true });
    expect((await far.stream("cancelled").writerClosed()).error).toEqual(reason("coded"));
    expect((await far.stream("aborted").read()).error).toEqual(reason("coded"));
    // What was given up as a whole need not even be told of.
    await quiet(pair);
    if ((await far.taken()).includes("both")) {
      expect((await far.stream("both").read()).error).toEqual(reason("coded"));
    }
  });

  test("streams have ids of their own, odd at one end and even at the other", async (make) => {
    const { near, far } = make({});
    await near.ready;
    await far.ready();
    const ours = numbers(5).map(() => near.openStream("puppet", { metadata: { key: "x" } }).id);
    for (const i of numbers(5)) far.open(`far ${i}`, "nobody");
    const theirs = await Promise.all(numbers(5).map(async (i) => (await far.stream(`far ${i}`).describe()).id));
    expect(new Set([...ours, ...theirs]).size).toBe(10);
    expect(new Set(ours.map((id) => id % 2)).size).toBe(1);
    expect(new Set(theirs.map((id) => id % 2)).size).toBe(1);
    expect((ours[0] as number) % 2).not.toBe((theirs[0] as number) % 2);
  });

  test("a name that nobody has is refused with STREAM_NOT_FOUND, in both directions", async (make) => {
    const { near } = make({});
    const { readable, writable, signal } = near.openStream("no such name");
    const error = await rejection(readable.getReader().read());
    expect(error).toEqual(withCode("STREAM_NOT_FOUND"));
    expect((error as Error).message).toContain("no such name");
    expect(await rejection(writable.getWriter().closed)).toEqual(withCode("STREAM_NOT_FOUND"));
    expect(signal.reason).toEqual(withCode("STREAM_NOT_FOUND"));
    expect(await through(near.openStream("echo"), [1])).toEqual([1]);
  });

  test("a stream without a name is refused if nobody takes it", async (make) => {
    const { near } = make({});
    expect(await rejection(near.openStream().readable.getReader().read())).toEqual(withCode("STREAM_NOT_FOUND"));
  });

  test("a write that waits is refused with STREAM_NOT_FOUND", async (make) => {
    const { near, classes } = make({ far: { initialCredit: { chunks: 0, bytes: 0 } } });
    const source = new classes.ReadableStream({ pull: (controller) => controller.enqueue("x") });
    expect(await rejection(source.pipeTo(near.openStream("nobody").writable))).toEqual(withCode("STREAM_NOT_FOUND"));
    expect(await rejection(near.openStream("nobody").writable.close())).toEqual(withCode("STREAM_NOT_FOUND"));
  });

  test("names of members of Object.prototype are not found", async (make) => {
    const { near } = make({});
    for (const name of ["toString", "constructor", "__proto__", "hasOwnProperty", "then"]) {
      const { readable } = near.openStream(name);
      expect(await rejection(readable.getReader().read())).toEqual(withCode("STREAM_NOT_FOUND"));
    }
  });

  test("streams that no handler is named for come in incomingStreams, in order", async (make) => {
    const { near, far } = make({ far: { incoming: true } });
    for (const i of numbers(10)) near.openStream(`s${i}`, { metadata: { i } });
    for (const i of numbers(10))
      expect(await far.takeIncoming()).toEqual({ done: false, name: `s${i}`, metadata: { i } });
  });

  test("a stream without a name comes in incomingStreams, and works", async (make) => {
    const { near, far } = make({ far: { incoming: true } });
    const { readable, writable } = near.openStream();
    expect(await far.takeIncoming("anonymous")).toMatchObject({ name: "" });
    const puppet = far.stream("anonymous");
    await writable.getWriter().write("hello");
    expect((await puppet.read()).chunk).toBe("hello");
    await puppet.write("back");
    await puppet.close();
    expect(await readAll(readable)).toEqual(["back"]);
  });

  test('a handler of the name "" takes streams without a name', async (make) => {
    const { near } = make({ far: { streams: { "": { handler: "echo" } } } });
    expect(await through(near.openStream(), [1])).toEqual([1]);
  });

  test("a reader of incomingStreams that waits gets the next stream", async (make) => {
    const pair = make({ far: { incoming: true } });
    const next = pair.far.takeIncoming();
    expect(await isPending(pair, next)).toBe(true);
    pair.near.openStream("late");
    expect(await next).toMatchObject({ name: "late" });
  });

  test("incomingStreams that was cancelled refuses those that wait with its reason, and later ones", async (make) => {
    const pair = make({ far: { incoming: true } });
    const { near, far } = pair;
    const waits = near.openStream("waits").readable.getReader();
    await near.ready;
    await quiet(pair);
    await far.cancelIncoming("coded");
    expect(await failure(waits.read())).toEqual(reason("coded"));
    expect(await rejection(near.openStream("later").readable.getReader().read())).toEqual(withCode("STREAM_NOT_FOUND"));
    expect(await through(near.openStream("echo"), [1])).toEqual([1]);
  });

  test("incomingStreams ends when the channel is closed", async (make) => {
    const { near, far } = make({ far: { incoming: true } });
    await near.ready;
    const next = far.takeIncoming();
    await near.close();
    expect(await next).toEqual({ done: true });
  });

  test("the far side opens streams as well: handlers, incomingStreams and refusals", async (make) => {
    const taken: ChannelStream[] = [];
    const { near, far } = make({
      near: {
        streams: {
          keep: (stream) => {
            taken.push(stream);
            return new Promise(() => {});
          },
        },
      },
    });
    const incoming = near.incomingStreams.getReader();
    const kept = far.open("kept", "keep");
    await kept.write("to the handler");
    await eventually(
      () => taken.length,
      (count) => count === 1,
    );
    expect((await taken[0]?.readable.getReader().read())?.value).toBe("to the handler");
    const unnamed = far.open("unnamed", "whatever");
    const { value } = await incoming.read();
    expect(value?.name).toBe("whatever");
    await value?.writable.getWriter().write("back");
    expect((await unnamed.read()).chunk).toBe("back");
    await incoming.cancel();
    const refused = far.open("refused", "nobody");
    expect((await refused.read()).error).toMatchObject({ class: "StreamError", code: "STREAM_NOT_FOUND" });
  });

  test("a remote that may have 3 streams open gets 3: the others wait here, and can be given up", async (make) => {
    const pair = make({ far: { limits: { streams: 3 } } });
    const { near, far } = pair;
    await near.ready;
    const streams = numbers(6).map((i) => near.openStream("puppet", { metadata: { key: `k${i}` } }));
    await quiet(pair);
    expect(await far.taken()).toEqual(["k0", "k1", "k2"]);
    const fourth = streams[3]?.writable.getWriter() as WritableStreamDefaultWriter;
    const write = fourth.write("early");
    expect(await isPending(pair, write)).toBe(true);
    streams[4]?.abort(makeReason("coded"));
    expect(await failure((streams[4] as ChannelStream).readable.getReader().read())).toEqual(reason("coded"));
    streams[0]?.abort("done");
    await far.stream("k0").letGo();
    await write;
    expect((await far.stream("k3").read()).chunk).toBe("early");
    await far.stream("k1").letGo();
    await far.stream("k5").describe();
    expect(await far.taken()).toEqual(["k0", "k1", "k2", "k3", "k5"]);
  });

  test("more streams than may wait unaccepted are none the worse for it: the excess waits at its own side", async (make) => {
    const { near, far } = make({ far: { incoming: true, limits: { unaccepted: 16 } } });
    const writes = numbers(40).map((i) => writeAll(near.openStream(`s${i}`).writable, [i]));
    for (const write of writes) write.catch(() => {});
    for (const i of numbers(40)) {
      expect(await far.takeIncoming()).toMatchObject({ done: false, name: `s${i}` });
      expect((await far.stream(`s${i}`).read()).chunk).toBe(i);
    }
    await Promise.all(writes);
  });

  test("300 streams opened at once, that are taken one by one, all work", async (make) => {
    const pair = make({ far: { incoming: true } });
    const { near, far } = pair;
    const writes = numbers(300).map((i) => writeAll(near.openStream(`s${i}`).writable, [i]));
    for (const write of writes) write.catch(() => {});
    await near.ready;
    await quiet(pair);
    for (const i of numbers(300)) {
      await far.takeIncoming();
      expect((await far.stream(`s${i}`).read()).chunk).toBe(i);
    }
    await Promise.all(writes);
  });

  test("nothing is left of streams that were refused", async (make) => {
    const pair = make({});
    const refused = numbers(50).map(() => rejection(pair.near.openStream("nobody").readable.getReader().read()));
    for (const error of await Promise.all(refused)) expect(error).toEqual(withCode("STREAM_NOT_FOUND"));
    await noStreamsLeft(pair);
  });
}

/** How pipes and loops end a stream, and how a stream ends them; endings before anybody took it; its own signal. */
import { expect } from "vitest";
import { makeReason } from "../../fixtures/values.mjs";
import type { Contract } from "./pair.ts";
import { failure, quiet, readAll, reason, rejection, through, withCode } from "./tools.ts";

export function pipes({ test }: Contract): void {
  test("a source that fails in a pipe fails the far side with its reason", async (make) => {
    const { near, far, classes } = make({});
    const { writable } = near.openStream("collect", { metadata: { key: "all" } });
    let count = 0;
    const source = new classes.ReadableStream(
      {
        pull(controller) {
          if (count < 10) controller.enqueue(count++);
          else controller.error(makeReason("caused"));
        },
      },
      { highWaterMark: 0 },
    );
    expect(await failure(source.pipeTo(writable))).toEqual(reason("caused"));
    expect((await far.report("all")).error).toEqual(reason("caused"));
  });

  test("a sink that fails in a pipe cancels the far side with its reason", async (make) => {
    const { near, far, classes } = make({});
    const { readable } = near.openStream("puppet");
    const sink = new classes.WritableStream({
      write() {
        throw makeReason("TypeError");
      },
    });
    const pipe = failure(readable.pipeTo(sink));
    await far.stream("puppet").write(1);
    expect(await pipe).toEqual(reason("TypeError"));
    expect((await far.stream("puppet").writerClosed()).error).toEqual(reason("TypeError"));
  });

  test("breaking out of a for await loop stops the producer", async (make) => {
    const { near, far } = make({});
    const { readable } = near.openStream("puppet");
    const puppet = far.stream("puppet");
    for (let i = 0; i < 10; i++) await puppet.write(i);
    let seen = 0;
    for await (const _ of readable) if (++seen === 5) break;
    expect((await puppet.writerClosed()).error).toEqual(reason("undefined"));
    expect((await puppet.write("more")).error).toBeDefined();
  });

  test("a far side that breaks out of its loop stops our writes", async (make) => {
    const { near, far, classes } = make({});
    const { writable, readable } = near.openStream("stopAfter", { metadata: { key: "k", count: 5 } });
    let cancelled = false;
    const source = new classes.ReadableStream({
      pull: (controller) => controller.enqueue("endless"),
      cancel: () => {
        cancelled = true;
      },
    });
    expect(await rejection(source.pipeTo(writable))).toBe(undefined);
    expect(cancelled).toBe(true);
    expect(await far.report("k")).toEqual({ left: 0 });
    expect(await readAll(readable)).toEqual([]);
  });

  test("preventClose and preventAbort leave the stream open", async (make) => {
    const { near, far, classes } = make({});
    const { writable } = near.openStream("puppet");
    const once = (error: boolean): ReadableStream =>
      new classes.ReadableStream(
        {
          start: (controller) => {
            if (!error) controller.enqueue("chunk");
            if (error) controller.error(makeReason("Error"));
            else controller.close();
          },
        },
        { highWaterMark: 1 },
      );
    await once(false).pipeTo(writable, { preventClose: true });
    await rejection(once(true).pipeTo(writable, { preventAbort: true }));
    await once(false).pipeTo(writable);
    const puppet = far.stream("puppet");
    expect(await puppet.readMany(2)).toEqual(["chunk", "chunk"]);
    expect(await puppet.read()).toEqual({ done: true });
  });

  test("an abort before the far side has taken the stream reaches it, or takes the stream back", async (make) => {
    const pair = make({ far: { incoming: true } });
    const { near, far } = pair;
    const { readable, writable } = near.openStream("one way");
    await writable.abort(makeReason("coded"));
    await far.takeIncoming("taken");
    expect((await far.stream("taken").read()).error).toEqual(reason("coded"));
    await far.stream("taken").write("alive");
    expect((await readable.getReader().read()).value).toBe("alive");
  });

  test("a stream that is given up before anybody takes it is not handed out any more", async (make) => {
    const pair = make({ far: { incoming: true } });
    const { near, far } = pair;
    const stream = near.openStream("given up");
    await near.ready;
    await quiet(pair);
    stream.abort(makeReason("coded"));
    await quiet(pair);
    near.openStream("next");
    expect(await far.takeIncoming("k")).toMatchObject({ name: "next" });
  });

  test("the stream's own signal tells of a failure, with its reason", async (make) => {
    const { near, far } = make({});
    const stream = near.openStream("watchSignal", { metadata: { key: "seen" } });
    const { signal } = stream;
    expect(signal.aborted).toBe(false);
    const { writable } = stream;
    await writable.abort(makeReason("coded"));
    expect(await far.report("seen")).toEqual({ reason: reason("coded") });
    expect(signal.reason).toEqual(withCode("E_MINE"));
  });

  test("the stream's own signal says nothing when all ends well", async (make) => {
    const { near } = make({});
    const stream = near.openStream("echo");
    const { signal } = stream;
    await through(stream, [1, 2]);
    expect(signal.aborted).toBe(false);
  });
}

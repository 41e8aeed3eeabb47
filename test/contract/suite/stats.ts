/** `stats()`, calls beside streams, and two channels at once. */
import { RpcError } from "sluice";
import { expect } from "vitest";
import type { Contract } from "./pair.ts";
import { eventually, flood, numbers, quiet, rejection, through, withCode } from "./tools.ts";

export function statsAndCalls({ test }: Contract): void {
  test("stats() tells of every stream and call under way, at both ends alike", async (make) => {
    const pair = make({});
    const { near, far } = pair;
    await near.ready;
    const stream = near.openStream("puppet", { readableStrategy: { highWaterMark: 8 } });
    flood(stream.writable.getWriter(), numbers(10));
    const puppet = far.stream("puppet");
    for (let i = 0; i < 3; i++) await puppet.write(i);
    void near.call("never").catch(() => {});
    await quiet(pair);
    const { streams, calls, state } = near.stats();
    expect({ calls, state }).toEqual({ calls: 1, state: "open" });
    expect(streams).toEqual([stream.stats()]);
    const [there] = (await far.channelStats()).streams;
    expect(there).toMatchObject({ id: stream.id, name: "puppet" });
    expect(stream.stats()).toMatchObject({
      id: there?.id,
      name: "puppet",
      incoming: { state: "open", unit: "chunks", highWaterMark: 8, chunks: 3, queued: 3, credit: 5, bytes: 3 * 64 },
      outgoing: {
        state: "open",
        unit: "chunks",
        highWaterMark: 1_024,
        chunks: 10,
        queued: 0,
        credit: 1_014,
        bytes: 640,
      },
    });
    expect(there).toMatchObject({
      incoming: { chunks: 10, queued: 10, credit: 1_014, bytes: 640, peak: 10 },
      outgoing: { chunks: 3, queued: 0, credit: 5, bytes: 3 * 64 },
    });
  });

  test("stream.stats() answers after the stream has ended", async (make) => {
    const { near } = make({});
    const stream = near.openStream("echo");
    await through(stream, numbers(50));
    await eventually(
      () => near.stats().streams.length,
      (count) => count === 0,
    );
    expect(stream.stats()).toMatchObject({
      incoming: { state: "ended", chunks: 50, queued: 0 },
      outgoing: { state: "done", chunks: 50, queued: 0 },
    });
  });

  test("chunks that wait for credit are in stats() as queued", async (make) => {
    const pair = make({ far: { streams: { box: { handler: "puppet", highWaterMark: 4 } } } });
    const stream = pair.near.openStream("box");
    flood(stream.writable.getWriter(), numbers(20));
    await quiet(pair);
    expect(stream.stats().outgoing).toMatchObject({ chunks: 4, queued: 16, credit: 0 });
  });

  test("calls are answered in both directions, beside streams", async (make) => {
    const { near, far } = make({ near: { methods: { double: ({ n }: { n: number }) => n * 2 } } });
    expect(await near.call("echo", { list: [1, 2] })).toEqual({ list: [1, 2] });
    expect(await far.call("double", { n: 21 })).toEqual({ result: 42 });
    const error = await rejection(near.call("no such method"));
    expect(error).toBeInstanceOf(RpcError);
    expect(error).toEqual(withCode(-32601 as never));
  });

  test("a call is cancelled by its signal with the signal's reason, and not sent if that was aborted before", async (make) => {
    const { near } = make({});
    await near.ready;
    const controller = new AbortController();
    const call = rejection(near.call("never", undefined, { signal: controller.signal }));
    const error = new TypeError("mine");
    controller.abort(error);
    expect(await call).toBe(error);
    expect(await rejection(near.call("never", undefined, { signal: controller.signal }))).toBe(error);
    expect(near.stats().calls).toBe(0);
  });

  test("two channels at once keep their streams apart", async (make) => {
    const [one, two] = [make({}), make({})];
    const back = await Promise.all([
      through(one.near.openStream("echo"), numbers(500)),
      through(
        two.near.openStream("echo"),
        numbers(500).map((i) => -i),
      ),
    ]);
    expect(back).toEqual([numbers(500), numbers(500).map((i) => -i)]);
    await one.near.close();
    expect(await through(two.near.openStream("echo"), [1])).toEqual([1]);
  });
}

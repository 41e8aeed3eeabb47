/** Calls with more streams than may be open, or untaken, at once: they wait at their side, in any order of ending. */
import { expect } from "vitest";
import type { Contract } from "./pair.ts";
import { allowListeners } from "./realm.ts";
import { eventually, noStreamsLeft, numbers, readAll, reason, rejection } from "./tools.ts";
import { sink, source } from "./value-ends.ts";

export function valuesLimits({ test }: Contract): void {
  for (const limits of [{ unaccepted: 1 }, { streams: 3 }, { streams: 3, unaccepted: 2, calls: 2 }]) {
    const name = Object.entries(limits).join(" ").replaceAll(",", " ");
    test(`more streams in calls than ${name} allow at once wait, and all finish`, async (make) => {
      const pair = make({ far: { limits }, near: { limits } });
      const { near, classes } = pair;
      const calls = numbers(100).map((i) => near.call("sum", { a: source(classes, { count: i }).readable, b: [i] }));
      const streams = numbers(50).map((i) => readAll(near.stream("generate", { key: `g${i}`, count: i })));
      expect(await Promise.all(calls)).toEqual(numbers(100).map((i) => (i * Math.max(0, i - 1)) / 2));
      expect(await Promise.all(streams)).toEqual(numbers(50).map(numbers));
      await noStreamsLeft(pair);
    });
  }

  test("streams that fail while they wait to be opened still reach their call", async (make) => {
    const pair = make({ far: { limits: { streams: 1, unaccepted: 1 } } });
    const { near, classes } = pair;
    const first = source(classes, { count: 1 });
    const kept = near.call("keepStreams", { key: "k", input: first.readable });
    await pair.far
      .stream("k")
      .describe()
      .catch(() => {});
    const failing = source(classes, { failsAt: 0, error: new TypeError("wrong type") });
    const failed = near.call("collect", { key: "f", input: failing.readable });
    await eventually(
      () => failing.pulls,
      (pulls) => pulls === 1,
    );
    await pair.far.ping();
    await pair.far.stream("k").cancel("coded");
    await pair.far.stream("k").letGo();
    await kept;
    expect(await failed).toMatchObject({ chunks: [], error: reason("TypeError") });
    await noStreamsLeft(pair);
  });

  test("streams in a result that fail while they wait to be opened do not keep the answer", async (make) => {
    const pair = make({ near: { limits: { streams: 1, unaccepted: 1 } } });
    const { near } = pair;
    const first = (await near.call("numbers", { key: "a", count: 1 })) as ReadableStream;
    const second = near.call("numbers", { key: "b", failsAt: 0 });
    await eventually(
      () => pair.far.note("b"),
      (note) => note?.pulled === 1,
    );
    expect(await readAll(first)).toEqual([0]);
    expect(await rejection(readAll((await second) as ReadableStream))).toMatchObject({ message: "outer" });
    await noStreamsLeft(pair);
  });

  test("thousands of calls that are cancelled while their streams wait are no breach", async (make) => {
    const pair = make({ far: { limits: { streams: 1, unaccepted: 1, calls: 1_000 } } });
    const { near, classes } = pair;
    const kept = near.call("keepStreams", { key: "k", input: source(classes).readable });
    await pair.far.stream("k").read();
    for (let round = 0; round < 4; round++) {
      const controller = new AbortController();
      allowListeners(controller.signal);
      const calls = numbers(500).map((i) => {
        const input = i % 2 === 0 ? source(classes).readable : undefined;
        const output = i % 2 === 0 ? undefined : sink(classes).writable;
        return rejection(near.call("collect", { key: `${i}`, input, output }, { signal: controller.signal }));
      });
      controller.abort(new Error("enough"));
      for (const error of await Promise.all(calls)) expect(error).toMatchObject({ message: "enough" });
      // All have been answered, so that the next ones are sent.
      await near.call("ping");
    }
    await pair.far.stream("k").cancel("coded");
    await pair.far.stream("k").letGo();
    await kept;
    expect(await near.call("sum", { input: source(classes, { count: 10 }).readable })).toBe(45);
    await noStreamsLeft(pair);
  });
}

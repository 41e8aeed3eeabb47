/** Many streams at once, and one after the other. */
import { expect } from "vitest";
import type { Contract } from "./pair.ts";
import { noStreamsLeft, numbers, readAll, rejection, through, withCode } from "./tools.ts";

export function many({ test }: Contract): void {
  test("1,000 streams at once all come back", async (make) => {
    const pair = make({});
    const echoes = numbers(1000).map((i) => through(pair.near.openStream("echo"), [i, { i }]));
    for (const [i, back] of (await Promise.all(echoes)).entries()) expect(back).toEqual([i, { i }]);
    await noStreamsLeft(pair);
    await pair.near.close();
  });

  test("300 streams one after the other leave nothing behind", async (make) => {
    const pair = make({});
    for (const i of numbers(300)) {
      const { readable, writable } = pair.near.openStream("echo");
      const writer = writable.getWriter();
      writer.write(i).catch(() => {});
      writer.close().catch(() => {});
      expect(await readAll(readable)).toEqual([i]);
    }
    await noStreamsLeft(pair);
  });

  test("1,000 streams opened and aborted at once leave nothing behind", async (make) => {
    const pair = make({});
    await pair.near.ready;
    const aborted = numbers(1000).map((i) => {
      const stream = pair.near.openStream("echo");
      const closed = rejection(stream.readable.getReader().closed);
      stream.abort(i);
      return closed;
    });
    expect(await Promise.all(aborted)).toEqual(numbers(1000));
    await noStreamsLeft(pair);
    expect(await through(pair.near.openStream("echo"), [1])).toEqual([1]);
  });

  test("20 busy streams share the link fairly", async (make) => {
    const { near } = make({});
    const ends: number[] = [];
    const counts = numbers(20).map(async (i) => {
      const { readable, writable } = near.openStream("source", { metadata: { count: 2000 } });
      let count = 0;
      for await (const _ of readable) count++;
      ends.push(i);
      await writable.close();
      return count;
    });
    expect(await Promise.all(counts)).toEqual(numbers(20).map(() => 2000));
    expect(ends.length).toBe(20);
  });

  test("abort() of the channel in the middle of 100 streams settles all of them at both ends", async (make) => {
    const { near, far } = make({});
    const results = numbers(100).map(async (i) => {
      const { readable, writable } = near.openStream("source", { metadata: { count: 1_000_000 } });
      const closed = rejection(writable.getWriter().closed);
      const reader = readable.getReader();
      let count = 0;
      const read = rejection(
        (async () => {
          for (;;) {
            await reader.read();
            if (++count === 50 && i === 99) near.abort(Object.assign(new Error("enough"), { code: "ENOUGH" }));
          }
        })(),
      );
      return [await closed, await read];
    });
    for (const error of (await Promise.all(results)).flat()) expect(error).toEqual(withCode("ENOUGH"));
    expect((await far.closed()).error).toMatchObject({ code: "ENOUGH" });
    expect((await far.channelStats()).streams).toEqual([]);
  });
}

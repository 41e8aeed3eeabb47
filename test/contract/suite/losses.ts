/** The far side dies without a word: everything settles, and says what was lost. */
import { LinkError, StreamError } from "sluice";
import { expect } from "vitest";
import type { Contract } from "./pair.ts";
import { eventually, flood, numbers, quiet, rejection, withCode } from "./tools.ts";

const LOST = withCode("CONNECTION_LOST");

export function losses({ test }: Contract): void {
  test("closed rejects with a LinkError, and streams with a StreamError that has it as its cause", async (make) => {
    const { near, far, kill } = make({ freshFar: true });
    const { readable } = near.openStream("puppet");
    await far.stream("puppet").describe();
    const read = rejection(readable.getReader().read());
    await kill();
    const error = await rejection(near.closed);
    expect(error).toBeInstanceOf(LinkError);
    expect(error).toEqual(LOST);
    const lost = (await read) as StreamError;
    expect(lost).toBeInstanceOf(StreamError);
    expect(lost.cause).toBe(error);
    expect(lost.message).toContain("puppet");
  });

  test("every kind of wait settles with CONNECTION_LOST", async (make) => {
    const pair = make({ freshFar: true, far: { streams: { box: { handler: "puppet", highWaterMark: 1 } } } });
    const { near, far, kill } = pair;
    const stream = near.openStream("box");
    await far.stream("box").describe();
    const writer = stream.writable.getWriter();
    const writes = flood(writer, numbers(10)).slice(1);
    await quiet(pair);
    const waits = [
      ...writes,
      writer.closed,
      writer.close(),
      stream.readable.getReader().read(),
      near.call("never"),
      near.call("echo", {}, { timeout: 20_000 }).then(() => near.call("never")),
    ].map(rejection);
    await quiet(pair);
    await kill();
    for (const error of await Promise.all(waits)) expect(error).toEqual(LOST);
    expect(near.stats()).toMatchObject({ state: "closed", calls: 0, streams: [] });
  });

  test("after a loss, nothing new is taken, and closing resolves no promise that was broken", async (make) => {
    const { near, kill } = make({ freshFar: true });
    await near.ready;
    await kill();
    expect(await rejection(near.closed)).toEqual(LOST);
    expect(() => near.openStream("echo")).toThrow();
    expect(await rejection(near.call("ping"))).toBeInstanceOf(Error);
    expect(await rejection(near.close())).toEqual(LOST);
    near.abort();
  });

  test("a far side that dies before it connected settles all that waits for it", async (make) => {
    const { near, kill } = make({ far: { late: true } });
    const { readable, writable } = near.openStream("echo");
    const waits = [
      near.ready,
      near.closed,
      readable.getReader().read(),
      writable.getWriter().close(),
      near.call("ping"),
    ];
    const errors = waits.map(rejection);
    await kill();
    for (const error of await Promise.all(errors)) expect(error).toEqual(LOST);
  });

  test("close() that waits for the far side rejects when it dies", async (make) => {
    const pair = make({ freshFar: true });
    pair.near.openStream("puppet");
    await pair.far.stream("puppet").describe();
    const closed = rejection(pair.near.close());
    await quiet(pair);
    await pair.kill();
    expect(await closed).toEqual(LOST);
  });

  test("a far side that dies once all is closed is no loss", async (make) => {
    const { near, kill } = make({ freshFar: true });
    await near.ready;
    await near.close();
    await kill();
    await near.closed;
  });

  test("in the middle of 100 busy streams: all settle, and what was read is an exact prefix", async (make) => {
    const { near, far, kill } = make({ freshFar: true });
    const results = numbers(100).map(async (n) => {
      // Every third stream is finished by the far side before it dies.
      const count = n % 3 === 0 ? 20 : 1_000_000;
      // Small windows, for what is under way is worked off first, and a browser on a busy machine takes half a minute to.
      const stream = near.openStream("source", { metadata: { count }, highWaterMark: 64 });
      const read: unknown[] = [];
      const reader = stream.readable.getReader();
      const writer = stream.writable.getWriter();
      const writing = (async () => {
        for (;;) await writer.write(read.length);
      })().catch((error: unknown) => error);
      const reading = (async () => {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return "end";
          read.push(value);
        }
      })().catch((error: unknown) => error);
      return { count, stream, read, ended: await reading, written: await writing };
    });
    await eventually(
      () => near.stats().streams.filter(({ incoming }) => incoming.chunks > 20).length,
      (busy) => busy === 66,
    );
    await eventually(
      () => near.stats().streams.filter(({ incoming }) => incoming.state === "ended").length,
      (ended) => ended === 34,
    );
    await far.ping();
    await kill();
    for (const { count, read, ended, written } of await Promise.all(results)) {
      expect(read).toEqual(numbers(read.length));
      if (count === 20) {
        expect(ended).toBe("end");
        expect(read.length).toBe(20);
      } else {
        expect(ended).toEqual(LOST);
      }
      expect(written).toEqual(LOST);
    }
    expect(near.stats().streams).toEqual([]);
  });

  test("streams whose end has arrived are read to their end, although nobody had begun to read them", async (make) => {
    const { near, kill } = make({ freshFar: true });
    const streams = numbers(50).map((i) => near.openStream("source", { metadata: { count: i } }));
    await eventually(
      () => streams.filter((stream) => stream.stats().incoming.state === "ended").length,
      (count) => count === 50,
    );
    await kill();
    for (const [count, { readable }] of streams.entries()) {
      const read: unknown[] = [];
      for await (const chunk of readable) read.push(chunk);
      expect(read).toEqual(numbers(count));
    }
  });

  test("a writer whose close() has resolved has lost nothing, whatever happens then", async (make) => {
    const { near, far, kill } = make({ freshFar: true });
    const stream = near.openStream("puppet");
    const puppet = far.stream("puppet");
    for (let i = 0; i < 50; i++) await puppet.write(i);
    expect(await puppet.close()).toEqual({});
    await kill();
    const read: unknown[] = [];
    for await (const chunk of stream.readable) read.push(chunk);
    expect(read).toEqual(numbers(50));
  });
}

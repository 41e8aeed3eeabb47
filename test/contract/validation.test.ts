/** Schemas over a real channel: what a caller and an opener see of them, on forked ports and on the shared one. */
import { type Channel, connect, define } from "sluice";
import { messagePortLink } from "sluice/message-port";
import * as v from "valibot";
import { describe, expect, it, onTestFinished, vi } from "vitest";

const Row = v.pipe(
  v.object({ id: v.string(), tags: v.array(v.string()) }),
  v.transform(({ id, tags }) => `${id}: ${tags.join(" ")}`),
);

/** What the handlers of the far side have read, and the errors that they met. */
function farSide() {
  const read: string[] = [];
  const errors: unknown[] = [];
  const api = define({
    methods: {
      search: {
        params: v.object({
          q: v.pipe(v.string(), v.nonEmpty("nothing to look for")),
          limit: v.optional(v.number(), 2),
        }),
        handler: ({ q, limit }) => Array.from({ length: limit }, (_, n) => `${q}${n}`),
      },
      sum: {
        params: v.object({ name: v.string(), rows: v.instance(ReadableStream<number>) }),
        handler: async ({ name, rows }) => {
          let sum = 0;
          for await (const row of rows) sum += row;
          return `${name}: ${sum}`;
        },
      },
      each: {
        params: v.object({ q: v.string() }),
        async *handler({ q }) {
          for (let n = 0; n < 2; n++) yield `${q}${n}`;
        },
      },
    },
    streams: {
      insert: {
        chunks: Row,
        handler: async ({ readable, writable }) => {
          try {
            for await (const row of readable) read.push(row);
            await writable.close();
          } catch (error) {
            errors.push(error);
            throw error;
          }
        },
      },
      echo: ({ readable, writable }) => readable.pipeTo(writable),
    },
  });
  return { api, read, errors };
}

function pair(fork: boolean) {
  const { port1, port2 } = new MessageChannel();
  const far = farSide();
  const near: Channel<typeof far.api> = connect<typeof far.api>(messagePortLink(port1, { fork }));
  const farChannel = connect(messagePortLink(port2, { fork }), { ...far.api, data: { chunks: Row } });
  onTestFinished(() => {
    near.abort();
    farChannel.abort();
    port1.close();
  });
  return { near, farChannel, ...far };
}

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable(),
    (error) => error,
  );

describe.each([
  ["ports of their own", true],
  ["one port", false],
])("Schemas, with streams on %s", (_, fork) => {
  it("give a method what they make of its params", async () => {
    const { near } = pair(fork);
    expect(await near.call("search", { q: "a" })).toEqual(["a0", "a1"]);
  });

  it("reject a call with an RpcError that names method, path and issue, and carries the issues", async () => {
    const { near } = pair(fork);
    expect(await rejection(near.call("search", { q: "" }))).toMatchObject({
      name: "RpcError",
      code: -32_602,
      message: 'Cannot call "search" with these params: q: nothing to look for',
      data: { issues: [{ message: "nothing to look for", path: ["q"] }] },
    });
    expect(await near.call("search", { q: "b", limit: 1 })).toEqual(["b0"]);
  });

  it("cancel the streams in params that fail, and let those through that do not", async () => {
    const { near } = pair(fork);
    let cancelled: (reason: unknown) => void = () => {};
    const seen = new Promise<unknown>((resolve) => {
      cancelled = resolve;
    });
    const rows = new ReadableStream<number>({ cancel: (reason) => cancelled(reason) });
    expect(await rejection(near.call("sum", { name: 5 as never, rows }))).toMatchObject({ code: -32_602 });
    await seen;
    const good = new ReadableStream<number>({
      start(controller) {
        for (const n of [1, 2, 3]) controller.enqueue(n);
        controller.close();
      },
    });
    expect(await near.call("sum", { name: "a", rows: good })).toBe("a: 6");
  });

  it("give a method that yields what they make of its params", async () => {
    const { near } = pair(fork);
    const hits: string[] = [];
    for await (const hit of near.stream("each", { q: "a" })) hits.push(hit);
    expect(hits).toEqual(["a0", "a1"]);
    expect(
      await rejection(
        near
          .stream("each", { q: 5 as never })
          .getReader()
          .read(),
      ),
    ).toMatchObject({ code: -32_602 });
  });

  it("check the default stream, if its options have one", async () => {
    const { near, farChannel } = pair(fork);
    const rows: unknown[] = [];
    farChannel.onData((row) => rows.push(row));
    await near.sendData({ id: "a", tags: ["b"] });
    await near.call("search", { q: "after" });
    expect(rows).toEqual(["a: b"]);
    near.sendData({ id: 5 }).catch(() => {});
    expect(await near.call("search", { q: "after" }, { timeout: 5_000 })).toEqual(["after0", "after1"]);
    // The cancel has a port of its own, and may come after the answer.
    await vi.waitFor(() =>
      expect(near.sendData({ id: "b", tags: [] })).rejects.toMatchObject({ code: "CHUNK_INVALID" }),
    );
    expect(rows).toEqual(["a: b"]);
  });

  it("give a handler what they make of each chunk", async () => {
    const { near, read } = pair(fork);
    const { readable, writable } = near.openStream("insert");
    const writer = writable.getWriter();
    for (let n = 0; n < 1_000; n++) writer.write({ id: `${n}`, tags: ["a", "b"] }).catch(() => {});
    await writer.close();
    expect(await readable.getReader().read()).toEqual({ done: true, value: undefined });
    expect(read).toHaveLength(1_000);
    expect(read[999]).toBe("999: a b");
  });

  it("error the stream of a chunk that fails at both ends with CHUNK_INVALID, and no other", async () => {
    const { near, errors } = pair(fork);
    const { readable, writable } = near.openStream("insert");
    const writer = writable.getWriter();
    await writer.write({ id: "a", tags: [] });
    writer.write({ id: "b", tags: [5] } as never).catch(() => {});
    const expected = {
      name: "StreamError",
      code: "CHUNK_INVALID",
      message: expect.stringMatching(/^Cannot take a chunk of stream "insert": tags\[0\]: .*5$/),
    };
    expect(await rejection(writer.closed)).toMatchObject(expected);
    expect(await rejection(readable.getReader().read())).toMatchObject(expected);
    expect(errors).toMatchObject([expected]);
    const echo = near.openStream("echo");
    await echo.writable.getWriter().write(1);
    expect((await echo.readable.getReader().read()).value).toBe(1);
  });

  it("check what comes back to an opener", async () => {
    const { near } = pair(fork);
    const { readable, writable } = near.openStream("echo", {
      chunks: v.pipe(
        v.number(),
        v.transform((n) => n * 2),
      ),
    });
    const writer = writable.getWriter();
    const reader = readable.getReader();
    await writer.write(21);
    expect(await reader.read()).toEqual({ done: false, value: 42 });
    writer.write("text").catch(() => {});
    expect(await rejection(reader.read())).toMatchObject({ code: "CHUNK_INVALID" });
  });

  it("may shrink or grow chunks without a stall", async () => {
    const { near } = pair(fork);
    const chunks = v.pipe(
      v.instance(Uint8Array),
      v.transform((bytes) => (bytes.length > 10 ? null : "x".repeat(10_000))),
    );
    const { readable, writable } = near.openStream("echo", {
      chunks,
      readableStrategy: new ByteLengthQueuingStrategy({ highWaterMark: 5_000 }),
    });
    const source = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let n = 0; n < 200; n++) controller.enqueue(new Uint8Array(n % 2 === 0 ? 2_000 : 5));
        controller.close();
      },
    });
    const sent = source.pipeTo(writable);
    let count = 0;
    for await (const _ of readable) count++;
    await sent;
    expect(count).toBe(200);
  });
});

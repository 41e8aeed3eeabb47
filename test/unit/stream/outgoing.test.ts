/** The sending direction, with an owner that records: what is posted when, and how every wait ends. */

import { describe, expect, it } from "vitest";
import type { Codec } from "../../../src/codecs/codec.ts";
import { raw } from "../../../src/codecs/raw.ts";
import type { OpenOptions } from "../../../src/stream/definition.ts";
import { rejectedBy } from "../support/error-of.ts";
import { MockPeer, WIDE } from "../support/mock-peer.ts";
import { settle } from "../support/scheduler.ts";

/** A stream of ours, accepted with a limit of so many chunks. */
function opened(limit: number, options: OpenOptions = {}, window: object = {}) {
  const peer = new MockPeer({ remote: { maxChunk: 1_000 } });
  const stream = peer.streams.open("s", options);
  stream.readable.getReader().closed.catch(() => {});
  const writer = stream.writable.getWriter();
  writer.closed.catch(() => {});
  writer.ready.catch(() => {});
  peer.accept(1, {
    codec: (options.codec as Codec | undefined)?.name ?? "clone",
    readable: { ...WIDE, limit, ...window },
  });
  return { peer, stream, writer };
}

/** So that a write that a test does not wait for is no unhandled rejection. */
const quiet = <T>(promise: Promise<T>): Promise<T> => {
  promise.catch(() => {});
  return promise;
};

const settled = async (promise: Promise<unknown>): Promise<boolean> => {
  let done = false;
  const finish = (): void => {
    done = true;
  };
  promise.then(finish, finish);
  await settle();
  return done;
};

describe("A write", () => {
  it("waits for credit, and goes out with the grant", async () => {
    const { peer, writer } = opened(1);
    await writer.write("first");
    const second = quiet(writer.write("second"));
    await peer.rest();
    expect(await settled(second)).toBe(false);
    peer.receive({ type: "stream-credit", id: 1, limit: 2, bytes: 1e6 });
    await second;
    await peer.rest();
    expect(peer.of("stream-data").flatMap(({ chunks }) => chunks)).toEqual(["first", "second"]);
  });

  it.each([
    [0, []],
    [1, ["first"]],
  ])(
    "goes out before the stream was accepted as the highWaterMark of its side, here %i, allows",
    async (mark, sent) => {
      const peer = new MockPeer({ remote: { initialCredit: { chunks: 1, bytes: 1_000 } } });
      const writer = peer.streams.open("s", { writableStrategy: { highWaterMark: mark } }).writable.getWriter();
      quiet(writer.write("first"));
      await peer.rest();
      expect(peer.of("stream-data").flatMap(({ chunks }) => chunks)).toEqual(sent);
    },
  );

  it("waits for credit in bytes as well", async () => {
    const { peer, writer } = opened(100, {}, { bytes: 64 });
    await writer.write("first");
    const second = quiet(writer.write("second"));
    peer.receive({ type: "stream-credit", id: 1, limit: 1_000, bytes: 64 });
    await peer.rest();
    expect(await settled(second)).toBe(false);
    peer.receive({ type: "stream-credit", id: 1, limit: 1_000, bytes: 65 });
    await second;
  });

  it.each<
    [string, (peer: MockPeer, stream: { abort(reason: unknown): void }, writer: WritableStreamDefaultWriter) => void]
  >([
    [
      "the reader cancels",
      (peer) => peer.receive({ type: "stream-cancel", id: 1, reason: { name: "RangeError", message: "why" } }),
    ],
    ["the stream is aborted", (_, stream) => stream.abort(new RangeError("why"))],
    ["the writer aborts", (_peer, _stream, writer) => void quiet(writer.abort(new RangeError("why")))],
    ["the connection is lost", (peer) => peer.streams.fail("lost", () => new RangeError("why"))],
  ])("that waits rejects when %s, and so does closed", async (_, end) => {
    const { peer, stream, writer } = opened(0);
    const write = quiet(writer.write("never"));
    await peer.rest();
    expect(await settled(write)).toBe(true);
    const waiting = quiet(writer.write("never either"));
    await peer.rest();
    expect(await settled(waiting)).toBe(false);
    end(peer, stream, writer);
    for (const promise of [waiting, writer.closed]) {
      expect((await rejectedBy(promise)).error).toMatchObject({ name: "RangeError", message: "why" });
    }
  });

  it("runs the user's size once, and its weight travels", async () => {
    let calls = 0;
    const size = (chunk: unknown): number => {
      calls++;
      return Number(chunk) * 2;
    };
    const { peer, writer } = opened(100, { highWaterMark: 50, size }, { unit: "weight" });
    for (const n of [1, 2, 3]) quiet(writer.write(n));
    await peer.rest();
    expect(calls).toBe(3);
    expect(peer.of("stream-data").flatMap(({ weights }) => weights)).toEqual([2, 4, 6]);
  });

  it.each<[string, () => number, string]>([
    [
      "throws",
      () => {
        throw new RangeError("no size");
      },
      "no size",
    ],
    ["gives NaN", () => Number.NaN, "NaN"],
    ["gives less than 0", () => -1, "-1"],
    ["gives ∞", () => Number.POSITIVE_INFINITY, "Infinity"],
  ])("errors its stream on both sides when size() %s", async (_, size, text) => {
    const { peer, writer } = opened(100, { highWaterMark: 50, size });
    const { error } = await rejectedBy(writer.write(1));
    expect(error).toBeInstanceOf(RangeError);
    await peer.rest();
    expect(peer.of("stream-error")).toMatchObject([
      { reason: { name: "RangeError", message: expect.stringContaining(text) } },
    ]);
    expect(peer.codes).toEqual([]);
  });

  it.each<[string, unknown, object, string]>([
    ["more than the remote takes", new Uint8Array(1_001), {}, "CHUNK_TOO_LARGE"],
    ["no bytes, on a raw stream", "text", { codec: raw() }, "BAD_CHUNK"],
  ])("rejects for a chunk that is %s, and errors its stream on both sides", async (_, chunk, options, code) => {
    const { peer, writer } = opened(100, options);
    expect((await rejectedBy(writer.write(chunk))).code).toBe(code);
    await peer.rest();
    expect(peer.of("stream-error")).toMatchObject([{ reason: { code } }]);
    expect(peer.of("stream-data")).toEqual([]);
  });

  it("is posted at once when the direction is idle, and gathered with others until the turn ends", async () => {
    const { peer, writer } = opened(100);
    for (let n = 0; n < 5; n++) quiet(writer.write({ n }));
    await settle();
    expect(peer.of("stream-data")).toHaveLength(1);
    peer.scheduler.turn();
    expect(peer.of("stream-data")).toHaveLength(2);
    expect(peer.of("stream-data")[1]?.rows?.columns).toEqual([[1, 2, 3, 4]]);
  });
});

describe("A close", () => {
  it("tells how many chunks there were, after the last of them, and waits for the acknowledgement", async () => {
    const { peer, writer } = opened(100);
    for (let n = 0; n < 3; n++) quiet(writer.write(n));
    const close = quiet(writer.close());
    await peer.rest();
    expect(peer.posted.at(-1)).toEqual({ type: "stream-end", id: 1, chunks: 3 });
    expect(await settled(close)).toBe(false);
    peer.receive({ type: "stream-ended", id: 1 });
    await close;
  });

  it("may come before the acceptance", async () => {
    const peer = new MockPeer();
    const writer = peer.streams.open("s", {}).writable.getWriter();
    const close = quiet(writer.close());
    await peer.rest();
    expect(peer.of("stream-end")).toMatchObject([{ chunks: 0 }]);
    peer.accept(1);
    peer.receive({ type: "stream-ended", id: 1 });
    await close;
  });

  it("that waits ends when the writer aborts, and the remote is told", async () => {
    const { peer, writer } = opened(100);
    const close = quiet(writer.close());
    await peer.rest();
    quiet(writer.abort(new RangeError("why")));
    expect((await rejectedBy(close)).error.message).toBe("why");
    expect(peer.of("stream-error")).toMatchObject([{ reason: { message: "why" } }]);
  });
});

describe("An abort", () => {
  it("comes after what was written before it", async () => {
    const { peer, writer } = opened(100);
    for (let n = 0; n < 3; n++) quiet(writer.write(n));
    await settle();
    await quiet(writer.abort("why"));
    expect(peer.posted.slice(-2).map(({ type }) => type)).toEqual(["stream-data", "stream-error"]);
    expect(peer.of("stream-data").flatMap(({ chunks }) => chunks)).toEqual([0, 1, 2]);
  });

  it("before the stream could be opened is told once it is", async () => {
    const peer = new MockPeer({ greeted: false });
    const { writable } = peer.streams.open("s", {});
    await writable.abort(new RangeError("why"));
    expect(peer.posted).toEqual([]);
    const remote = {
      fork: false,
      streams: 9,
      unaccepted: 9,
      calls: 9,
      maxChunk: 9,
      window: 9,
      message: 1024 * 1024,
      stall: Number.POSITIVE_INFINITY,
      initialCredit: { chunks: 1, bytes: 1 },
    };
    peer.streams.greeted(remote, true);
    expect(peer.posted.map(({ type }) => type)).toEqual(["stream-open", "stream-error"]);
  });
});

describe("stats()", () => {
  it("tells the peak in the unit in force, also if it was asked before that was fixed", async () => {
    const peer = new MockPeer({ remote: { initialCredit: { chunks: 10, bytes: 65_536 } } });
    const stream = peer.streams.open("s", { highWaterMark: 50, size: () => 0.5 });
    const writer = stream.writable.getWriter();
    for (let i = 0; i < 3; i++) await writer.write(i);
    expect(stream.stats().outgoing).toMatchObject({ unit: "chunks", inFlight: 3, peak: 3 });
    peer.accept(1, { readable: { ...WIDE, unit: "weight" } });
    expect(stream.stats().outgoing).toMatchObject({ unit: "weight", inFlight: 1.5, peak: 1.5 });
  });

  it("remembers the peak when grants have come", async () => {
    const { peer, stream, writer } = opened(4);
    for (let i = 0; i < 4; i++) await writer.write(i);
    peer.receive({ type: "stream-credit", id: 1, limit: 7, bytes: 1e6 });
    expect(stream.stats().outgoing).toMatchObject({ inFlight: 1, peak: 4, credit: 3, highWaterMark: 4 });
  });

  it("counts no write as waiting that was refused as the stream was being closed", async () => {
    const { peer, stream, writer } = opened(1);
    await writer.write("first");
    quiet(writer.write("second"));
    quiet(writer.close());
    await expect(writer.write("third")).rejects.toThrow(TypeError);
    peer.receive({ type: "stream-credit", id: 1, limit: 2, bytes: 1e6 });
    await peer.rest();
    expect(peer.of("stream-end")).toMatchObject([{ chunks: 2 }]);
    expect(stream.stats().outgoing).toMatchObject({ state: "ending", queued: 0 });
  });

  it("has a refused write keep nothing of a stream that its handler has left", async () => {
    const peer = new MockPeer({
      streams: {
        s: async ({ writable }) => {
          const writer = writable.getWriter();
          for (const chunk of ["first", "second"]) quiet(writer.write(chunk));
          quiet(writer.close());
          quiet(writer.write("third"));
          writer.releaseLock();
        },
      },
    });
    peer.open(2, "s", { readable: { ...WIDE, limit: 1 } });
    await peer.rest();
    expect(peer.of("stream-cancel")).toEqual([]);
    peer.receive({ type: "stream-credit", id: 2, limit: 2, bytes: 1e6 });
    await peer.rest();
    expect(peer.of("stream-end")).toMatchObject([{ id: 2, chunks: 2 }]);
    expect(peer.of("stream-cancel")).toMatchObject([{ id: 2, reason: { code: "STREAM_ABANDONED" } }]);
  });

  it("counts no write as waiting once the stream has failed", async () => {
    const { peer, stream, writer } = opened(1);
    for (let i = 0; i < 4; i++) quiet(writer.write(i));
    await peer.rest();
    expect(stream.stats().outgoing).toMatchObject({ state: "open", queued: 3 });
    stream.abort(new Error("enough"));
    await peer.rest();
    expect(stream.stats().outgoing).toMatchObject({ state: "failed", queued: 0 });
  });
});

describe("A mistake in a chunk", () => {
  const mistakes: readonly (readonly [string, string, OpenOptions, unknown])[] = [
    ["a weight that is none", "BAD_WEIGHT", { highWaterMark: 1, size: () => Number.NaN }, "chunk"],
    ["a transfer function that gives no array", "BAD_TRANSFER", { transfer: () => "all" as never }, {}],
    ["a chunk that its codec does not take", "BAD_CHUNK", { codec: raw() }, "text"],
  ];

  it.each(mistakes)("says in which stream it is: %s", async (_, expected, options, chunk) => {
    const { error, code } = await rejectedBy(opened(5, options).writer.write(chunk));
    expect(code).toBe(expected);
    expect(error.message).toMatch(/ \(in stream "s"\)$/);
  });

  it("is the user's own where the user's own code has thrown it", async () => {
    const own = Object.assign(new Error("mine"), { code: "MINE" });
    const size = (): never => {
      throw own;
    };
    const { error } = await rejectedBy(opened(5, { highWaterMark: 1, size }).writer.write("chunk"));
    expect(error).toBe(own);
    expect(error.message).toBe("mine");
  });
});

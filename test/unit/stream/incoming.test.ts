/** The receiving direction: what the reader gets, what is granted when, and how it ends. */
import { describe, expect, it } from "vitest";
import type { ChannelStream, Duplex } from "../../../src/stream/stream.ts";
import { rejectedBy } from "../support/error-of.ts";
import { type MockOptions, MockPeer } from "../support/mock-peer.ts";

/** A stream of the remote's, taken with these options. */
async function taken(options: object = {}, more: MockOptions = {}) {
  let stream: ChannelStream | undefined;
  const handler = (given: ChannelStream): Promise<void> => {
    stream = given;
    return new Promise(() => {});
  };
  const peer = new MockPeer({ ...more, streams: { s: { ...options, handler } } });
  peer.open(2);
  await peer.rest();
  const { readable, writable } = stream as unknown as ChannelStream;
  writable.getWriter().closed.catch(() => {});
  const reader = readable.getReader();
  reader.closed.catch(() => {});
  return { peer, readable, reader, stream: stream as unknown as ChannelStream };
}

/** Numbers, each a frame, with the charge of all so far. */
function send(peer: MockPeer, from: number, count: number): void {
  for (let n = from; n < from + count; n++) peer.data(2, [n], n);
}

describe("A readable", () => {
  it("gives chunks in order, then ends", async () => {
    const { peer, reader } = await taken();
    send(peer, 0, 3);
    peer.receive({ type: "stream-end", id: 2, chunks: 3 });
    for (const value of [0, 1, 2]) expect(await reader.read()).toEqual({ done: false, value });
    expect(await reader.read()).toEqual({ done: true, value: undefined });
    expect(peer.of("stream-ended")).toEqual([{ type: "stream-ended", id: 2 }]);
  });

  it("gives nothing that came after a chunk that was lost, and tells the sender", async () => {
    const { peer, reader } = await taken();
    send(peer, 0, 1);
    expect((await reader.read()).value).toBe(0);
    const read = reader.read();
    // The second of four is missing.
    peer.receive({ type: "stream-data", id: 2, chunks: [2, 3], charged: 4 * 64 });
    expect(await rejectedBy(read)).toMatchObject({ code: "CHARGE_MISMATCH" });
    await peer.rest();
    expect(peer.of("stream-cancel")).toMatchObject([{ reason: { code: "CHARGE_MISMATCH" } }]);
  });

  it("ends with a chunk that cannot be read here, and neither what follows nor its end breaks the protocol", async () => {
    const { peer, reader, stream } = await taken();
    send(peer, 0, 1);
    expect((await reader.read()).value).toBe(0);
    const read = reader.read();
    (stream as Duplex).unreadable();
    send(peer, 2, 1);
    peer.receive({ type: "stream-end", id: 2, chunks: 3 });
    expect(await rejectedBy(read)).toMatchObject({ code: "CHUNK_UNREADABLE" });
    await peer.rest();
    expect(peer.of("stream-cancel")).toMatchObject([{ reason: { code: "CHUNK_UNREADABLE" } }]);
    (stream as Duplex).unreadable();
    expect(peer.of("stream-cancel")).toHaveLength(1);
  });

  it("grants nothing for what arrives, and half a window at a time for what is read", async () => {
    const { peer, reader } = await taken({ highWaterMark: 8 });
    send(peer, 0, 8);
    await peer.rest();
    expect(peer.of("stream-credit")).toEqual([]);
    for (let n = 0; n < 8; n++) {
      await reader.read();
      await peer.rest();
    }
    expect(peer.of("stream-credit").map(({ limit }) => limit)).toEqual([12, 16]);
  });

  it("grants one chunk for each read at a highWaterMark of 0", async () => {
    const { peer, reader } = await taken({ highWaterMark: 0 }, { initialCredit: { chunks: 0, bytes: 0 } });
    expect(peer.of("stream-credit")).toEqual([]);
    const reads = [reader.read(), reader.read()];
    await peer.rest();
    expect(peer.of("stream-credit").map(({ limit }) => limit)).toEqual([1]);
    send(peer, 0, 1);
    await peer.rest();
    expect(peer.of("stream-credit").map(({ limit }) => limit)).toEqual([1, 2]);
    send(peer, 1, 1);
    expect((await Promise.all(reads)).map(({ value }) => value)).toEqual([0, 1]);
    await peer.rest();
    expect(peer.of("stream-credit")).toHaveLength(2);
  });

  it("weighs by its own size(), each chunk once, and grants chunks", async () => {
    let calls = 0;
    const size = (): number => {
      calls++;
      return 10;
    };
    const { peer, reader } = await taken({ highWaterMark: 25, size }, { initialCredit: { chunks: 0, bytes: 0 } });
    for (let n = 0; n < 20; n++) {
      send(peer, n, 1);
      await reader.read();
      await peer.rest();
    }
    expect(peer.codes).toEqual([]);
    expect(calls).toBe(20);
    const last = peer.of("stream-credit").at(-1)?.limit ?? 0;
    expect(last - 20).toBeLessThanOrEqual(2);
  });

  it("grants no more chunks for many reads at once than for one, where it weighs by its own size()", async () => {
    const options = { highWaterMark: 1_000_000, size: () => 1 };
    const { peer, reader } = await taken(options, { initialCredit: { chunks: 0, bytes: 0 } });
    const reads = Array.from({ length: 20 }, () => reader.read());
    for (const read of reads) read.catch(() => {});
    send(peer, 0, 1);
    await peer.rest();
    expect(peer.of("stream-credit").at(-1)?.limit ?? 1).toBeLessThanOrEqual(3);
    await reader.cancel();
  });

  it.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new RangeError("no size");
      },
    ],
    ["gives NaN", () => Number.NaN],
    ["gives less than 0", () => -1],
  ])("errors with a RangeError when size() %s, tells the remote, and the channel lives", async (_, size) => {
    const { peer, reader } = await taken({ highWaterMark: 25, size });
    send(peer, 0, 1);
    expect((await rejectedBy(reader.read())).error).toBeInstanceOf(RangeError);
    expect(peer.of("stream-cancel")).toMatchObject([{ reason: { name: "RangeError" } }]);
    expect(peer.codes).toEqual([]);
  });

  it("errors with the remote's reason, at once", async () => {
    const { peer, reader, stream } = await taken();
    send(peer, 0, 2);
    peer.receive({ type: "stream-error", id: 2, reason: { name: "TypeError", message: "why" } });
    expect((await rejectedBy(reader.read())).error).toMatchObject({ name: "TypeError", message: "why" });
    expect(stream.signal.aborted).toBe(true);
  });

  it("is read to its end when all had come before the connection was lost", async () => {
    const { peer, reader } = await taken();
    send(peer, 0, 2);
    peer.receive({ type: "stream-end", id: 2, chunks: 2 });
    peer.streams.fail("lost", () => new Error("lost"));
    expect((await reader.read()).value).toBe(0);
    expect((await reader.read()).value).toBe(1);
    expect((await reader.read()).done).toBe(true);
  });

  it("tells the remote of a cancel, once, with its reason, and drops what still comes", async () => {
    const { peer, reader } = await taken();
    send(peer, 0, 1);
    await reader.cancel(new RangeError("enough"));
    send(peer, 1, 3);
    peer.receive({ type: "stream-end", id: 2, chunks: 4 });
    await peer.rest();
    expect(peer.of("stream-cancel")).toMatchObject([{ id: 2, reason: { name: "RangeError", message: "enough" } }]);
    expect(peer.codes).toEqual([]);
  });
});

describe("The statistics of a stream", () => {
  it("tell what is held, what was the most, and what may still come", async () => {
    const { peer, reader, stream } = await taken({ highWaterMark: 10 });
    send(peer, 0, 4);
    await peer.rest();
    expect(stream.stats().incoming).toEqual({
      state: "open",
      unit: "chunks",
      highWaterMark: 10,
      chunks: 4,
      bytes: 256,
      queued: 4,
      credit: 6,
      inFlight: 4,
      peak: 4,
    });
    for (let n = 0; n < 3; n++) await reader.read();
    await peer.rest();
    expect(stream.stats().incoming).toMatchObject({ queued: 1, inFlight: 1, peak: 4 });
  });
});

/** Credit on the wire: what a receiver grants and when, and what a sender may not do. */
import type { ChannelStream, ConnectOptions } from "sluice";
import { expect, it } from "vitest";
import { greeted, type Message, OPENED, OURS, type Peer, WINDOW } from "./peer.ts";

interface Kept {
  readonly peer: Peer;
  readonly stream: ChannelStream;
}

/** A stream of the peer's that a handler with these options keeps. */
async function kept(options: object = {}, connect: ConnectOptions = {}, changes: Message = {}): Promise<Kept> {
  let stream: ChannelStream | undefined;
  const handler = (each: ChannelStream): Promise<never> => {
    stream = each;
    return new Promise(() => {});
  };
  const peer = await greeted({ ...connect, streams: { keep: { ...options, handler } } });
  peer.open("keep", changes);
  await peer.frame("stream-accept");
  return { peer, stream: stream as ChannelStream };
}

const many = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

export function creditRules(): void {
  it("stream-accept tells the window: unit, limits, and whether the user gave it", async () => {
    const { peer } = await kept({ highWaterMark: 7 });
    expect(peer.frames("stream-accept")).toMatchObject([
      { id: OPENED, codec: "clone", readable: { unit: "chunks", limit: 7, bytes: 4 * 1024 * 1024, fixed: true } },
    ]);
    const free = await kept();
    expect(free.peer.frames("stream-accept")).toMatchObject([{ readable: { limit: 256, fixed: false } }]);
  });

  it("stream-open tells the opener's window, and what its sender suggests", async () => {
    const peer = await greeted();
    peer.channel.openStream("ours", {
      readableStrategy: { highWaterMark: Number.POSITIVE_INFINITY },
      writableStrategy: { highWaterMark: 3 },
      metadata: { m: 1 },
    });
    expect(await peer.frame("stream-open")).toMatchObject({
      id: OURS,
      name: "ours",
      codec: "clone",
      readable: { unit: "chunks", limit: Number.POSITIVE_INFINITY, fixed: true },
      writable: { unit: "chunks", highWaterMark: 3 },
      metadata: { m: 1 },
    });
  });

  it("a chunk more than the window → CREDIT_OVERRUN, and nothing of it is kept", async () => {
    const { peer, stream } = await kept({ highWaterMark: 3 });
    peer.data([1, 2, 3], 3 * 64);
    await peer.settled();
    expect(stream.stats().incoming).toMatchObject({ queued: 3, credit: 0 });
    peer.data([4], 4 * 64);
    await peer.accused("CREDIT_OVERRUN");
  });

  it("a frame with more chunks than the window → CREDIT_OVERRUN", async () => {
    const { peer } = await kept();
    peer.data(new Array(4000), 4000 * 64);
    await peer.accused("CREDIT_OVERRUN");
  });

  it("a table with more rows than the window → CREDIT_OVERRUN", async () => {
    const { peer } = await kept();
    peer.send({ type: "stream-data", id: OPENED, rows: { keys: ["n"], columns: [many(300)] }, charged: 300 * 64 });
    await peer.accused("CREDIT_OVERRUN");
  });

  it("rows are records, and are counted as chunks", async () => {
    const { peer, stream } = await kept();
    const rows = {
      keys: ["a", "b"],
      columns: [
        [1, 2],
        ["x", { deep: 1 }],
      ],
    };
    peer.send({ type: "stream-data", id: OPENED, rows, charged: 128 });
    const reader = stream.readable.getReader();
    expect((await reader.read()).value).toEqual({ a: 1, b: "x" });
    expect((await reader.read()).value).toEqual({ a: 2, b: { deep: 1 } });
    expect(stream.stats().incoming).toMatchObject({ chunks: 2, bytes: 128 });
  });

  it("more bytes than the byte window → CREDIT_OVERRUN", async () => {
    const { peer } = await kept({}, { limits: { streamBytes: 1000 } });
    peer.data([new Uint8Array(2000)], 2064);
    await peer.settled();
    peer.data([1], 2064 + 64);
    await peer.accused("CREDIT_OVERRUN");
  });

  it("more empty chunks than the byte window pays for → CREDIT_OVERRUN", async () => {
    const { peer } = await kept({ highWaterMark: 10_000 }, { limits: { streamBytes: 640 } });
    peer.data(many(11), 11 * 64);
    await peer.accused("CREDIT_OVERRUN");
  });

  it("a chunk larger than maxChunk → the channel ends with an error", async () => {
    const { peer } = await kept({}, { limits: { maxChunk: 1000 } });
    peer.data([new Uint8Array(1001)], 1065);
    await expect(peer.channel.closed).rejects.toMatchObject({ name: "ProtocolError", origin: "remote" });
  });

  it("more than the initial credit before the stream was taken → CREDIT_OVERRUN", async () => {
    const peer = await greeted({ initialCredit: { chunks: 2, bytes: 1000 } });
    void peer.channel.incomingStreams;
    peer.open("waits");
    peer.data([1, 2]);
    await peer.unmoved();
    peer.data([3], 192);
    await peer.accused("CREDIT_OVERRUN");
  });

  it("more bytes than the initial credit before the stream was taken → CREDIT_OVERRUN", async () => {
    const peer = await greeted({ initialCredit: { chunks: 100, bytes: 1000 } });
    void peer.channel.incomingStreams;
    peer.open("waits");
    peer.data([new Uint8Array(2000)], 2064);
    await peer.unmoved();
    peer.data([new Uint8Array(2000)], 2 * 2064);
    await peer.accused("CREDIT_OVERRUN");
  });

  it("a flood of frames for a stream that nobody has taken → CREDIT_OVERRUN", async () => {
    const peer = await greeted();
    void peer.channel.incomingStreams;
    peer.open("waits");
    for (let i = 0; i < 10_000; i++) peer.send({ type: "stream-credit", id: OPENED, limit: i, bytes: i });
    await peer.accused("CREDIT_OVERRUN");
  });

  for (const weights of [undefined, [], [Number.NaN], [-1], [Number.POSITIVE_INFINITY], ["1"], [undefined]]) {
    const shown = weights === undefined ? "no weights" : `weights of [${weights.map(String)}]`;
    it(`${shown} where the unit is weighed → BAD_FRAME`, async () => {
      const { peer } = await kept({}, {}, { writable: { unit: "weight", highWaterMark: 10 } });
      peer.send({ type: "stream-data", id: OPENED, chunks: ["a"], charged: 64, ...(weights && { weights }) });
      await peer.accused("BAD_FRAME");
    });
  }

  it("weights are counted as they come", async () => {
    const { peer, stream } = await kept({}, {}, { writable: { unit: "weight", highWaterMark: 10 } });
    peer.send({ type: "stream-data", id: OPENED, chunks: ["a", "b"], weights: [4, 5.5], charged: 128 });
    await peer.settled();
    expect(stream.stats().incoming).toMatchObject({ unit: "weight", inFlight: 9.5, credit: 0.5 });
  });

  it("a total of weights above 2^53 − 1 fails that stream with a RangeError, and nothing else", async () => {
    const { peer, stream } = await kept(
      {},
      {},
      { writable: { unit: "weight", highWaterMark: Number.POSITIVE_INFINITY } },
    );
    const weights = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
    peer.send({ type: "stream-data", id: OPENED, chunks: ["a", "b"], weights, charged: 128 });
    await peer.unmoved();
    await expect(stream.readable.getReader().closed).rejects.toBeInstanceOf(RangeError);
  });

  it("an account of bytes that differs fails that stream with CHARGE_MISMATCH, and nothing else", async () => {
    const { peer, stream } = await kept();
    peer.data(["a"], 65);
    await peer.unmoved();
    await expect(stream.readable.getReader().read()).rejects.toMatchObject({ code: "CHARGE_MISMATCH" });
    expect(peer.frames("stream-cancel")).toMatchObject([{ reason: { code: "CHARGE_MISMATCH" } }]);
  });

  it("1,000 grants without a chunk in between → nothing; one more → CREDIT_DRIBBLE", async () => {
    const peer = await greeted();
    peer.channel.openStream("ours");
    await peer.frame("stream-open");
    peer.accept({ readable: { ...WINDOW, limit: 0 } });
    for (let i = 1; i <= 1000; i++) peer.send({ type: "stream-credit", id: OURS, limit: i / 1e6, bytes: 64 });
    await peer.unmoved();
    peer.send({ type: "stream-credit", id: OURS, limit: 1, bytes: 64 });
    await peer.accused("CREDIT_DRIBBLE");
  });

  it("5,000 grants that are each used → nothing", async () => {
    const peer = await greeted();
    const writer = peer.channel.openStream("ours").writable.getWriter();
    await peer.frame("stream-open");
    peer.accept({ readable: { ...WINDOW, limit: 0 } });
    for (let i = 1; i <= 5000; i++) {
      peer.send({ type: "stream-credit", id: OURS, limit: i, bytes: 64 * i });
      await writer.write(i);
    }
    await peer.unmoved();
  });

  it("a lower limit than before → nothing: limits are absolute", async () => {
    const peer = await greeted();
    const stream = peer.channel.openStream("ours");
    await peer.frame("stream-open");
    peer.accept({ readable: { ...WINDOW, limit: 5 } });
    peer.send({ type: "stream-credit", id: OURS, limit: 2, bytes: 10 });
    await peer.settled();
    expect(stream.stats().outgoing.credit).toBe(5);
  });

  it("nothing is granted on arrival; a grant comes when half of the window has been taken", async () => {
    const { peer, stream } = await kept({ highWaterMark: 10 });
    peer.data(many(10));
    await peer.settled();
    expect(peer.frames("stream-credit")).toEqual([]);
    const reader = stream.readable.getReader();
    for (let i = 0; i < 4; i++) await reader.read();
    await peer.settled();
    expect(peer.frames("stream-credit")).toEqual([]);
    await reader.read();
    expect(await peer.frame("stream-credit")).toMatchObject({ id: OPENED, limit: 15 });
    for (let i = 0; i < 5; i++) await reader.read();
    expect(await peer.frame("stream-credit")).toMatchObject({ limit: 20 });
  });

  it("a read that waits while the sender is spent is granted at once", async () => {
    const { peer, stream } = await kept({ highWaterMark: 0 });
    await peer.settled();
    expect(peer.frames("stream-credit")).toEqual([]);
    const reader = stream.readable.getReader();
    const read = reader.read();
    expect(await peer.frame("stream-credit")).toMatchObject({ limit: 1 });
    peer.data(["a"]);
    expect((await read).value).toBe("a");
    await peer.settled();
    expect(peer.frames("stream-credit").length).toBe(1);
  });

  it("a grant always raises the limit, as tiny as the window may be in a large total", async () => {
    const { peer, stream } = await kept({}, {}, { writable: { unit: "weight", highWaterMark: 1e-9 } });
    const reader = stream.readable.getReader();
    let charged = 0;
    let limit = 1e-9;
    for (let i = 0; i < 3; i++) {
      charged += 64;
      peer.send({ type: "stream-data", id: OPENED, chunks: [i], weights: [2 ** 40], charged });
      await reader.read();
      void reader.read().catch(() => {});
      const grant = (await peer.frame("stream-credit")) as { limit: number };
      expect(grant.limit).toBeGreaterThan(limit);
      expect(grant.limit).toBeGreaterThan((i + 1) * 2 ** 40);
      limit = grant.limit;
      charged += 64;
      peer.send({ type: "stream-data", id: OPENED, chunks: [i], weights: [0], charged });
      await peer.settled();
    }
  });

  it("a sender stops at its limits, and goes on with the next grant", async () => {
    const peer = await greeted();
    const writer = peer.channel.openStream("ours").writable.getWriter();
    await peer.frame("stream-open");
    peer.accept({ readable: { ...WINDOW, limit: 2, bytes: 64 * 3 } });
    const writes = many(20).map((i) => writer.write(i));
    await writes[1];
    await peer.settled();
    const sent = (): unknown[] => peer.frames("stream-data").flatMap(({ chunks }) => chunks as unknown[]);
    expect(sent()).toEqual([0, 1]);
    peer.send({ type: "stream-credit", id: OURS, limit: 20, bytes: 64 * 5 });
    await writes[4];
    await peer.settled();
    expect(sent()).toEqual([0, 1, 2, 3, 4]);
    peer.send({ type: "stream-credit", id: OURS, limit: 20, bytes: 64 * 30 });
    await Promise.all(writes);
    await peer.settled();
    expect(sent()).toEqual(many(20));
    expect(peer.frames("stream-data").at(-1)).toMatchObject({ charged: 20 * 64 });
  });
}

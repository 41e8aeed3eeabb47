/** Opening streams and accepting them: what is told in which frame, how many at a time, and under which ids. */
import { describe, expect, it } from "vitest";
import { rejectedBy, thrownBy } from "../support/error-of.ts";
import { MockPeer, WIDE } from "../support/mock-peer.ts";

const SAFE = Number.MAX_SAFE_INTEGER;
const idle = (): Promise<void> => new Promise(() => {});

describe("Streams.open()", () => {
  it("opens under ids of its own parity, in order", () => {
    const peer = new MockPeer();
    const streams = [peer.streams.open("a", {}), peer.streams.open("b", {}), peer.streams.open("a", {})];
    expect(streams.map(({ id }) => id)).toEqual([1, 3, 5]);
    expect(peer.of("stream-open").map(({ id, name }) => [id, name])).toEqual([
      [1, "a"],
      [3, "b"],
      [5, "a"],
    ]);
  });

  it("tells the window of its readable, and its strategy for the other direction", () => {
    const peer = new MockPeer();
    peer.streams.open("plain", {});
    peer.streams.open("both", { highWaterMark: 7 });
    peer.streams.open("one", {
      writableStrategy: new ByteLengthQueuingStrategy({ highWaterMark: 9 }) as QueuingStrategy,
      metadata: { m: 1 },
    });
    const [plain, both, one] = peer.of("stream-open");
    expect(plain?.readable).toEqual({ unit: "chunks", limit: 1_024, bytes: 2 ** 23, fixed: false });
    expect(plain && "writable" in plain).toBe(false);
    expect(both).toMatchObject({ readable: { limit: 7, fixed: true }, writable: { unit: "chunks", highWaterMark: 7 } });
    expect(one).toMatchObject({ writable: { unit: "bytes", highWaterMark: 9 }, metadata: { m: 1 } });
  });

  it.each([0, 1e-20, 0.5, SAFE - 1, SAFE, 2 ** 53, 1e16, Number.MAX_VALUE, Number.POSITIVE_INFINITY])(
    "tells nothing that the remote would take for a breach, at a highWaterMark of %d",
    (highWaterMark) => {
      // Whatever is posted here is parsed as the remote would.
      const peer = new MockPeer({ streams: { s: { highWaterMark, handler: idle } } });
      peer.streams.open("chunks", { highWaterMark });
      peer.streams.open("bytes", { highWaterMark, readable: "bytes" });
      peer.open(2, "s");
      expect(peer.of("stream-open")).toHaveLength(2);
      expect(peer.of("stream-accept")).toHaveLength(1);
    },
  );

  it("waits for the remote's hello, and opens then", () => {
    const peer = new MockPeer({ greeted: false });
    const stream = peer.streams.open("s", {});
    expect([stream.id, peer.posted.length, peer.streams.active]).toEqual([-1, 0, 1]);
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
    peer.streams.greeted(remote, false);
    expect([stream.id, peer.of("stream-open").length]).toEqual([2, 1]);
  });

  it("keeps to the number of streams that the remote takes, and goes on once one has ended", () => {
    const peer = new MockPeer({ remote: { streams: 2 } });
    const streams = Array.from({ length: 3 }, () => peer.streams.open("s", {}));
    for (const { writable } of streams) writable.getWriter().closed.catch(() => {});
    expect(peer.of("stream-open")).toHaveLength(2);
    streams[0]?.abort("enough");
    expect(peer.of("stream-open")).toHaveLength(3);
  });

  it("keeps to the number of streams that the remote lets wait, and goes on once one was accepted", () => {
    const peer = new MockPeer({ remote: { unaccepted: 1 } });
    for (let i = 0; i < 2; i++) peer.streams.open("s", {});
    expect(peer.of("stream-open")).toHaveLength(1);
    peer.accept(1);
    expect(peer.of("stream-open")).toHaveLength(2);
  });

  it("sends nothing for a stream whose signal is aborted already", () => {
    const peer = new MockPeer();
    const { writable } = peer.streams.open("s", { signal: AbortSignal.abort("enough") });
    writable.getWriter().closed.catch(() => {});
    expect([peer.posted.length, peer.streams.active]).toEqual([0, 0]);
  });

  it("errors a stream whose metadata cannot be sent, and keeps nothing of it", async () => {
    const peer = new MockPeer();
    const { readable, writable } = peer.streams.open("s", { metadata: () => 1 });
    writable.getWriter().closed.catch(() => {});
    expect((await rejectedBy(readable.getReader().read())).error.name).toBe("DataCloneError");
    expect([peer.posted.length, peer.streams.active]).toEqual([0, 0]);
  });

  it("throws for options that are a mistake, and keeps nothing of them", () => {
    const peer = new MockPeer();
    expect(thrownBy(() => peer.streams.open("s", { highWaterMark: -1 })).code).toBe("BAD_STRATEGY");
    expect(peer.streams.active).toBe(0);
  });

  it("sends a first chunk on the initial credit, and the others once it was accepted", async () => {
    const peer = new MockPeer();
    const writer = peer.streams.open("s", { highWaterMark: 9 }).writable.getWriter();
    for (const n of [1, 2, 3]) writer.write(n).catch(() => {});
    await peer.rest();
    expect(peer.of("stream-data").map(({ chunks }) => chunks)).toEqual([[1]]);
    peer.accept(1);
    await peer.rest();
    expect(peer.of("stream-data").flatMap(({ chunks }) => chunks)).toEqual([1, 2, 3]);
    expect(peer.of("stream-data").at(-1)?.charged).toBe(3 * 64);
  });
});

describe("Streams, accepting", () => {
  it("tells the window of its readable, and fixes the unit", () => {
    const peer = new MockPeer({ streams: { s: { highWaterMark: 3, handler: idle }, plain: idle } });
    peer.open(2, "s");
    peer.open(4, "plain");
    expect(peer.of("stream-accept")).toMatchObject([
      { id: 2, codec: "clone", readable: { unit: "chunks", limit: 3, fixed: true } },
      { id: 4, readable: { unit: "chunks", limit: 1_024, fixed: false } },
    ]);
  });

  it("uses the opener's strategy where this side gave none", () => {
    const peer = new MockPeer({ streams: { s: idle } });
    peer.open(2, "s", { writable: { unit: "bytes", highWaterMark: 9 } });
    expect(peer.of("stream-accept")[0]?.readable).toMatchObject({ unit: "bytes", limit: 9 });
  });

  it("takes the raw codec of its opener without an option", () => {
    const peer = new MockPeer({ streams: { s: idle } });
    peer.open(2, "s", { codec: "raw" });
    expect(peer.of("stream-accept")[0]).toMatchObject({ codec: "raw", readable: { unit: "bytes" } });
  });

  it("suggests its strategy where the opener gave none", () => {
    const peer = new MockPeer({ streams: { s: { highWaterMark: 3, handler: idle } } });
    peer.open(2, "s", { readable: { ...WIDE, fixed: false } });
    peer.open(4, "s");
    const [suggesting, plain] = peer.of("stream-accept");
    expect(suggesting?.writable).toEqual({ unit: "chunks", highWaterMark: 3 });
    expect(plain && "writable" in plain).toBe(false);
  });

  it("hands over streams without a handler as their reader asks, with what came early", async () => {
    const peer = new MockPeer();
    const reader = peer.streams.incomingStreams.getReader();
    peer.open(2, "a", { metadata: 5 });
    peer.open(4, "b");
    peer.data(2, ["early"]);
    expect(peer.of("stream-accept")).toHaveLength(0);
    const { value: stream } = await reader.read();
    expect([stream?.id, stream?.name, stream?.metadata]).toEqual([2, "a", 5]);
    expect(peer.of("stream-accept").map(({ id }) => id)).toEqual([2]);
    expect(await stream?.readable.getReader().read()).toEqual({ done: false, value: "early" });
  });

  it("forgets a stream that its opener gave up before anybody took it", async () => {
    const peer = new MockPeer();
    void peer.streams.incomingStreams;
    peer.open(2, "a");
    const reason = { name: "Error", message: "never mind" };
    peer.receive({ type: "stream-error", id: 2, reason });
    expect(peer.streams.active).toBe(1);
    peer.receive({ type: "stream-cancel", id: 2, reason });
    expect([peer.streams.active, peer.codes.length]).toEqual([0, 0]);
  });

  it("has at most so many handlers under way, until one has settled", async () => {
    const finish: (() => void)[] = [];
    const handler = (): Promise<void> => new Promise((resolve) => finish.push(resolve));
    const peer = new MockPeer({ limits: { streams: 1 }, streams: { s: handler } });
    peer.open(2);
    peer.open(4);
    expect(finish).toHaveLength(1);
    finish[0]?.();
    await peer.rest();
    expect(finish).toHaveLength(2);
    expect(peer.codes).toEqual([]);
  });
});

/** What a slow reader's sender is told, in time that a test moves; and what it costs where nobody is slow. */
import { describe, expect, it } from "vitest";
import type { ChannelStream } from "../../../src/stream/stream.ts";
import { type MockOptions, MockPeer } from "../support/mock-peer.ts";
import { settle } from "../support/scheduler.ts";

const STALL = 60_000;
const PAUSE = STALL / 4;

/** A remote that gives up after a while has filled the window of a stream: its reader, and what the remote was told. */
async function filled(more: MockOptions & { options?: object } = {}) {
  let stream: ChannelStream | undefined;
  const handler = (each: ChannelStream): Promise<void> => {
    stream = each;
    return new Promise(() => {});
  };
  const { options = { highWaterMark: 10 }, ...rest } = more;
  const peer = new MockPeer({ remote: { stall: STALL }, ...rest, streams: { s: { ...options, handler } as never } });
  peer.open(2);
  peer.data(2, Array(10).fill("chunk"));
  await settle();
  const reader = (stream as unknown as ChannelStream).readable.getReader();
  const read = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await reader.read();
    await settle();
  };
  const limits = (): unknown[] => peer.of("stream-credit").map(({ limit }) => limit);
  return { peer, stream: stream as unknown as ChannelStream, read, limits, reader };
}

describe("a reader that has read less than half of a window", () => {
  it("has its sender told what there is, so much earlier than that gives up", async () => {
    const { peer, read, limits } = await filled();
    await read(2);
    expect(limits()).toEqual([]);
    await peer.scheduler.pass(PAUSE - 1);
    expect(limits()).toEqual([]);
    await peer.scheduler.pass(1);
    expect(limits()).toEqual([12]);
  });

  it("has it told no more often than that, however it reads", async () => {
    const { peer, read, limits } = await filled();
    let come = 10;
    for (let i = 0; i < 8; i++) {
      await read(1);
      await peer.scheduler.pass(PAUSE / 4);
      const left = (limits().at(-1) as number | undefined) ?? 10;
      while (come < left) peer.data(2, ["more"], come++);
    }
    expect(limits()).toEqual([14, 18]);
  });

  it("has nothing told while it reads nothing, and again once it does", async () => {
    const { peer, read, limits } = await filled();
    await peer.scheduler.pass(10 * PAUSE);
    expect([limits(), peer.scheduler.timers.length]).toEqual([[], 1]);
    await read(1);
    await peer.scheduler.pass(PAUSE);
    expect(limits()).toEqual([11]);
  });

  it("has nothing told once the sender has credit: no timer is left", async () => {
    const { peer, read, limits } = await filled();
    await read(5);
    expect(limits()).toEqual([15]);
    await peer.scheduler.pass(PAUSE);
    expect([limits(), peer.scheduler.timers]).toEqual([[15], []]);
  });

  it("of streams without number costs one timer", async () => {
    const { peer } = await filled();
    for (let id = 4; id <= 40; id += 2) {
      peer.open(id);
      peer.data(id, Array(10).fill("chunk"));
    }
    expect(peer.scheduler.timers.length).toBe(1);
    peer.streams.fail("lost", () => new Error("over"));
    expect(peer.scheduler.timers).toEqual([]);
  });

  it("costs nothing where the remote waits for ever", async () => {
    const { peer, read, limits } = await filled({ remote: {} });
    await read(2);
    await peer.scheduler.pass(100 * STALL);
    expect([limits(), peer.scheduler.asked]).toEqual([[], []]);
  });

  it.each([
    [1e-9, 50],
    [1e15, 60_000],
  ])("of a remote that gives up after %d ms is told every %d ms", async (stall, pause) => {
    const { peer } = await filled({ remote: { stall } });
    expect(peer.scheduler.asked).toEqual([pause]);
  });

  it("of a part of a chunk that is larger than the window: the same limits again, but not without end", async () => {
    let stream: ChannelStream | undefined;
    const handler = (each: ChannelStream): Promise<void> => {
      stream = each;
      return new Promise(() => {});
    };
    const peer = new MockPeer({
      remote: { stall: STALL },
      streams: { s: { readable: "bytes", highWaterMark: 100, handler } as never },
    });
    peer.open(2, "s", { codec: "raw" });
    peer.receive({ type: "stream-data", id: 2, chunks: [new Uint8Array(100_000)], charged: 100_064 });
    await settle();
    const reader = (stream as unknown as ChannelStream<Uint8Array>).readable.getReader({ mode: "byob" });
    for (let i = 0; i < 600; i++) {
      await reader.read(new Uint8Array(10));
      await peer.scheduler.pass(PAUSE);
    }
    const told = peer.of("stream-credit");
    expect(new Set(told.map(({ limit }) => limit))).toEqual(new Set([100]));
    expect(told.length).toBe(500);
  });
});

/** A write that waits for a remote which reads no more, in time that a test moves. */
import { describe, expect, it } from "vitest";
import { type MockOptions, MockPeer, WIDE } from "../support/mock-peer.ts";
import { settle } from "../support/scheduler.ts";

const STALL = 60_000;

/** A stream whose second chunk waits for credit, and what became of that write. */
async function waiting(options: MockOptions = { trusted: false }) {
  const peer = new MockPeer(options);
  const stream = peer.streams.open("slow", {});
  peer.receive({ type: "stream-accept", id: 1, codec: "clone", readable: { ...WIDE, limit: 1 } });
  const writer = stream.writable.getWriter();
  await writer.write("first");
  const results: unknown[] = [];
  const write = (chunk: unknown): void => {
    writer.write(chunk).then(
      () => results.push("written"),
      (error) => results.push(error.code),
    );
  };
  write("second");
  await settle();
  let limit = 1;
  const grant = (): void => peer.receive({ type: "stream-credit", id: 1, limit: ++limit, bytes: 1_000_000 });
  return { ...peer, peer, stream, write, results, grant };
}

describe("a write without credit", () => {
  it("is given up after limits.stall, and its stream with it", async () => {
    const { peer, results, stream } = await waiting();
    await peer.scheduler.pass(STALL - 1);
    expect(results).toEqual([]);
    await peer.scheduler.pass(1);
    await settle();
    expect(results).toEqual(["STREAM_STALLED"]);
    expect(stream.stats().outgoing.state).toBe("failed");
    expect(peer.of("stream-error")).toMatchObject([{ id: 1, reason: { code: "STREAM_STALLED" } }]);
  });

  it("waits as long as some credit comes, for as many chunks", async () => {
    const { peer, results, grant, write } = await waiting();
    for (let i = 0; i < 20; i++) {
      await peer.scheduler.pass(STALL - 1);
      grant();
      write(i);
      await settle();
    }
    expect(results).toEqual(Array(20).fill("written"));
  });

  it("waits as long as it hears of a reader, though nothing more may be sent", async () => {
    const { peer, results } = await waiting();
    const same = (): void => peer.receive({ type: "stream-credit", id: 1, limit: 1, bytes: 1_000_000 });
    for (let i = 0; i < 20; i++) {
      await peer.scheduler.pass(STALL - 1);
      same();
    }
    expect(results).toEqual([]);
    await peer.scheduler.pass(2 * STALL);
    await settle();
    expect(results).toEqual(["STREAM_STALLED"]);
  });

  it("leaves no timer behind when the stream ends", async () => {
    const { peer, stream } = await waiting();
    expect(peer.scheduler.timers.length).toBe(1);
    stream.abort("enough");
    await settle();
    expect(peer.scheduler.timers).toEqual([]);
  });

  it("waits for ever where the remote is trusted", async () => {
    const { peer, results } = await waiting({ trusted: true });
    await peer.scheduler.pass(100 * STALL);
    expect([results, peer.scheduler.asked]).toEqual([[], []]);
  });

  it("waits for ever at this side, while the remote takes no more streams", async () => {
    const peer = new MockPeer({ trusted: false, remote: { streams: 1 } });
    peer.streams.open("first", {});
    const second = peer.streams.open("second", {});
    const writer = second.writable.getWriter();
    const results: unknown[] = [];
    writer.write(1).then(
      () => results.push("written"),
      (error) => results.push(error.code),
    );
    await settle();
    await peer.scheduler.pass(10 * STALL);
    await settle();
    expect(results).toEqual([]);
  });
});

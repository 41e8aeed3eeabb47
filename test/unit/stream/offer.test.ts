/** A stream that nobody has taken yet: what it keeps meanwhile, and how little that may be. */
import { describe, expect, it } from "vitest";
import type { ChannelStream } from "../../../src/stream/stream.ts";
import { MockPeer } from "../support/mock-peer.ts";

const reason = { name: "Error", message: "text" };
const big = (size: number): object => ({ type: "stream-data", id: 2, chunks: [new Uint8Array(size)], charged: 0 });

/** Somebody reads incoming streams, but not yet this one. */
function offered(initialCredit: { chunks: number; bytes: number }): MockPeer {
  const peer = new MockPeer({ initialCredit });
  void peer.streams.incomingStreams;
  peer.open(2);
  return peer;
}

describe("An offered stream", () => {
  it.each([0, 1, 5])("keeps the %d chunks of the initial credit, however they are framed", (chunks) => {
    for (const single of [true, false]) {
      const peer = offered({ chunks, bytes: 1e9 });
      const list = Array.from({ length: chunks }, (_, at) => at);
      if (single) for (const each of list) peer.data(2, [each]);
      else peer.data(2, list);
      expect(peer.codes).toEqual([]);
      peer.data(2, ["one more"]);
      expect(peer.codes).toEqual(["CREDIT_OVERRUN"]);
    }
  });

  it("counts chunks that come as rows", () => {
    const peer = offered({ chunks: 2, bytes: 1e9 });
    peer.receive({
      type: "stream-data",
      id: 2,
      charged: 0,
      rows: { shape: { keys: ["a"], parts: [0] }, columns: [[1, 2, 3]] },
    });
    expect(peer.codes).toEqual(["CREDIT_OVERRUN"]);
  });

  it("keeps one chunk of any size, and none once the bytes of the initial credit are spent", () => {
    const peer = offered({ chunks: 10, bytes: 1_000 });
    peer.receive(big(100_000));
    expect(peer.codes).toEqual([]);
    peer.receive(big(100_000));
    expect(peer.codes).toEqual(["CREDIT_OVERRUN"]);
  });

  it.each<[string, object]>([
    ["credit", { type: "stream-credit", id: 2, limit: 1, bytes: 1 }],
    ["empty frames of data", { type: "stream-data", id: 2, chunks: [], charged: 0 }],
    ["cancels", { type: "stream-cancel", id: 2, reason }],
  ])("does not keep a flood of %s", (_, frame) => {
    const peer = offered({ chunks: 1, bytes: 1 });
    for (let i = 0; i < 200; i++) peer.receive(frame);
    expect(peer.breaches.length).toBeGreaterThan(0);
    expect(peer.codes[0]).toBe("CREDIT_OVERRUN");
  });

  it("is kept, with what it was sent, once its opener has closed or failed one direction", async () => {
    const peer = offered({ chunks: 1, bytes: 1_000 });
    const reader = peer.streams.incomingStreams.getReader();
    peer.data(2, ["early"]);
    peer.receive({ type: "stream-end", id: 2, chunks: 1 });
    peer.receive({ type: "stream-cancel", id: 2, reason });
    expect(peer.streams.active).toBe(1);
    const { value } = await reader.read();
    const stream = value as ChannelStream;
    stream.writable.getWriter().closed.catch(() => {});
    const chunks: unknown[] = [];
    for await (const chunk of stream.readable as unknown as AsyncIterable<unknown>) chunks.push(chunk);
    expect(chunks).toEqual(["early"]);
    expect([peer.of("stream-ended").length, peer.codes.length]).toEqual([1, 0]);
  });

  it("is refused with the reason when the reader of incoming streams cancels", async () => {
    const peer = offered({ chunks: 1, bytes: 1 });
    await peer.streams.incomingStreams.cancel(new RangeError("no more"));
    expect(peer.of("stream-refuse")).toMatchObject([{ id: 2, reason: { name: "RangeError", message: "no more" } }]);
    expect(peer.streams.active).toBe(0);
  });
});

/** Streams that are refused, or fail by themselves, while the channel and the others live. */
import { describe, expect, it } from "vitest";
import { type MockOptions, MockPeer } from "../support/mock-peer.ts";

const idle = { handler: (): Promise<void> => new Promise(() => {}) };
const options: MockOptions = { streams: { s: { ...idle, highWaterMark: 2 }, bytes: { ...idle, readable: "bytes" } } };

describe("A stream that cannot be taken", () => {
  it.each<[string, (peer: MockPeer) => void, string]>([
    ["has no handler", (peer) => peer.open(2, "nobody"), "STREAM_NOT_FOUND"],
    ["has a name that every object has", (peer) => peer.open(2, "toString"), "STREAM_NOT_FOUND"],
    ["has another codec", (peer) => peer.open(2, "s", { codec: "msgpack" }), "CODEC_MISMATCH"],
    ["has a codec that every object has", (peer) => peer.open(2, "s", { codec: "constructor" }), "CODEC_MISMATCH"],
    [
      "comes while the channel closes",
      (peer) => {
        peer.streams.close(Object.assign(new Error("closing"), { code: "CHANNEL_CLOSED" }));
        peer.open(2);
      },
      "CHANNEL_CLOSED",
    ],
  ])("is refused, and the channel lives: it %s", async (_, open, code) => {
    const peer = new MockPeer(options);
    open(peer);
    await peer.rest();
    expect(peer.of("stream-refuse")).toMatchObject([{ id: 2, reason: { code } }]);
    expect(peer.codes).toEqual([]);
    expect(peer.streams.active).toBe(0);
  });
});

describe("A stream that is at fault itself", () => {
  it("fails alone where a chunk was charged otherwise at its sender", async () => {
    const peer = new MockPeer(options);
    peer.open(2);
    await peer.rest();
    peer.receive({ type: "stream-data", id: 2, chunks: [new Uint8Array(10)], charged: 64 });
    await peer.rest();
    expect(peer.codes).toEqual([]);
    expect(peer.of("stream-cancel")).toMatchObject([{ id: 2, reason: { code: "CHARGE_MISMATCH" } }]);
  });

  it("fails alone where it was accepted with another codec than it was opened with", async () => {
    const peer = new MockPeer(options);
    peer.streams
      .open("s", {})
      .writable.getWriter()
      .closed.catch(() => {});
    peer.accept(1, { codec: "raw" });
    expect(peer.of("stream-error")).toMatchObject([{ id: 1, reason: { code: "CODEC_MISMATCH" } }]);
    expect(peer.codes).toEqual([]);
  });

  it("fails alone where a chunk is no bytes", async () => {
    const peer = new MockPeer(options);
    peer.open(2, "bytes", { codec: "raw" });
    await peer.rest();
    peer.data(2, ["text"]);
    await peer.rest();
    expect(peer.codes).toEqual([]);
    expect(peer.of("stream-cancel")).toMatchObject([{ id: 2, reason: { code: "BAD_CHUNK" } }]);
  });
});

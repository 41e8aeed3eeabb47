/** Frames in, error codes out: what a remote may send in which state, and what is a breach of the protocol. */
import { describe, expect, it } from "vitest";
import { ProtocolError } from "../../../src/errors.ts";
import { type MockOptions, MockPeer, WIDE } from "../support/mock-peer.ts";

type Play = (peer: MockPeer) => void | Promise<void>;

/** A stream of ours, under the id 1; one of the remote's, under the id 2, that a handler keeps and does not read. */
const ours: Play = (peer) => {
  const stream = peer.streams.open("s", {});
  stream.writable.getWriter().closed.catch(() => {});
};
const accepted: Play = async (peer) => {
  await ours(peer);
  peer.accept(1);
};
const closing: Play = async (peer) => {
  const writer = peer.streams.open("s", {}).writable.getWriter();
  writer.close().catch(() => {});
  peer.accept(1);
  await peer.rest();
};
const theirs: Play = async (peer) => {
  peer.open(2);
  await peer.rest();
};
const ended: Play = async (peer) => {
  await theirs(peer);
  peer.receive({ type: "stream-end", id: 2, chunks: 0 });
};

const idle = { handler: () => new Promise(() => {}) };
const options: MockOptions = { streams: { s: { ...idle, highWaterMark: 2 }, bytes: { ...idle, readable: "bytes" } } };
const reason = { name: "Error", message: "text" };
const credit = { type: "stream-credit", id: 1, limit: 5, bytes: 500 };

const breaches: readonly [string, Play, (peer: MockPeer) => void, string][] = [
  ["a stream opened under an id of ours", () => {}, (peer) => peer.open(1), "BAD_STREAM_ID"],
  ["a stream opened twice", theirs, (peer) => peer.open(2), "BAD_STREAM_ID"],
  ["a stream opened under a lower id", (peer) => peer.open(6), (peer) => peer.open(4), "BAD_STREAM_ID"],
  ["a stream opened under too large an id", () => {}, (peer) => peer.open(2 ** 31), "BAD_STREAM_ID"],
  ["a frame for a stream of the remote's that never was", () => {}, (peer) => peer.data(2, [1]), "BAD_STREAM_ID"],
  ["a frame for a stream of ours that never was", ours, (peer) => peer.accept(3), "BAD_STREAM_ID"],
  ["a second acceptance", accepted, (peer) => peer.accept(1), "BAD_STATE"],
  [
    "a refusal after the acceptance",
    accepted,
    (peer) => peer.receive({ type: "stream-refuse", id: 1, reason }),
    "BAD_STATE",
  ],
  ["an acceptance of its own stream", theirs, (peer) => peer.accept(2), "BAD_STATE"],
  [
    "a refusal of its own stream",
    theirs,
    (peer) => peer.receive({ type: "stream-refuse", id: 2, reason }),
    "BAD_STATE",
  ],
  ["credit before the acceptance", ours, (peer) => peer.receive(credit), "BAD_STATE"],
  [
    "an end acknowledged that was not said",
    accepted,
    (peer) => peer.receive({ type: "stream-ended", id: 1 }),
    "BAD_STATE",
  ],
  [
    "an end acknowledged twice",
    async (peer) => {
      await closing(peer);
      peer.receive({ type: "stream-ended", id: 1 });
    },
    (peer) => peer.receive({ type: "stream-ended", id: 1 }),
    "BAD_STATE",
  ],
  [
    "a unit by weight where this side gave no size",
    ours,
    (peer) => peer.accept(1, { readable: { ...WIDE, unit: "weight" } }),
    "BAD_FRAME",
  ],
  [
    "chunks beyond the window",
    theirs,
    (peer) => {
      peer.data(2, [1, 2]);
      peer.data(2, [3], 2);
    },
    "CREDIT_OVERRUN",
  ],
  ["chunks beyond the window in one frame", theirs, (peer) => peer.data(2, [1, 2, 3]), "CREDIT_OVERRUN"],
  [
    "chunks beyond the window as rows",
    theirs,
    (peer) =>
      peer.receive({
        type: "stream-data",
        id: 2,
        rows: { shape: { keys: ["a"], parts: [0] }, columns: [[1, 2, 3]] },
        charged: 192,
      }),
    "CREDIT_OVERRUN",
  ],
  [
    "an end after fewer chunks than it says",
    theirs,
    (peer) => peer.receive({ type: "stream-end", id: 2, chunks: 1 }),
    "BAD_FRAME",
  ],
  ["a second end", ended, (peer) => peer.receive({ type: "stream-end", id: 2, chunks: 0 }), "BAD_STATE"],
  ["data after the end", ended, (peer) => peer.data(2, [1]), "BAD_STATE"],
  [
    "a chunk larger than it was told",
    theirs,
    (peer) => peer.receive({ type: "stream-data", id: 2, chunks: [new Uint8Array(17 * 2 ** 20)], charged: 0 }),
    "CHUNK_TOO_LARGE",
  ],
  ["a malformed frame", theirs, (peer) => peer.receive({ type: "stream-data", id: 2 }), "BAD_FRAME"],
  ["what is no frame", theirs, (peer) => peer.receive({ hello: 1 }), "BAD_MESSAGE"],
];

describe("A remote that breaks the protocol", () => {
  it.each(breaches)("is blamed for %s", async (_, before, breach, code) => {
    const peer = new MockPeer(options);
    await before(peer);
    expect(peer.codes).toEqual([]);
    breach(peer);
    await peer.rest();
    expect(peer.codes).toEqual([code]);
    expect(peer.breaches[0]).toBeInstanceOf(ProtocolError);
    expect(peer.breaches[0]).toMatchObject({ origin: "remote" });
  });

  it("is blamed for a stream before its hello", () => {
    const peer = new MockPeer({ ...options, greeted: false });
    peer.open(2);
    expect(peer.codes).toEqual(["HELLO_EXPECTED"]);
  });

  it("is blamed for grants without end that give nothing", async () => {
    const peer = new MockPeer({ ...options, limits: { idleGrants: 3 } });
    await accepted(peer);
    for (let i = 0; i < 4; i++) peer.receive(credit);
    expect(peer.codes).toEqual(["CREDIT_DRIBBLE"]);
  });

  it("is blamed for more than the initial credit before its stream was accepted", () => {
    // Nobody has taken the stream: it waits for a reader of the incoming ones.
    const peer = new MockPeer({ initialCredit: { chunks: 2, bytes: 1_000 } });
    void peer.streams.incomingStreams;
    peer.open(2, "unnamed");
    peer.data(2, [1, 2]);
    expect(peer.codes).toEqual([]);
    peer.data(2, [3], 2);
    expect(peer.codes).toEqual(["CREDIT_OVERRUN"]);
  });
});

const honest: readonly [string, Play, (peer: MockPeer) => void][] = [
  [
    "the same grant twice, and a lower one",
    accepted,
    (peer) => [5, 5, 2].forEach((limit) => peer.receive({ ...credit, limit })),
  ],
  [
    "frames for a stream that this side has aborted",
    accepted,
    (peer) => {
      peer.streams.fail("abort", () => "enough");
      peer.receive(credit);
      peer.data(1, [1]);
      peer.receive({ type: "stream-end", id: 1, chunks: 1 });
      peer.receive({ type: "stream-cancel", id: 1, reason });
    },
  ],
  [
    "an acceptance of a stream that this side has aborted meanwhile",
    ours,
    (peer) => {
      peer.streams.fail("abort", () => "enough");
      peer.accept(1);
    },
  ],
  [
    "an error after an error",
    theirs,
    (peer) => {
      peer.receive({ type: "stream-error", id: 2, reason });
      peer.receive({ type: "stream-error", id: 2, reason });
    },
  ],
  [
    "a cancel that crosses the end",
    closing,
    (peer) => {
      peer.receive({ type: "stream-ended", id: 1 });
      peer.receive({ type: "stream-cancel", id: 1, reason });
    },
  ],
  [
    "a chunk that overdraws the window in bytes",
    theirs,
    (peer) => peer.receive({ type: "stream-data", id: 2, chunks: [new Uint8Array(5_000_000)], charged: 5_000_064 }),
  ],
  ["a frame of data without any", theirs, (peer) => peer.data(2, [])],
];

describe("An honest remote", () => {
  it.each(honest)("is not blamed for %s", async (_, before, news) => {
    const peer = new MockPeer(options);
    await before(peer);
    news(peer);
    await peer.rest();
    expect(peer.codes).toEqual([]);
  });
});

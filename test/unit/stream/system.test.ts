/** Streams of the channel's own, which a message may wait for: whatever becomes of them, both ends hear of it. */
import { describe, expect, it } from "vitest";
import type { SystemOffer } from "../../../src/stream/system.ts";
import { MockPeer } from "../support/mock-peer.ts";

const reason = { name: "RangeError", message: "out of range" };

function withSystem(remote: object = {}): { peer: MockPeer; offers: SystemOffer[] } {
  const offers: SystemOffer[] = [];
  const system = new Map([["$/own", (offer: SystemOffer) => void offers.push(offer)]]);
  return { peer: new MockPeer({ remote, system }), offers };
}

describe("A stream of the channel's own", () => {
  it("is opened although it has ended while it waited, and the remote is told how; it takes no place", () => {
    const { peer } = withSystem({ streams: 1 });
    peer.streams.open("first", {});
    const stream = peer.streams.open("$/own", { metadata: 7 }, { met: () => {} });
    expect(peer.of("stream-open")).toHaveLength(1);
    stream.abort(new RangeError("out of range"));
    expect(peer.of("stream-open")[1]).toMatchObject({ id: 3, name: "$/own", metadata: 7 });
    expect(peer.of("stream-error")).toMatchObject([{ id: 3, reason }]);
    expect(peer.of("stream-cancel")).toMatchObject([{ id: 3, reason }]);
    expect(peer.streams.active).toBe(1);
    peer.accept(3);
    expect(peer.breaches).toEqual([]);
  });

  it("passes those of users that nobody takes: a call must not wait for them", () => {
    const { peer } = withSystem({ unaccepted: 1 });
    peer.streams.open("first", {});
    peer.streams.open("second", {});
    expect(peer.of("stream-open")).toHaveLength(1);
    peer.streams.open("$/own", { metadata: 7 }, { met: () => {} });
    expect(peer.of("stream-open").map(({ name }) => name)).toEqual(["first", "$/own"]);
    peer.accept(3);
    expect(peer.of("stream-open")).toHaveLength(2);
    peer.accept(1);
    expect(peer.of("stream-open").map(({ name }) => name)).toEqual(["first", "$/own", "second"]);
  });

  it("that has ended while it waited and is a user's is not opened", () => {
    const { peer } = withSystem({ streams: 1 });
    peer.streams.open("first", {});
    peer.streams.open("second", {}).abort();
    expect(peer.of("stream-open")).toHaveLength(1);
  });

  it("stays offered when its opener has given it up, and ends with the reason once it is taken", async () => {
    const { peer, offers } = withSystem();
    peer.open(2, "$/own", { metadata: 7 });
    peer.receive({ type: "stream-cancel", id: 2, reason });
    peer.receive({ type: "stream-error", id: 2, reason });
    expect(peer.streams.active).toBe(1);
    const stream = offers[0]?.accept({});
    await expect(stream?.readable.getReader().read()).rejects.toMatchObject(reason);
    expect(peer.streams.active).toBe(0);
  });

  it("is withdrawn instead where somebody asks to be told", () => {
    const { peer, offers } = withSystem();
    let withdrawn = 0;
    peer.open(2, "$/own");
    (offers[0] as SystemOffer).withdrawn = () => withdrawn++;
    peer.receive({ type: "stream-cancel", id: 2, reason });
    peer.receive({ type: "stream-error", id: 2, reason });
    expect(withdrawn).toBe(1);
    expect(peer.streams.active).toBe(0);
  });
});

describe("Duplex.writeOnly()", () => {
  it("tells the remote, and is no failure of the stream", async () => {
    const { peer } = withSystem();
    const stream = peer.streams.open("s", {});
    stream.writeOnly();
    expect(peer.of("stream-cancel")).toHaveLength(1);
    expect(stream.signal.aborted).toBe(false);
    expect(await stream.readable.getReader().read()).toEqual({ done: true, value: undefined });
    stream.abort(new RangeError("out of range"));
    expect(stream.signal.reason).toMatchObject(reason);
    expect(peer.streams.active).toBe(0);
  });

  it("before the stream is opened is told as it is", () => {
    const peer = new MockPeer({ greeted: false });
    peer.streams.open("s", {}).writeOnly();
    peer.streams.greeted(
      {
        fork: false,
        streams: 1,
        unaccepted: 1,
        calls: 1,
        maxChunk: 1,
        window: 1,
        message: 1024 * 1024,
        stall: Number.POSITIVE_INFINITY,
        initialCredit: { chunks: 1, bytes: 1 },
      },
      true,
    );
    expect(peer.posted.map(({ type }) => type)).toEqual(["stream-open", "stream-cancel"]);
  });
});

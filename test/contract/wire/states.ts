/** Frames that are well formed, and must not come now: ids, states, totals. */
import type { ChannelStream, ConnectOptions } from "sluice";
import { expect, it } from "vitest";
import { greeted, type Message, OPENED, OURS, type Peer, WINDOW } from "./peer.ts";

/** Streams that are kept for ever, and given to the test. */
function keeping(): { options: ConnectOptions; streams: ChannelStream[] } {
  const streams: ChannelStream[] = [];
  const keep = (stream: ChannelStream): Promise<never> => {
    streams.push(stream);
    return new Promise(() => {});
  };
  return { options: { streams: { keep } }, streams };
}

/** What is sent to a channel that has one stream of the peer's, and one of its own that was accepted. */
const breaches: Readonly<Record<string, readonly [(peer: Peer) => void, string]>> = {
  "stream-open with an id of the channel's own": [(peer) => peer.open("keep", {}, 4), "BAD_STREAM_ID"],
  "stream-open with an id that is in use": [(peer) => peer.open("keep", {}, OPENED), "BAD_STREAM_ID"],
  "stream-open with an id of 0": [(peer) => peer.open("keep", {}, 0), "BAD_STREAM_ID"],
  "stream-open with an id above 2^31 − 1": [(peer) => peer.open("keep", {}, 2 ** 31 + 1), "BAD_STREAM_ID"],
  "stream-open with a decreasing id": [
    (peer) => {
      peer.open("keep", {}, 9);
      peer.open("keep", {}, 7);
    },
    "BAD_STREAM_ID",
  ],
  "stream-open with the id of a stream that has ended": [
    (peer) => {
      peer.send({ type: "stream-error", id: OPENED, reason: {} });
      peer.send({ type: "stream-cancel", id: OPENED, reason: {} });
      peer.open("keep", {}, OPENED);
    },
    "BAD_STREAM_ID",
  ],
  "stream-open with a port where ports are not asked for": [(peer) => peer.open("keep", { port: {} }, 3), "BAD_FRAME"],
  "a frame of a stream that the peer never opened": [(peer) => peer.data([], 0, 5), "BAD_STREAM_ID"],
  "a frame of a stream that the channel never opened": [
    (peer) => peer.send({ type: "stream-credit", id: 8, limit: 1, bytes: 1 }),
    "BAD_STREAM_ID",
  ],
  "stream-data after the end": [
    (peer) => {
      peer.send({ type: "stream-end", id: OPENED, chunks: 0 });
      peer.data([1]);
    },
    "BAD_STATE",
  ],
  "a second end": [
    (peer) => {
      peer.send({ type: "stream-end", id: OPENED, chunks: 0 });
      peer.send({ type: "stream-end", id: OPENED, chunks: 0 });
    },
    "BAD_STATE",
  ],
  "an end with a total that is too high": [
    (peer) => {
      peer.data([1]);
      peer.send({ type: "stream-end", id: OPENED, chunks: 2 });
    },
    "BAD_FRAME",
  ],
  "an end with a total that is too low": [
    (peer) => {
      peer.data([1]);
      peer.send({ type: "stream-end", id: OPENED, chunks: 0 });
    },
    "BAD_FRAME",
  ],
  "stream-ended of what was not ended": [(peer) => peer.send({ type: "stream-ended", id: OURS }), "BAD_STATE"],
  "stream-accept twice": [(peer) => peer.accept(), "BAD_STATE"],
  "stream-accept of the peer's own stream": [(peer) => peer.accept({}, OPENED), "BAD_STATE"],
  "stream-refuse of the peer's own stream": [
    (peer) => peer.send({ type: "stream-refuse", id: OPENED, reason: {} }),
    "BAD_STATE",
  ],
  "stream-refuse after stream-accept": [
    (peer) => peer.send({ type: "stream-refuse", id: OURS, reason: {} }),
    "BAD_STATE",
  ],
};

/** What comes late and is old news, since the stream has failed at the channel's side. */
const late: readonly Message[] = [
  { type: "stream-data", chunks: [1, 2, 3], charged: 192 },
  { type: "stream-end", chunks: 3 },
  { type: "stream-error", reason: { name: "Error", message: "late" } },
  { type: "stream-credit", limit: 500, bytes: 5000 },
  { type: "stream-cancel", reason: {} },
];

export function stateRules(): void {
  for (const [what, [act, code]] of Object.entries(breaches)) {
    it(`${what} → ${code}`, async () => {
      const { options } = keeping();
      const peer = await greeted(options);
      peer.open("keep");
      peer.channel.openStream("ours");
      await peer.frame("stream-open");
      peer.accept();
      await peer.settled();
      act(peer);
      await peer.accused(code);
    });
  }

  it("credit for a stream that was not accepted → BAD_STATE", async () => {
    const peer = await greeted();
    peer.channel.openStream("ours");
    await peer.frame("stream-open");
    peer.send({ type: "stream-credit", id: OURS, limit: 500, bytes: 5000 });
    await peer.accused("BAD_STATE");
  });

  it("the same among credit for several streams → BAD_STATE", async () => {
    const peer = await greeted();
    peer.channel.openStream("ours");
    await peer.frame("stream-open");
    peer.send({ type: "stream-credits", ids: [OURS], limits: [500], bytes: [5000] });
    await peer.accused("BAD_STATE");
  });

  it("credit for several streams, of which one was never opened → BAD_STREAM_ID", async () => {
    const peer = await greeted();
    peer.channel.openStream("ours");
    await peer.frame("stream-open");
    peer.accept();
    peer.send({ type: "stream-credits", ids: [OURS, 77], limits: [500, 1], bytes: [5000, 1] });
    await peer.accused("BAD_STREAM_ID");
  });

  it("stream-accept with weights for a stream without size() → BAD_FRAME", async () => {
    const peer = await greeted();
    peer.channel.openStream("ours");
    await peer.frame("stream-open");
    peer.accept({ readable: { ...WINDOW, unit: "weight" } });
    await peer.accused("BAD_FRAME");
  });

  it("stream-accept with another codec fails that stream with CODEC_MISMATCH, and nothing else", async () => {
    const peer = await greeted();
    const { readable, writable } = peer.channel.openStream("ours");
    await peer.frame("stream-open");
    peer.accept({ codec: "raw" });
    await expect(readable.getReader().read()).rejects.toMatchObject({ code: "CODEC_MISMATCH" });
    await expect(writable.getWriter().closed).rejects.toMatchObject({ code: "CODEC_MISMATCH" });
    await peer.unmoved();
  });

  it("what breaks the protocol ends every stream and call with the same error", async () => {
    const { options, streams } = keeping();
    const peer = await greeted(options);
    peer.open("keep");
    const ours = peer.channel.openStream("ours");
    const call = peer.channel.call("never");
    await peer.settled();
    peer.send("garbage");
    const expected = { name: "ProtocolError", code: "BAD_MESSAGE" };
    await expect(call).rejects.toMatchObject(expected);
    for (const stream of [ours, streams[0] as ChannelStream]) {
      await expect(stream.readable.getReader().read()).rejects.toMatchObject(expected);
      await expect(stream.writable.getWriter().closed).rejects.toMatchObject(expected);
    }
    await peer.accused("BAD_MESSAGE");
  });

  it("after what broke the protocol nothing is read or answered any more", async () => {
    let calls = 0;
    const peer = await greeted({ methods: { count: () => ++calls } });
    peer.send("garbage");
    for (let id = 1; id <= 10; id++) peer.send({ jsonrpc: "2.0", id, method: "count" });
    await peer.accused("BAD_MESSAGE");
    await peer.closed;
    expect(calls).toBe(0);
    expect(peer.messages.at(-1)).toMatchObject({ method: "$/abort" });
  });

  it("frames for a stream that has ended here → nothing", async () => {
    const { options, streams } = keeping();
    const peer = await greeted(options);
    peer.open("keep");
    const ours = peer.channel.openStream("ours");
    await peer.frame("stream-open");
    peer.accept();
    await peer.settled();
    for (const stream of [ours, streams[0] as ChannelStream]) stream.abort("over");
    await peer.settled();
    for (const id of [OPENED, OURS]) for (const frame of late) peer.send({ ...frame, id });
    peer.send({ type: "stream-ended", id: OURS });
    await peer.unmoved();
    expect(peer.channel.stats().streams).toEqual([]);
  });

  it("a stream-refuse that comes after the stream was aborted → nothing", async () => {
    const peer = await greeted();
    peer.channel.openStream("ours").abort("over");
    await peer.frame("stream-error");
    peer.send({ type: "stream-refuse", id: OURS, reason: { name: "Error", message: "late" } });
    await peer.unmoved();
  });

  it("an error after the end → nothing: the direction is complete", async () => {
    const { options, streams } = keeping();
    const peer = await greeted(options);
    peer.open("keep");
    peer.data(["all"]);
    peer.send({ type: "stream-end", id: OPENED, chunks: 1 });
    peer.send({ type: "stream-error", id: OPENED, reason: { name: "Error", message: "late" } });
    await peer.unmoved();
    const reader = streams[0]?.readable.getReader();
    expect(await reader?.read()).toEqual({ done: false, value: "all" });
    expect(await reader?.read()).toEqual({ done: true, value: undefined });
  });

  for (const reason of [
    {},
    { name: 5 },
    { name: "toString" },
    { name: "Error", cause: 5 },
    { name: "Error", errors: 5 },
  ]) {
    it(`a reason of ${JSON.stringify(reason)} → nothing but that error`, async () => {
      const { options, streams } = keeping();
      const peer = await greeted(options);
      peer.open("keep");
      peer.send({ type: "stream-error", id: OPENED, reason });
      await peer.unmoved();
      await expect(streams[0]?.readable.getReader().read()).rejects.toSatisfy(() => true);
    });
  }

  it("a reason 500 causes deep, or with 100,000 errors, is cut off", async () => {
    const { options, streams } = keeping();
    const peer = await greeted(options);
    let deep: Message = { name: "Error", message: "deepest" };
    for (let i = 0; i < 500; i++) deep = { name: "Error", message: "deep", cause: deep };
    const wide = { name: "AggregateError", errors: Array.from({ length: 100_000 }, () => ({ name: "Error" })) };
    for (const [at, reason] of [deep, wide].entries()) {
      peer.open("keep", {}, OPENED + 2 * at);
      peer.send({ type: "stream-error", id: OPENED + 2 * at, reason });
    }
    await peer.unmoved();
    const errors = await Promise.all(
      streams.map((stream) =>
        stream.readable
          .getReader()
          .read()
          .catch((error: unknown) => error),
      ),
    );
    let depth = 0;
    for (let error = errors[0] as Error | undefined; error; error = error.cause as Error | undefined) depth++;
    expect(depth).toBeLessThan(20);
    expect((errors[1] as AggregateError).errors.length).toBeLessThan(10_000);
  });
}

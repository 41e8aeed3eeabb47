/** Credit on the wire: what a receiver grants and when, and what a sender may not do. */
import { expect, it } from "vitest";
import { kept, many } from "./kept.ts";
import { greeted, OPENED } from "./peer.ts";

export function creditRules(): void {
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
    peer.send({
      type: "stream-data",
      id: OPENED,
      rows: { shape: { keys: ["n"], parts: [0] }, columns: [many(1_100)] },
      charged: 1_100 * 64,
    });
    await peer.accused("CREDIT_OVERRUN");
  });

  it("rows are records, and are counted as chunks", async () => {
    const { peer, stream } = await kept();
    const rows = {
      shape: { keys: ["a", "b"], parts: [0, 1] },
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
}

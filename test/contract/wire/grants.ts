/** Grants on the wire: when a receiver gives credit, what it must look like, and what a sender makes of it. */
import { expect, it } from "vitest";
import { kept, many } from "./kept.ts";
import { greeted, OPENED, OURS, WINDOW } from "./peer.ts";

export function grantRules(): void {
  it("stream-accept tells the window: unit, limits, and whether the user gave it", async () => {
    const { peer } = await kept({ highWaterMark: 7 });
    expect(peer.frames("stream-accept")).toMatchObject([
      { id: OPENED, codec: "clone", readable: { unit: "chunks", limit: 7, bytes: 8 * 1024 * 1024, fixed: true } },
    ]);
    const free = await kept();
    expect(free.peer.frames("stream-accept")).toMatchObject([{ readable: { limit: 1_024, fixed: false } }]);
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

  it("stream-credits → each stream that it names goes on, and one that has ended is old news", async () => {
    const peer = await greeted();
    const [first, second] = [peer.channel.openStream("first"), peer.channel.openStream("second")];
    const [ours, next] = [OURS, OURS + 2];
    await peer.frame("stream-open");
    await peer.frame("stream-open");
    for (const id of [ours, next]) peer.accept({ id, readable: { ...WINDOW, limit: 0 } });
    peer.send({ type: "stream-credits", ids: [ours, next], limits: [5, 7], bytes: [500, 700] });
    await peer.settled();
    expect([first, second].map((each) => each.stats().outgoing.credit)).toEqual([5, 7]);
    first.abort(new Error("enough"));
    peer.send({ type: "stream-credits", ids: [ours, next], limits: [9, 9], bytes: [900, 900] });
    await peer.settled();
    expect(second.stats().outgoing.credit).toBe(9);
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

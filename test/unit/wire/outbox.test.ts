/** The multiplexer: what goes first, who gets how much, and that only one write is under way. */
import { describe, expect, it } from "vitest";
import { OutQueue } from "../../../src/wire/out-queue.ts";
import { Outbox } from "../../../src/wire/outbox.ts";
import { MockByteLink } from "../support/byte-link.ts";
import { DATA, pattern } from "../support/bytes.ts";

const KiB = 1024;
const CREDIT = 9;

function make(): { link: MockByteLink; outbox: Outbox; rooms: number[]; failures: Error[] } {
  const link = new MockByteLink();
  const rooms: number[] = [];
  const failures: Error[] = [];
  const outbox = new Outbox(link, {
    room: (stream) => void rooms.push(stream),
    failed: (error) => void failures.push(error),
  });
  outbox.connect();
  return { link, outbox, rooms, failures };
}

describe("Outbox", () => {
  it("sends nothing before the link is connected, and all of it then", () => {
    const link = new MockByteLink();
    const outbox = new Outbox(link, { room: () => {}, failed: () => {} });
    outbox.control(1, 0, pattern(8));
    link.scheduler.turn();
    expect(link.writes).toHaveLength(0);
    outbox.connect();
    expect(link.take().map(({ type }) => type)).toEqual([1]);
  });

  it("puts control before data, and credit after the control that it may depend on", () => {
    const { link, outbox } = make();
    const queue = new OutQueue(1, outbox.memories);
    queue.push(pattern(100), 0, undefined, false);
    outbox.ready(queue);
    outbox.credit(2, 10, 20);
    outbox.control(3, 2, pattern(8));
    expect(link.takeAll().map(({ type }) => type)).toEqual([3, CREDIT, DATA]);
  });

  it("control that comes while a write is under way goes ahead of the data that waits", () => {
    const { link, outbox } = make();
    const queue = new OutQueue(1, outbox.memories);
    queue.push(pattern(4096 * KiB), 0, undefined, true);
    outbox.ready(queue, true);
    outbox.control(10, 3, pattern(8));
    expect(link.take().every(({ type }) => type === DATA)).toBe(true);
    link.scheduler.turn();
    expect(link.take()[0]?.type).toBe(10);
  });

  it("has one write under way, whatever comes meanwhile", () => {
    const { link, outbox } = make();
    for (let i = 0; i < 100; i++) {
      outbox.control(10, 1, pattern(8));
      const queue = new OutQueue(1 + 2 * i, outbox.memories);
      queue.push(pattern(20 * KiB), 0, undefined, true);
      // Throws if it were a second one.
      outbox.ready(queue, true);
      link.scheduler.turn();
    }
    expect(link.takeAll().length).toBeGreaterThan(100);
  });

  it("coalesces credit: of many grants the newest, one a stream", () => {
    const { link, outbox } = make();
    outbox.control(10, 1, pattern(8));
    link.scheduler.turn();
    for (let limit = 1; limit <= 100_000; limit++) for (const id of [1, 3]) outbox.credit(id, limit, limit * 2);
    link.take();
    const frames = link.takeAll();
    expect(frames.map(({ type, stream }) => [type, stream])).toEqual([
      [CREDIT, 1],
      [CREDIT, 3],
    ]);
    for (const { payload } of frames) expect([...new Float64Array(payload.buffer)]).toEqual([100_000, 200_000]);
  });

  it("shares by bytes, whatever the sizes of the chunks: deficit round robin", () => {
    const { link, outbox } = make();
    const sizes = [1_000_000, 300_000, 100_000, 20_000];
    const queues = sizes.map((_, index) => new OutQueue(1 + 2 * index, outbox.memories));
    const bytes = new Map<number, number>();
    const sum = (): number => [...bytes.values()].reduce((all, each) => all + each, 0);
    while (sum() < 64 * 1024 * KiB) {
      for (const [index, queue] of queues.entries()) {
        // Each always has more than its share: one that has nothing to send leaves what it could to the others.
        while (queue.copied < 2048 * KiB) queue.push(pattern(sizes[index] as number), 0, undefined, false);
        outbox.ready(queue, true);
      }
      link.scheduler.turn();
      for (const { stream, payload } of link.take()) bytes.set(stream, (bytes.get(stream) ?? 0) + payload.length);
    }
    const share = sum() / sizes.length;
    for (const [stream, count] of bytes) {
      expect(count / share, `stream ${stream}`).toBeGreaterThan(0.9);
      expect(count / share, `stream ${stream}`).toBeLessThan(1.1);
    }
  });

  it("a small chunk does not wait behind the large ones of many others", () => {
    const { link, outbox } = make();
    for (let id = 1; id < 20; id += 2) {
      const large = new OutQueue(id, outbox.memories);
      large.push(pattern(2048 * KiB), 0, undefined, true);
      outbox.ready(large, true);
    }
    const small = new OutQueue(99, outbox.memories);
    small.push(pattern(10), 0, undefined, false);
    outbox.ready(small);
    let before = 0;
    for (let found = false; !found; ) {
      link.scheduler.turn();
      for (const { stream, payload } of link.take()) {
        found ||= stream === 99;
        if (!found) before += payload.length;
      }
    }
    // One fragment of each of the others, and the one write that was under way.
    expect(before).toBeLessThanOrEqual(14 * 256 * KiB);
  });

  it("tells of room for copies at once, and for what was lent once it was taken", () => {
    const { link, outbox, rooms } = make();
    const copied = new OutQueue(1, outbox.memories);
    copied.push(pattern(100), 0, undefined, false);
    const lent = new OutQueue(3, outbox.memories);
    lent.push(pattern(100 * KiB), 0, undefined, true);
    outbox.ready(copied);
    outbox.ready(lent);
    link.scheduler.turn();
    expect(rooms).toEqual([1]);
    expect(lent.full).toBe(true);
    link.take();
    expect(rooms).toEqual([1, 3]);
    expect(lent.full).toBe(false);
  });

  it("drain calls back once everything was taken", () => {
    const { link, outbox } = make();
    const queue = new OutQueue(1, outbox.memories);
    queue.push(pattern(1024 * KiB), 0, undefined, true);
    outbox.ready(queue, true);
    let drained = false;
    outbox.drain(() => {
      drained = true;
    });
    for (let i = 0; i < 3 && link.writes.length > 0; i++) {
      expect(drained).toBe(false);
      link.take();
      link.scheduler.turn();
    }
    expect(drained).toBe(true);
  });
});

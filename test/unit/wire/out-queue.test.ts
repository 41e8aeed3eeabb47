/** What one stream has to send: copies gathered in one frame, large chunks in fragments from where they are. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Gather } from "../../../src/wire/gather.ts";
import { Memories } from "../../../src/wire/memories.ts";
import { OutQueue } from "../../../src/wire/out-queue.ts";
import { readPayload } from "../../../src/wire/payload.ts";
import { DATA, decoded, framesIn, joined, MORE, pattern, REST, WEIGHED } from "../support/bytes.ts";

const KiB = 1024;
const PLENTY = Number.POSITIVE_INFINITY;

function make(): OutQueue {
  return new OutQueue(7, new Memories());
}

/** All that it has, as bytes; `deficit` and `budget` bound each drain, as in rounds of the outbox. */
function drained(queue: OutQueue, deficit: number = PLENTY, budget: number = PLENTY): Uint8Array {
  const all: Uint8Array[] = [];
  while (!queue.empty) {
    const gather = new Gather();
    queue.deficit += deficit;
    queue.drain(gather, budget);
    // What is handed over does not change until it is taken; here it is taken at once.
    if (gather.length > 0) all.push(joined(...gather.end()));
  }
  return joined(...all);
}

/** The chunks of all frames, in order. */
function chunksIn(bytes: Uint8Array): Uint8Array[] {
  return decoded(bytes).flatMap(
    ({ payload, ...header }) => readPayload({ ...header, length: payload.length, total: 0 }, payload).chunks ?? [],
  );
}

describe("OutQueue", () => {
  it("gathers small chunks into one frame, with a table of their lengths, each at a multiple of 8", () => {
    const queue = make();
    for (const length of [3, 0, 9, 16]) queue.push(pattern(length), 0, undefined, true);
    const [frame, more] = framesIn(drained(queue));
    expect(more).toBeUndefined();
    expect(frame).toMatchObject({ type: DATA, stream: 7, flags: 0, count: 4, total: 0 });
    // Four lengths, then 3 and 5 of padding, nothing, 9 and 7, 16: nothing follows the last.
    expect(frame?.payload.length).toBe(16 + 8 + 16 + 16);
    expect([...(frame?.payload.subarray(0, 16) ?? [])]).toEqual([3, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 16, 0, 0, 0]);
  });

  it("sends one small chunk by itself without a table", () => {
    const queue = make();
    queue.push(pattern(5), 3, undefined, false);
    expect(framesIn(drained(queue))).toMatchObject([{ flags: 0x30, count: 1, payload: pattern(5) }]);
  });

  it("copies small chunks inside push: a buffer that is written again changes nothing", () => {
    const queue = make();
    const own = pattern(100);
    for (let i = 0; i < 5; i++) queue.push(own.fill(i), 0, undefined, true);
    expect(chunksIn(drained(queue))).toEqual(Array.from({ length: 5 }, (_, i) => new Uint8Array(100).fill(i)));
  });

  it("copies a large chunk that may not be lent, and sends a lent one from where it is", () => {
    const own = pattern(64 * KiB);
    for (const lend of [false, true]) {
      const queue = make();
      queue.push(own, 0, undefined, lend);
      const gather = new Gather();
      queue.deficit = PLENTY;
      expect(queue.drain(gather, PLENTY)).toBe(lend);
      expect(gather.end().some(({ buffer }) => buffer === own.buffer)).toBe(lend);
    }
  });

  it("cuts a large chunk into fragments of at most 256 KiB, the total in the first", () => {
    const queue = make();
    const chunk = pattern(600 * KiB + 1);
    queue.push(chunk, 2, undefined, true);
    const frames = framesIn(drained(queue));
    expect(frames.map(({ flags }) => flags)).toEqual([0x20 | MORE, 0x20 | MORE | REST, 0x20 | REST]);
    expect(frames.map(({ total }) => total)).toEqual([chunk.length, 0, 0]);
    expect(frames.map(({ payload }) => payload.length)).toEqual([256 * KiB, 256 * KiB, 88 * KiB + 1]);
  });

  it("a weighed chunk has its table in the first fragment", () => {
    const queue = make();
    const chunk = pattern(300 * KiB);
    queue.push(chunk, 0, 2.5, true);
    const bytes = drained(queue);
    expect(framesIn(bytes)[0]).toMatchObject({ flags: WEIGHED | MORE, total: chunk.length + 16 });
    const [{ payload, ...header }] = decoded(bytes) as [ReturnType<typeof decoded>[number]];
    const { chunks, weights } = readPayload({ ...header, length: 0, total: 0 }, payload);
    expect(weights).toEqual([2.5]);
    expect(Buffer.compare(chunks?.[0] as Uint8Array, chunk)).toBe(0);
  });

  it("begins another frame where the form changes", () => {
    const queue = make();
    for (const form of [0, 0, 1, 1, 0]) queue.push(pattern(4), form, undefined, false);
    const frames = framesIn(drained(queue));
    expect(frames.map(({ flags, count }) => [flags >> 4, count])).toEqual([
      [0, 2],
      [1, 2],
      [0, 1],
    ]);
  });

  it("whatever the sizes, weights and rounds, what comes out is what went in, in order", () => {
    const size = fc.oneof(fc.nat(100), fc.nat(16_400), fc.integer({ min: 5_400, max: 5_600 }), fc.nat(600 * KiB));
    fc.assert(
      fc.property(
        fc.array(size, { maxLength: 40 }),
        fc.boolean(),
        fc.integer({ min: 1_000, max: 400_000 }),
        (sizes, weighed, deficit) => {
          const queue = make();
          const parts: Uint8Array[] = [];
          const sent = sizes.map((length, seed) => pattern(length, seed));
          for (const chunk of sent) {
            // As a writer does: it waits while the queue is full.
            if (queue.full) {
              parts.push(drained(queue, deficit));
              queue.returned();
            }
            queue.push(chunk, 0, weighed ? chunk.length : undefined, chunk.length % 2 === 0);
          }
          parts.push(drained(queue, deficit));
          const got = chunksIn(joined(...parts));
          expect(got.length).toBe(sent.length);
          for (const [index, chunk] of got.entries()) expect(Buffer.compare(chunk, sent[index] as Uint8Array)).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("fills copies to the last byte of their memory", () => {
    for (let last = 5_500; last < 5_560; last++) {
      const queue = make();
      for (const length of [15_001, 15_001, 15_001, 15_001, last]) queue.push(pattern(length), 0, undefined, false);
      expect(chunksIn(drained(queue)).map(({ length }) => length)).toEqual([15_001, 15_001, 15_001, 15_001, last]);
    }
  });

  it("is full while a chunk is lent, and until that was taken", () => {
    const queue = make();
    queue.push(pattern(16 * KiB), 0, undefined, true);
    expect(queue.full).toBe(true);
    drained(queue);
    expect(queue.full).toBe(true);
    queue.returned();
    expect(queue.full).toBe(false);
  });

  it("is full once 64 KiB are copied, empty chunks counted too, until they are handed over", () => {
    for (const length of [0, 100, 1000]) {
      const queue = make();
      let pushed = 0;
      for (; !queue.full; pushed++) queue.push(pattern(length), 0, undefined, false);
      expect(pushed * (length + 8)).toBeGreaterThan(60 * KiB);
      expect(pushed * (length + 8)).toBeLessThan(70 * KiB);
      drained(queue);
      expect(queue.full).toBe(false);
      expect(queue.chunks).toBe(0);
      expect(queue.copied).toBe(0);
    }
  });

  it("the last frame comes after all chunks", () => {
    const queue = make();
    queue.push(pattern(300 * KiB), 0, undefined, false);
    queue.end(6, pattern(8));
    expect(framesIn(drained(queue)).map(({ type }) => type)).toEqual([DATA, DATA, 6]);
  });

  it("discard(false) forgets only what was lent; discard(true) all chunks; neither the last frame", () => {
    const queue = make();
    queue.push(pattern(10), 0, undefined, false);
    queue.push(pattern(20 * KiB), 0, undefined, true);
    queue.end(8, pattern(8));
    queue.discard(false);
    expect([queue.chunks, queue.full]).toEqual([1, false]);
    const gather = new Gather();
    queue.deficit = PLENTY;
    queue.drain(gather, PLENTY);
    expect(framesIn(joined(...gather.end())).map(({ type, payload }) => [type, payload.length])).toEqual([
      [DATA, 10],
      [8, 8],
    ]);
    queue.push(pattern(10), 0, undefined, false);
    queue.end(8, pattern(8));
    queue.discard(true);
    expect([queue.chunks, queue.copied, queue.empty]).toEqual([0, 0, false]);
  });

  it("stops at its share, and at the budget of the write, never far beyond", () => {
    const queue = make();
    queue.push(pattern(2048 * KiB), 0, undefined, true);
    const gather = new Gather();
    queue.deficit = 64 * KiB;
    queue.drain(gather, PLENTY);
    expect(gather.length).toBe(256 * KiB + 16);
    expect(queue.deficit).toBe(64 * KiB - 256 * KiB - 16);
    queue.deficit = PLENTY;
    queue.drain(gather, 512 * KiB);
    expect(gather.length).toBeLessThanOrEqual(768 * KiB + 48);
  });
});

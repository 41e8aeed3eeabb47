/** The account of what is held: oldest first, whatever was pushed and shifted before, and what has left of it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHUNK_OVERHEAD, ReceiveCredit } from "../../../src/stream/credit.ts";
import { Held, platformMark } from "../../../src/stream/held.ts";
import type { Strategy } from "../../../src/stream/strategy.ts";

describe("Held", () => {
  it("gives back what was pushed, oldest first", () => {
    const held = new Held(true);
    held.push(64, 1);
    held.push(100, 7);
    expect([held.length, held.bytes, held.weight]).toEqual([2, 64, 1]);
    held.shift();
    expect([held.length, held.bytes, held.weight]).toEqual([1, 100, 7]);
    held.shift();
    expect(held.length).toBe(0);
  });

  it("weighs every chunk 1 where weights are not kept", () => {
    const held = new Held(false);
    held.push(64, 500);
    expect(held.weight).toBe(1);
  });

  it("grows while its oldest chunk is in the middle of its memory", () => {
    const held = new Held(true);
    for (let i = 0; i < 10; i++) held.push(i, i);
    for (let i = 0; i < 10; i++) held.shift();
    for (let i = 0; i < 100; i++) held.push(i, 1_000 + i);
    for (let i = 0; i < 100; i++) {
      expect([held.bytes, held.weight]).toEqual([i, 1_000 + i]);
      held.shift();
    }
    expect(held.length).toBe(0);
  });

  it("is a queue, in every order of pushes and shifts", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 3 }), { maxLength: 400, size: "max" }), fc.boolean(), (course, weighed) => {
        const held = new Held(weighed);
        const model: number[] = [];
        for (const [at, step] of course.entries()) {
          // More often than not a push, so that it grows.
          if (step > 0) {
            held.push(at, at + 0.5);
            model.push(at);
          } else if (model.length > 0) {
            held.shift();
            model.shift();
          }
          const [oldest] = model;
          const weight = weighed && oldest !== undefined ? oldest + 0.5 : 1;
          const right = held.length === model.length && held.bytes === oldest && held.weight === weight;
          if (!right && model.length > 0) throw new Error(`After ${at} steps: ${held.bytes} in place of ${oldest}`);
        }
        expect(held.length).toBe(model.length);
      }),
      { numRuns: 50 },
    );
  });
});

/** Chunks of these many bytes and weights that have come and are held; the credit that they were booked at. */
function holding(chunks: readonly (readonly [payload: number, weight: number])[]) {
  const held = new Held(true);
  const credit = new ReceiveCredit("weight", 1_000, 1_000_000, false);
  for (const [payload, weight] of chunks) {
    credit.arrive(weight, weight, CHUNK_OVERHEAD + payload);
    held.push(CHUNK_OVERHEAD + payload, weight);
  }
  return { held, credit };
}

describe("Held.settle()", () => {
  it("books the oldest, as many as have left a queue of chunks", () => {
    const { held, credit } = holding([
      [10, 1],
      [20, 2],
      [30, 4],
    ]);
    held.settle(3, false, credit);
    expect([held.length, credit.held]).toEqual([3, 7]);
    held.settle(1, false, credit);
    expect([held.length, credit.held, credit.heldBytes]).toEqual([1, 4, CHUNK_OVERHEAD + 30]);
    held.settle(0, false, credit);
    expect([held.length, credit.held, credit.heldBytes]).toEqual([0, 0, 0]);
  });

  it.each([
    [60, 3],
    [51, 3],
    [50, 2],
    [31, 2],
    [30, 1],
    [1, 1],
    [0, 0],
  ])("books a chunk of a byte stream once all of it has left: of 60 bytes %i are left, %i chunks", (left, length) => {
    const { held, credit } = holding([
      [10, 10],
      [20, 20],
      [30, 30],
    ]);
    held.settle(left, true, credit);
    expect(held.length).toBe(length);
    // In steps, it comes to the same.
    const other = holding([
      [10, 10],
      [20, 20],
      [30, 30],
    ]);
    for (let rest = 60; rest >= left; rest--) other.held.settle(rest, true, other.credit);
    expect([other.held.length, other.credit.held]).toEqual([length, credit.held]);
  });
});

describe("platformMark()", () => {
  const strategy: Strategy = { unit: "chunks", highWaterMark: 5, size: undefined };

  it.each<[string, Strategy, boolean, number]>([
    ["half of a window of chunks, and a half", strategy, false, 2.5],
    ["half of the window of a byte stream, and a half", { ...strategy, unit: "bytes" }, true, 2.5],
    ["0 of a window of 0, which pulls for reads alone", { ...strategy, highWaterMark: 0 }, false, 0],
    ["beyond any queue where that counts otherwise", { ...strategy, unit: "bytes" }, false, 2 ** 31 + 0.5],
    ["beyond any queue where the user's size() weighs", { ...strategy, size: () => 1 }, false, 2 ** 31 + 0.5],
    ["no more of a window of ∞", { ...strategy, highWaterMark: Number.POSITIVE_INFINITY }, false, 2 ** 31 + 0.5],
  ])("is %s", (_, given, inBytes, mark) => {
    expect(platformMark(given, inBytes)).toBe(mark);
  });
});

/** The queue of what is held: oldest first, whatever was pushed and shifted before. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Held } from "../../../src/stream/held.ts";

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

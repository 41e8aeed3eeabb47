/** A custom `size` at the receiver: a function cannot cross, so the sender is told chunks. */
import { describe, expect, it } from "vitest";
import { CHUNK_OVERHEAD, ReceiveCredit } from "../../../src/stream/credit.ts";

const BYTES = 1e9;

function weighed(highWaterMark: number): ReceiveCredit {
  return new ReceiveCredit("weight", highWaterMark, BYTES, true);
}

function arrive(credit: ReceiveCredit, weight: number): void {
  expect(credit.covered).toBe(true);
  credit.arrive(1, weight, CHUNK_OVERHEAD);
}

/** Chunks that the sender may start beyond those received. */
const ahead = (credit: ReceiveCredit): number => credit.limit - credit.chunks;

describe("ReceiveCredit with a custom size()", () => {
  it("counts in chunks whatever unit was asked for", () => {
    for (const unit of ["chunks", "bytes", "weight"] as const)
      expect(new ReceiveCredit(unit, 10, BYTES, true).unit).toBe("chunks");
  });

  it.each([0.1, 1, 10, 1e9, Number.POSITIVE_INFINITY])(
    "grants one chunk at first, at a highWaterMark of %d",
    (mark) => {
      expect(weighed(mark).limit).toBe(1);
    },
  );

  it("grants nothing at first at a highWaterMark of 0, then one chunk for each read", () => {
    const credit = weighed(0);
    expect(credit.limit).toBe(0);
    for (let i = 0; i < 4; i++) {
      expect(credit.grant(false)).toBeUndefined();
      expect(credit.grant(true)?.limit).toBe(i + 1);
      expect(credit.grant(true)).toBeUndefined();
      arrive(credit, 1_000);
      credit.leave(1_000, CHUNK_OVERHEAD);
    }
  });

  it("grants at most double from one round to the next", () => {
    const credit = weighed(1_000_000);
    let last = ahead(credit);
    const rounds = [last];
    for (let round = 0; round < 12; round++) {
      // Everything granted arrives and is read, before the next grant.
      while (ahead(credit) > 0) {
        arrive(credit, 1);
        credit.leave(1, CHUNK_OVERHEAD);
      }
      expect(credit.grant(true)).toBeDefined();
      expect(ahead(credit)).toBeLessThanOrEqual(2 * last);
      expect(ahead(credit)).toBeGreaterThanOrEqual(last);
      last = ahead(credit);
      rounds.push(last);
    }
    expect(last).toBeGreaterThanOrEqual(512);
  });

  it("grants at most double also when it is asked after each chunk", () => {
    const credit = weighed(1_000_000);
    let round = ahead(credit);
    for (let i = 0; i < 50; i++) {
      arrive(credit, 1);
      credit.leave(1, CHUNK_OVERHEAD);
      if (credit.grant(false) === undefined) continue;
      expect(ahead(credit)).toBeLessThanOrEqual(2 * round);
      round = ahead(credit);
    }
    expect(round).toBeGreaterThan(1);
  });

  it("doubles with a round, not with a chunk: after n chunks no more than n + 1 are ahead", () => {
    const credit = weighed(1_000_000);
    for (let n = 1; n < 200; n++) {
      arrive(credit, 1);
      credit.leave(1, CHUNK_OVERHEAD);
      credit.grant(true);
      expect(ahead(credit)).toBeLessThanOrEqual(n + 1);
    }
  });

  it("grants nothing more for another read that waits, while nothing has come", () => {
    const credit = weighed(1_000_000);
    arrive(credit, 1);
    credit.leave(1, CHUNK_OVERHEAD);
    credit.grant(true);
    const { limit } = credit;
    for (let i = 0; i < 20; i++) credit.grant(true);
    expect(credit.limit).toBe(limit);
  });

  it("never grants more than the room divided by the heaviest chunk seen", () => {
    const credit = weighed(100);
    arrive(credit, 30);
    credit.leave(30, CHUNK_OVERHEAD);
    for (let i = 0; i < 40; i++) {
      if (credit.grant(credit.spent)) expect(ahead(credit)).toBeLessThanOrEqual(Math.floor(100 / 30));
      arrive(credit, 1);
      credit.leave(1, CHUNK_OVERHEAD);
    }
  });

  it("takes what is held off the room", () => {
    const credit = weighed(100);
    for (let round = 0; round < 10; round++) {
      while (ahead(credit) > 0) {
        arrive(credit, 10);
        credit.leave(10, CHUNK_OVERHEAD);
      }
      credit.grant(true);
    }
    expect(ahead(credit)).toBe(10);
    for (let i = 0; i < 10; i++) arrive(credit, 10);
    // Of 100, 60 stay held: room for four.
    for (let i = 0; i < 4; i++) credit.leave(10, CHUNK_OVERHEAD);
    expect(credit.grant(false)?.limit).toBe(credit.chunks + 4);
  });

  it("grants one chunk while there is any room, even if none as heavy as the heaviest would fit", () => {
    const credit = weighed(10);
    arrive(credit, 50);
    expect(credit.grant(true)?.limit ?? credit.limit).toBeLessThanOrEqual(2);
    credit.leave(50, CHUNK_OVERHEAD);
    credit.grant(true);
    expect(ahead(credit)).toBe(1);
  });

  it("grants nothing while the window is full", () => {
    const credit = weighed(10);
    arrive(credit, 10);
    expect(credit.grant(false)).toBeUndefined();
    expect(credit.covered).toBe(false);
  });

  it("keeps going for chunks that weigh nothing", () => {
    const credit = weighed(1);
    for (let i = 0; i < 100; i++) {
      arrive(credit, 0);
      credit.leave(0, CHUNK_OVERHEAD);
      credit.grant(true);
    }
    expect(credit.chunks).toBe(100);
    expect(credit.limit).toBeLessThanOrEqual(100 + 2 ** 20);
  });

  it("holds no more than its window and what it had granted times the heaviest", () => {
    const credit = weighed(100);
    for (let round = 0; round < 8; round++) {
      while (ahead(credit) > 0) {
        arrive(credit, 1);
        credit.leave(1, CHUNK_OVERHEAD);
      }
      credit.grant(true);
    }
    const granted = ahead(credit);
    expect(granted).toBeLessThanOrEqual(100);
    while (credit.covered) credit.arrive(1, 70, CHUNK_OVERHEAD);
    expect(credit.peak).toBeLessThanOrEqual(100 + granted * 70);
    expect(credit.grant(false)).toBeUndefined();
  });

  it("is never sure that no grant falls due, for it depends on what the next chunk weighs", () => {
    expect(weighed(1_000).ample).toBe(false);
  });
});

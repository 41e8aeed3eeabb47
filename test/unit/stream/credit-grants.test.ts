/** The receiver's grants as arithmetic: what falls due when, and how far it goes. */
import { describe, expect, it } from "vitest";
import { CHUNK_OVERHEAD } from "../../../src/stream/credit.ts";
import { arrive, leave, PLENTY, receiver } from "../support/receiver.ts";

describe("ReceiveCredit.grant()", () => {
  it("is never due on arrival, for chunks that fill the window", () => {
    const credit = receiver("chunks", 8);
    for (let i = 0; i < 8; i++) {
      arrive(credit, 1);
      expect(credit.grant(false)).toBeUndefined();
    }
    expect(credit.limit).toBe(8);
  });

  it("is never due on arrival, for a chunk larger than the window", () => {
    const credit = receiver("weight", 10);
    arrive(credit, 1, 1_000);
    expect(credit.grant(false)).toBeUndefined();
    expect(credit.limit).toBe(10);
  });

  it("is never due on arrival, for a chunk larger than the byte window", () => {
    const credit = receiver("chunks", 10, 1_000);
    arrive(credit, 1, 1, 100_000);
    expect(credit.grant(false)).toBeUndefined();
    expect([credit.limit, credit.byteLimit]).toEqual([10, 1_000]);
  });

  it("is never due on arrival at a highWaterMark of 0", () => {
    const credit = receiver("weight", 0);
    expect(credit.grant(true)).toBeDefined();
    arrive(credit, 1, 5);
    expect(credit.grant(false)).toBeUndefined();
  });

  it("is due once half a window was consumed, and is received plus what is free", () => {
    const credit = receiver("chunks", 8);
    arrive(credit, 8);
    leave(credit, 3);
    expect(credit.grant(false)).toBeUndefined();
    leave(credit, 1);
    expect(credit.grant(false)).toEqual({ limit: 12, bytes: PLENTY + 4 * CHUNK_OVERHEAD });
    expect(credit.grant(false)).toBeUndefined();
  });

  it("never tells less in bytes than it has told before", () => {
    const credit = receiver("chunks", 2, 10_000);
    arrive(credit, 2, 1, 3_000);
    leave(credit, 1, 1, 3_000);
    // Received 6,000 and still held 3,000: 6,000 + (10,000 − 3,000).
    expect(credit.grant(false)).toEqual({ limit: 3, bytes: 13_000 });
    arrive(credit, 1, 1, 64);
    leave(credit, 1, 1, 3_000);
    expect(credit.grant(false)).toEqual({ limit: 4, bytes: 16_000 });
  });

  it("is due once half of the byte window was consumed, however many chunks are left", () => {
    const credit = receiver("chunks", 1_000, 1_000);
    arrive(credit, 2, 1, 400);
    leave(credit, 1, 1, 400);
    expect(credit.grant(false)).toBeUndefined();
    leave(credit, 1, 1, 400);
    expect(credit.grant(false)).toEqual({ limit: 1_002, bytes: 1_800 });
  });

  it("is due at once when a read waits and the sender is spent", () => {
    const credit = receiver("weight", 10);
    arrive(credit, 10, 1);
    leave(credit, 2);
    expect(credit.grant(false)).toBeUndefined();
    expect(credit.grant(true)?.limit).toBe(12);
  });

  it("is not due when a read waits and the sender has credit left", () => {
    const credit = receiver("chunks", 10);
    arrive(credit, 2);
    leave(credit, 2);
    expect(credit.grant(true)).toBeUndefined();
  });

  it("is due at once when a read waits and the sender has spent its bytes alone", () => {
    const credit = receiver("chunks", 1_000, 1_000);
    arrive(credit, 1, 1, 700);
    arrive(credit, 1, 1, 300);
    leave(credit, 1, 1, 300);
    expect(credit.spent).toBe(true);
    expect(credit.grant(false)).toBeUndefined();
    expect(credit.grant(true)).toEqual({ limit: 1_001, bytes: 1_300 });
  });

  it("gives a chunk that overdrew back only as it is consumed", () => {
    const credit = receiver("weight", 10);
    arrive(credit, 1, 9);
    arrive(credit, 1, 50);
    credit.grant(false);
    leave(credit, 1, 9);
    credit.grant(false);
    // 59 received, 50 held: nothing is free yet, the sender stays spent.
    expect(credit.spent).toBe(true);
    leave(credit, 1, 50);
    expect(credit.grant(false)?.limit).toBe(69);
  });

  it("grants chunk by chunk at a highWaterMark of 1", () => {
    const credit = receiver("chunks", 1);
    for (let i = 1; i < 5; i++) {
      arrive(credit, 1);
      expect(credit.grant(false)).toBeUndefined();
      leave(credit, 1);
      expect(credit.grant(false)?.limit).toBe(i + 1);
    }
  });

  it("grants on a fractional highWaterMark for as long as the reader reads", () => {
    const credit = receiver("chunks", 0.5);
    for (let i = 1; i < 5; i++) {
      expect(credit.covered).toBe(true);
      arrive(credit, 1);
      expect(credit.covered).toBe(false);
      leave(credit, 1);
      expect(credit.grant(false)?.limit).toBe(i + 0.5);
    }
  });

  it.each([1e6, 2 ** 30, 2 ** 52, 2 ** 53 - 3])(
    "raises the limit by at least the smallest step at a total of %d, however tiny the highWaterMark",
    (total) => {
      const credit = receiver("weight", 1e-20);
      arrive(credit, 1, total);
      leave(credit, 1, total);
      expect(credit.covered).toBe(false);
      const grant = credit.grant(false);
      expect(grant?.limit).toBeGreaterThan(total);
      expect(grant?.limit).toBeLessThanOrEqual(total * (1 + 2 * Number.EPSILON));
      expect(credit.covered).toBe(true);
    },
  );

  it.each(["chunks", "bytes", "weight"] as const)("is pure pull at a highWaterMark of 0, in %s", (unit) => {
    const credit = receiver(unit, 0);
    let pulls = 0;
    for (let i = 0; i < 5; i++) {
      expect(credit.covered).toBe(false);
      expect(credit.grant(false)).toBeUndefined();
      expect(credit.grant(true)).toBeDefined();
      // A second read that waits gets nothing before the first was filled.
      expect(credit.grant(true)).toBeUndefined();
      expect(credit.covered).toBe(true);
      arrive(credit, 1, unit === "chunks" ? 1 : 100);
      expect(credit.covered).toBe(false);
      leave(credit, 1, unit === "chunks" ? 1 : 100);
      pulls++;
    }
    expect(pulls).toBe(5);
  });

  it("counts a chunk of no weight at a highWaterMark of 0 as what was pulled, by its bytes", () => {
    const credit = receiver("chunks", 0, 64);
    credit.grant(true);
    arrive(credit, 1);
    leave(credit, 1);
    expect(credit.grant(true)).toBeDefined();
    expect(credit.covered).toBe(true);
  });

  it("never has anything to grant when the window is unlimited", () => {
    const credit = receiver("chunks", Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    arrive(credit, 1_000);
    leave(credit, 1_000);
    expect(credit.grant(true)).toBeUndefined();
    expect(credit.covered).toBe(true);
  });

  it("keeps granting bytes when only the window in units is unlimited", () => {
    const credit = receiver("chunks", Number.POSITIVE_INFINITY, 1_000);
    arrive(credit, 1, 1, 1_000);
    expect(credit.covered).toBe(false);
    leave(credit, 1, 1, 1_000);
    expect(credit.grant(false)).toEqual({ limit: Number.POSITIVE_INFINITY, bytes: 2_000 });
  });

  it("never tells a limit that the wire does not take", () => {
    const credit = receiver("chunks", Number.MAX_SAFE_INTEGER, 1_000);
    arrive(credit, 1, 1, 1_000);
    leave(credit, 1, 1, 1_000);
    expect(credit.grant(false)?.limit).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER);
  });
});

/** The sender's account as arithmetic: when a chunk may start, and what a grant changes. */
import { describe, expect, it } from "vitest";
import { CHUNK_OVERHEAD, SendCredit } from "../../../src/stream/credit.ts";
import type { Unit } from "../../../src/wire/frames.ts";
import { thrownBy } from "../support/error-of.ts";

const LARGEST = Number.MAX_SAFE_INTEGER;

function sender(unit: Unit | undefined, limit: number, byteLimit: number = Number.POSITIVE_INFINITY): SendCredit {
  const credit = new SendCredit();
  credit.unit = unit;
  credit.raise(limit, byteLimit);
  return credit;
}

describe("SendCredit", () => {
  it("has no credit before anything was told", () => {
    const credit = new SendCredit();
    expect(credit.open).toBe(false);
    expect(credit.left).toBe(0);
  });

  it("starts chunks while fewer than the limit have been sent", () => {
    const credit = sender("chunks", 3);
    for (let i = 0; i < 3; i++) {
      expect(credit.open).toBe(true);
      credit.add(0, 1, CHUNK_OVERHEAD);
    }
    expect(credit.open).toBe(false);
    expect(credit.sent).toBe(3);
  });

  it.each<[Unit, [number, number, number], number]>([
    ["chunks", [500, 7, 564], 1],
    ["bytes", [500, 7, 564], 500],
    ["weight", [500, 7, 564], 7],
  ])("counts one chunk in %s by that unit alone", (unit, [payload, weight, bytes], sent) => {
    const credit = sender(unit, 1_000);
    credit.add(payload, weight, bytes);
    expect(credit.sent).toBe(sent);
    expect(credit.bytes).toBe(564);
  });

  it("lets one chunk overdraw, and none after it", () => {
    const credit = sender("bytes", 10);
    credit.add(9, 1, 73);
    expect(credit.open).toBe(true);
    credit.add(1_000_000, 1, 1_000_064);
    expect(credit.open).toBe(false);
    expect(credit.left).toBe(0);
  });

  it("lets a chunk larger than the whole window pass", () => {
    const credit = sender("weight", 1);
    expect(credit.open).toBe(true);
    credit.add(0, 500, CHUNK_OVERHEAD);
    expect(credit.open).toBe(false);
    credit.raise(501, Number.POSITIVE_INFINITY);
    expect(credit.open).toBe(true);
  });

  it("waits when either of the two limits is spent", () => {
    expect(sender("chunks", 5, 0).open).toBe(false);
    expect(sender("chunks", 0, 5).open).toBe(false);
    const credit = sender("chunks", 1_000, 2 * CHUNK_OVERHEAD);
    credit.add(0, 1, CHUNK_OVERHEAD);
    expect(credit.open).toBe(true);
    credit.add(0, 1, CHUNK_OVERHEAD);
    expect(credit.open).toBe(false);
    expect(credit.left).toBe(0);
  });

  it("lets chunks of no weight and no bytes run into the byte limit all the same", () => {
    const credit = sender("bytes", 1, 10 * CHUNK_OVERHEAD);
    let sent = 0;
    while (credit.open && sent < 100) {
      credit.add(0, 0, CHUNK_OVERHEAD);
      sent++;
    }
    expect(sent).toBe(10);
  });

  it("takes absolute limits: the same ones twice change nothing", () => {
    const credit = sender("chunks", 4, 400);
    expect(credit.raise(10, 1_000)).toBe(6);
    expect(credit.raise(10, 1_000)).toBe(0);
    expect([credit.limit, credit.byteLimit]).toEqual([10, 1_000]);
  });

  it("ignores a lower limit, each of the two by itself", () => {
    const credit = sender("chunks", 10, 1_000);
    expect(credit.raise(3, 2_000)).toBe(0);
    expect([credit.limit, credit.byteLimit]).toEqual([10, 2_000]);
    expect(credit.raise(20, 1)).toBe(10);
    expect([credit.limit, credit.byteLimit]).toEqual([20, 2_000]);
  });

  it("comes to the same limits in whatever order grants arrive", () => {
    const grants = [
      [5, 900],
      [9, 300],
      [7, 1_200],
    ] as const;
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const credit = sender("chunks", 1, 100);
      for (const at of order) credit.raise(...(grants[at] as readonly [number, number]));
      expect([credit.limit, credit.byteLimit]).toEqual([9, 1_200]);
    }
  });

  it("knows what is in flight by what the far side's limit says has been taken, and the most that ever was", () => {
    const credit = new SendCredit();
    credit.accept("chunks", 4, 10_000);
    for (let i = 0; i < 4; i++) credit.add(0, 0, CHUNK_OVERHEAD);
    expect([credit.inFlight, credit.peak]).toEqual([4, 4]);
    credit.grant(7, 10_000);
    expect([credit.inFlight, credit.peak]).toEqual([1, 4]);
    credit.grant(8, 10_000);
    expect([credit.inFlight, credit.peak]).toEqual([0, 4]);
    for (let i = 0; i < 5; i++) credit.add(0, 0, CHUNK_OVERHEAD);
    expect([credit.inFlight, credit.peak]).toEqual([5, 5]);
  });

  it("has all in flight that was sent into an unlimited window", () => {
    const credit = new SendCredit();
    credit.accept("bytes", Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    credit.add(100, 0, CHUNK_OVERHEAD + 100);
    expect([credit.inFlight, credit.peak]).toEqual([100, 100]);
  });

  it("counts grants without a chunk in between", () => {
    const credit = new SendCredit();
    credit.accept("chunks", 1, 10_000);
    expect(credit.idleGrants).toBe(0);
    credit.grant(2, 10_000);
    credit.grant(3, 10_000);
    expect(credit.idleGrants).toBe(2);
    credit.add(0, 0, CHUNK_OVERHEAD);
    expect(credit.idleGrants).toBe(0);
  });

  it("never stops at an unlimited window", () => {
    const credit = sender("weight", Number.POSITIVE_INFINITY);
    credit.add(0, 1e15, 1e15);
    expect(credit.open).toBe(true);
    expect(credit.left).toBe(Number.POSITIVE_INFINITY);
    expect(credit.raise(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)).not.toBeGreaterThan(0);
  });

  it("has a fractional limit spent only once that much was sent", () => {
    const credit = sender("weight", 0.5);
    credit.add(0, 0.25, CHUNK_OVERHEAD);
    expect(credit.open).toBe(true);
    credit.add(0, 0.25, CHUNK_OVERHEAD);
    expect(credit.open).toBe(false);
  });

  it.each([
    ["bytes", LARGEST, 1, LARGEST],
    ["weight", 0, LARGEST, CHUNK_OVERHEAD],
  ] as const)("refuses a total of %s above 2^53 − 1 with a RangeError", (unit, payload, weight, bytes) => {
    const credit = sender(unit, Number.POSITIVE_INFINITY);
    credit.add(payload, weight, bytes);
    const { error, code } = thrownBy(() => credit.add(1, 1, CHUNK_OVERHEAD));
    expect(error).toBeInstanceOf(RangeError);
    expect(code).toBe("TOTAL_TOO_LARGE");
  });
});

describe("SendCredit before the unit is fixed", () => {
  it("spends the initial credit in chunks and in bytes, whichever is used up first", () => {
    const few = new SendCredit();
    few.initial = { chunks: 2, bytes: 1_000_000 };
    few.add(10, 1, 74);
    expect(few.open).toBe(true);
    few.add(10, 1, 74);
    expect(few.open).toBe(false);

    const big = new SendCredit();
    big.initial = { chunks: 100, bytes: 128 };
    big.add(64, 1, 128);
    expect(big.open).toBe(false);
  });

  it("starts one chunk of any size on the smallest initial credit", () => {
    const credit = new SendCredit();
    credit.initial = { chunks: 1, bytes: 1 };
    expect(credit.open).toBe(true);
    credit.add(1e9, 1, 1e9 + CHUNK_OVERHEAD);
    expect(credit.open).toBe(false);
  });

  it.each([
    { chunks: 0, bytes: 1_000 },
    { chunks: 5, bytes: 0 },
  ])("starts nothing on the initial credit %o", (initial) => {
    const credit = new SendCredit();
    credit.initial = initial;
    expect(credit.open).toBe(false);
  });

  it.each<[Unit, number]>([
    ["chunks", 2],
    ["bytes", 30],
    ["weight", 7],
  ])("has counted in every unit, so that fixing it to %s loses nothing", (unit, sent) => {
    const credit = new SendCredit();
    credit.initial = { chunks: 2, bytes: 1_000 };
    credit.add(10, 3, 74);
    credit.add(20, 4, 84);
    credit.unit = unit;
    credit.raise(sent, 10_000);
    expect(credit.sent).toBe(sent);
    expect(credit.open).toBe(false);
    credit.raise(sent + 1, 10_000);
    expect(credit.open).toBe(true);
  });

  it("keeps what is left of the initial credit when the first limits are lower", () => {
    const credit = new SendCredit();
    credit.initial = { chunks: 4, bytes: 1_000 };
    credit.add(0, 1, CHUNK_OVERHEAD);
    credit.unit = "chunks";
    credit.raise(0, 0);
    expect(credit.open).toBe(true);
    for (let i = 0; i < 3; i++) credit.add(0, 1, CHUNK_OVERHEAD);
    expect(credit.open).toBe(false);
  });
});

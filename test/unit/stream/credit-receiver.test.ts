/** The receiver's account as arithmetic: the limits told at first, what is booked, and what an overrun is. */
import { describe, expect, it } from "vitest";
import { CHUNK_OVERHEAD } from "../../../src/stream/credit.ts";
import { thrownBy } from "../support/error-of.ts";
import { arrive, leave, receiver } from "../support/receiver.ts";

describe("ReceiveCredit, at first", () => {
  it.each([
    [256, 256],
    [1, 1],
    [0.5, 0.5],
    [1e-20, 1e-20],
    [0, 0],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])("advertises a highWaterMark of %d as the limit %d", (highWaterMark, limit) => {
    for (const unit of ["chunks", "bytes", "weight"] as const) expect(receiver(unit, highWaterMark).limit).toBe(limit);
  });

  it("advertises its byte window as the limit in bytes", () => {
    expect(receiver("chunks", 1, 1_000).byteLimit).toBe(1_000);
    expect(receiver("chunks", 1, Number.POSITIVE_INFINITY).byteLimit).toBe(Number.POSITIVE_INFINITY);
  });

  it("has nothing to grant, whether or not a read waits", () => {
    for (const mark of [1, 256, 0.5, Number.POSITIVE_INFINITY]) {
      expect(receiver("chunks", mark).grant(false)).toBeUndefined();
      expect(receiver("chunks", mark).grant(true)).toBeUndefined();
    }
  });
});

describe("ReceiveCredit, of what arrives", () => {
  it.each<[string, number, number]>([
    ["units", 3, 1e9],
    ["bytes", 1e9, 3 * CHUNK_OVERHEAD],
  ])("sees an overrun in %s before it is booked", (_, highWaterMark, byteWindow) => {
    const credit = receiver("chunks", highWaterMark, byteWindow);
    arrive(credit, 3);
    expect(credit.covered).toBe(false);
    expect([credit.received, credit.chunks, credit.held, credit.bytes]).toEqual([3, 3, 3, 3 * CHUNK_OVERHEAD]);
  });

  it("covers what the initial credit allowed, in chunks and in bytes", () => {
    const credit = receiver("chunks", 0);
    credit.initial = { chunks: 2, bytes: 100 };
    expect(credit.covered).toBe(true);
    arrive(credit, 1);
    expect(credit.covered).toBe(true);
    arrive(credit, 1);
    expect(credit.covered).toBe(false);

    const bytes = receiver("chunks", 0);
    bytes.initial = { chunks: 10, bytes: 100 };
    arrive(bytes, 1, 1, 1_000);
    expect(bytes.covered).toBe(false);
  });

  it("remembers the most ever held", () => {
    const credit = receiver("weight", 10);
    arrive(credit, 2, 4);
    leave(credit, 2, 4);
    arrive(credit, 1, 1);
    expect([credit.peak, credit.held]).toEqual([8, 1]);
  });

  it("holds nothing once everything has left, however fractions were rounded", () => {
    const credit = receiver("weight", 10);
    for (const weight of [0.1, 0.2, 0.3]) arrive(credit, 1, weight);
    for (const weight of [0.1, 0.2, 0.3]) leave(credit, 1, weight);
    expect([credit.held, credit.heldBytes]).toEqual([0, 0]);
  });

  it.each(["chunks", "bytes", "weight"] as const)("refuses a total of %s above 2^53 − 1 with a RangeError", (unit) => {
    const credit = receiver(unit, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    credit.arrive(Number.MAX_SAFE_INTEGER, 1, CHUNK_OVERHEAD);
    const units = thrownBy(() => credit.arrive(1, 1, CHUNK_OVERHEAD));
    const bytes = thrownBy(() => receiver(unit, 1).arrive(0, 0, 2 ** 53));
    for (const { error, code } of [units, bytes]) {
      expect(error).toBeInstanceOf(RangeError);
      expect(code).toBe("TOTAL_TOO_LARGE");
    }
  });

  it("knows that no grant can fall due while more than half of both windows is left", () => {
    const credit = receiver("chunks", 8, 8 * CHUNK_OVERHEAD);
    expect(credit.ample).toBe(true);
    arrive(credit, 3);
    expect(credit.ample).toBe(true);
    leave(credit, 3);
    expect(credit.grant(true)).toBeUndefined();
    arrive(credit, 1);
    expect(credit.ample).toBe(false);
    expect(receiver("chunks", 0).ample).toBe(false);
    expect(receiver("chunks", Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY).ample).toBe(true);
  });
});

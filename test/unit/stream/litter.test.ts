/** Litter: how much is made, and that it is. */
import { constants, type PerformanceEntry, PerformanceObserver } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Litter } from "../../../src/stream/litter.ts";

const MiB = 1024 * 1024;
const SOON = 80 * MiB;
const LONG = 1024 * MiB;

/** A litter whose engine collects when it is told to: after so many bytes more. */
function watched() {
  let collected: (() => void) | undefined;
  const litter = new Litter((told) => {
    collected = told;
    return {};
  });
  const grownAfter = (bytes: number): number => {
    litter.pass(bytes);
    collected?.();
    return litter.share;
  };
  return { litter, grownAfter, isWatched: () => collected !== undefined };
}

describe("Litter", () => {
  it("does not even watch before much has passed", () => {
    const { litter, isWatched } = watched();
    litter.pass(63 * MiB);
    expect(isWatched()).toBe(false);
    litter.pass(MiB);
    expect(isWatched()).toBe(true);
  });

  it("makes none while whole collections are rare", () => {
    const { grownAfter } = watched();
    expect([grownAfter(LONG), grownAfter(LONG), grownAfter(LONG)]).toEqual([0, 0, 0]);
  });

  it("makes more with each that comes soon, and keeps to what has helped", () => {
    const { grownAfter } = watched();
    expect([grownAfter(SOON), grownAfter(SOON), grownAfter(LONG), grownAfter(LONG)]).toEqual([
      1 / 16,
      1 / 8,
      1 / 8,
      1 / 8,
    ]);
  });

  it("forgives one that comes soon where others were long in coming, not two", () => {
    const { grownAfter } = watched();
    expect([grownAfter(SOON), grownAfter(LONG), grownAfter(SOON), grownAfter(LONG)]).toEqual([
      1 / 16,
      1 / 16,
      1 / 16,
      1 / 16,
    ]);
    expect([grownAfter(SOON), grownAfter(SOON)]).toEqual([1 / 16, 1 / 8]);
  });

  it("gives up where it does not help, and tries again later, each time after twice as much", () => {
    const { grownAfter } = watched();
    /** Bytes that pass without litter until it is tried again. */
    const pause = (): number => {
      while (grownAfter(SOON) > 0);
      let passed = 0;
      while (grownAfter(SOON) === 0) passed += SOON;
      return passed;
    };
    expect([pause(), pause(), pause()].map((bytes) => Math.round(bytes / LONG))).toEqual([1, 2, 4]);
  });

  it("makes less once there was none for very long", () => {
    const { grownAfter } = watched();
    expect([grownAfter(SOON), grownAfter(SOON), grownAfter(8 * LONG), grownAfter(8 * LONG)]).toEqual([
      1 / 16,
      1 / 8,
      1 / 16,
      1 / 16,
    ]);
  });

  it("is made, however the code was compiled, and is young", async () => {
    const { litter, grownAfter } = watched();
    while (grownAfter(SOON) < 1);
    expect(await youngCollections(() => litter.pass(65_536))).toBeGreaterThan(4);
    expect(await youngCollections(() => {})).toBeLessThan(4);
  });
});

/** How often the engine collects young objects while 1 GiB passes, once the code has been compiled. */
async function youngCollections(pass: () => void): Promise<number> {
  let count = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { readonly detail?: { readonly kind?: number } })[])
      if (entry.detail?.kind === constants.NODE_PERFORMANCE_GC_MINOR) count++;
  });
  observer.observe({ entryTypes: ["gc"] });
  for (const _ of ["compiled", "counted"]) {
    count = 0;
    for (let chunk = 0; chunk < 16_384; chunk++) pass();
    await setImmediate();
  }
  observer.disconnect();
  return count;
}

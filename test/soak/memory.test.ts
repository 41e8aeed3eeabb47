/** What streams cost while they are open, and what they leave behind. */
import { describe, expect, test } from "vitest";
import { measure } from "./run.ts";

interface Left {
  readonly heap: number;
  readonly ports: number;
  readonly streams: number;
}

interface Idle {
  readonly sluice: number;
  readonly pair: number;
  readonly extra: number;
}

const KiB = 1024;

describe("streams that were used and closed", () => {
  test("leave nothing behind: 10,001 to 20,000 as little as the first 10,000", async () => {
    const { first, second } = await measure<{ first: Left; second: Left }>("./streams.mjs");
    expect(second.heap - first.heap).toBeLessThan(1024 * KiB);
    expect(second.ports).toBe(first.ports);
    expect(second.streams).toBe(0);
  });
});

describe("calls with streams in params and result, read to the end or left early", () => {
  test("leave nothing behind, on either side: 5,001 to 10,000 as little as the first 5,000", async () => {
    const { first, second, far } = await measure<{ first: Left; second: Left; far: number }>("./values.mjs");
    expect(second.heap - first.heap).toBeLessThan(1024 * KiB);
    expect(second.ports).toBe(first.ports);
    expect(second.streams).toBe(0);
    expect(far).toBeLessThan(1024 * KiB);
  });
});

describe("idle streams", () => {
  test("cost at most 1 KB of heap each beyond bare pairs, the same when there are ten times as many", async () => {
    // A thousand are so few that the heap's own whims show: the median of three processes.
    const three = [];
    for (let i = 0; i < 3; i++) three.push(await measure<Idle>("./idle.mjs", "1000"));
    const few = three.sort((one, other) => one.extra - other.extra)[1] as Idle;
    const many = await measure<Idle>("./idle.mjs", "10000");
    expect(few.extra, JSON.stringify(few)).toBeLessThanOrEqual(KiB);
    expect(many.extra, JSON.stringify(many)).toBeLessThanOrEqual(KiB);
    expect(Math.abs(many.sluice / few.sluice - 1), JSON.stringify({ few, many })).toBeLessThanOrEqual(0.1);
  });
});

/** Runs a share of the seeds that were asked for: each test file has one, so that they run side by side. */
import { expect } from "vitest";
import { type Outcome, report, simulate } from "./simulate.ts";

/** `SLUICE_SEEDS`: how many seeds in all. */
export const SEEDS: number = Number(process.env["SLUICE_SEEDS"] ?? 500);
/** `SLUICE_SEED`: the only seed to run, with everything that happens printed. */
export const ONE: string | undefined = process.env["SLUICE_SEED"];

/** Enough to look at. */
const MOST_BROKEN = 5;

/** Runs every seed from `first` on in steps of `step`, up to `last`. */
export async function runSeeds(first: number, step: number, last: number): Promise<void> {
  const started = performance.now();
  const broken: Outcome[] = [];
  const sum = { seeds: 0, events: 0, chunks: 0, time: 0 };
  for (let seed = first; seed <= last && broken.length < MOST_BROKEN; seed += step) {
    const outcome = await simulate(seed);
    sum.seeds++;
    sum.events += outcome.events;
    sum.chunks += outcome.chunks;
    sum.time += outcome.time;
    if (outcome.failures.length > 0) broken.push(outcome);
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${sum.seeds} seeds in ${seconds.toFixed(1)} s (${Math.round(sum.seeds / seconds)} a second): ${sum.events} events, ` +
      `${sum.chunks} chunks read, ${Math.round(sum.time / 1000)} s of virtual time`,
  );
  expect(broken.map(report).join("\n\n")).toBe("");
}

/**
 * Two real cores under a virtual clock, over thousands of seeded schedules. `SLUICE_SEEDS=n` runs that many seeds,
 * `SLUICE_SEED=n` replays one and prints its scenario and everything that happened.
 */
import { expect, describe as suite, test } from "vitest";
import { describe } from "./scenario.ts";
import { ONE, runSeeds, SEEDS } from "./seeds.ts";
import { report, simulate } from "./simulate.ts";

/** Of this seed, one side dies between the meeting and its `$/hello`, and the link does not tell. */
const BEFORE_HELLO = 638;

/** Every so manieth seed is run twice. */
const REPLAY_EVERY = 50;

suite.skipIf(ONE !== undefined)("the simulator", () => {
  test(`the odd ones of ${SEEDS} seeds`, () => runSeeds(1, 2, SEEDS));

  test("a seed replays identically", async () => {
    for (let seed = 1; seed <= SEEDS; seed += REPLAY_EVERY) {
      const first = await simulate(seed);
      const second = await simulate(seed, { verbose: true });
      expect(second.hash, `seed ${seed}`).toBe(first.hash);
      expect(second.events, `seed ${seed}`).toBe(first.events);
    }
  });

  test("one that dies before it has said hello is not waited for", async () => {
    const outcome = await simulate(BEFORE_HELLO, { verbose: true });
    expect(outcome.failures).toEqual([]);
    expect(outcome.trace.join("\n")).toMatch(/closed rejects with .* not said \$\/hello/);
  });
});

suite.skipIf(ONE === undefined)("one seed", () => {
  test(`seed ${ONE}`, async () => {
    const outcome = await simulate(Number(ONE), { verbose: true });
    console.log(`${describe(outcome.scenario)}\n${outcome.trace.join("\n")}`);
    expect(outcome.failures.length === 0 ? "" : report(outcome)).toBe("");
  });
});

/** A simulator that finds nothing proves nothing: every planted bug must be caught within a few hundred seeds. */
import { expect, describe as suite, test } from "vitest";
import { mutations } from "./mutations.ts";
import type { Wrap } from "./planting.ts";
import { ONE } from "./seeds.ts";
import { simulate } from "./simulate.ts";
import { heldBack } from "./wrapped.ts";

const MOST_SEEDS = 1000;

/** Holding frames back for a moment is no bug: what is caught above is not the wrapping. */
test.skipIf(ONE !== undefined)("a link that is only slower is fine", async () => {
  for (let seed = 1; seed <= MOST_SEEDS; seed++) {
    const wrap: Wrap = (link, world) => heldBack(link, world, (waiting, next) => void waiting.push(next));
    const { failures } = await simulate(seed, { wrap });
    expect(failures, `seed ${seed}`).toEqual([]);
  }
});

suite.skipIf(ONE !== undefined)("a planted bug is caught", () => {
  test.each(mutations.map((mutation) => [mutation.name, mutation] as const))("%s", async (_name, { plant, wrap }) => {
    const mend = plant?.();
    try {
      for (let seed = 1; seed <= MOST_SEEDS; seed++) {
        const { failures } = await simulate(seed, wrap && { wrap });
        if (failures.length === 0) continue;
        console.log(`caught by seed ${seed}: ${failures[0]}`);
        return;
      }
    } finally {
      mend?.();
    }
    expect.unreachable(`no seed up to ${MOST_SEEDS} has caught it`);
  });
});

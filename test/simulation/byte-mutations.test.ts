/** Planted bugs of links of bytes: every one must be caught, by the seeds that are about bytes. */
import { expect, describe as suite, test } from "vitest";
import { byteMutations } from "./byte-mutations.ts";
import { BYTES_EVERY } from "./draw.ts";
import { ONE } from "./seeds.ts";
import { simulate } from "./simulate.ts";

const MOST_SEEDS = 1000;

suite.skipIf(ONE !== undefined)("a planted bug of bytes is caught", () => {
  test.each(byteMutations.map((mutation) => [mutation.name, mutation] as const))("%s", async (_name, { plant }) => {
    const mend = plant?.();
    try {
      for (let seed = BYTES_EVERY; seed <= BYTES_EVERY * MOST_SEEDS; seed += BYTES_EVERY) {
        const { failures } = await simulate(seed);
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

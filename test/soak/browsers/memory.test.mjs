/** Backpressure in browsers measured from outside: by the source's own pulls and by what the system says of memory. */
import process from "node:process";
import { describe, expect, it } from "vitest";
import { BrowserMissing, browserNames } from "../../browsers/open.mjs";
import { CHUNK } from "./chunks.mjs";
import { measure } from "./measure.mjs";

const MiB = 2 ** 20;
/** What is offered, in MiB; by `npm run test:full` a GiB. */
const SIZE = Number(process.env.SLUICE_SOAK_MIB ?? 64);
/** The same where no credit holds it back: enough to be seen in memory. */
const UNBOUNDED = 384;
/** The default window over bytes, in chunks; one overdraws it, one waits in the writable and one in the pipe. */
const AHEAD = (8 * MiB) / CHUNK + 3;
/** The window, what waits to be collected in both threads, and what a browser takes by itself meanwhile. */
const GROWTH = 224 * MiB;
const TIME = 120_000 + SIZE * 400;

const bounded = ({ leads, growth }) => leads.most <= AHEAD && growth < GROWTH;

describe.runIf(process.platform === "linux").each(browserNames)("In %s, many bytes to a slower worker", (name) => {
  it(
    `of ${SIZE} MiB only what fits the window is taken from the source, memory stays flat, and all arrives`,
    async ({ skip }) => {
      const seen = await measured(name, { stream: "slow", mib: SIZE }, skip);
      expect(seen, JSON.stringify(seen)).toSatisfy(bounded);
      expect(seen.pulls).toBe((SIZE * MiB) / CHUNK);
      expect(seen.digests[1]).toBe(seen.digests[0]);
      expect(seen.overheard).toBe(0);
    },
    TIME,
  );

  it(
    "with credit switched off the source runs ahead and memory grows: this harness would notice",
    async ({ skip }) => {
      const seen = await measured(name, { stream: "slow, without credit", mib: UNBOUNDED }, skip);
      expect(seen.leads.most, JSON.stringify(seen)).toBeGreaterThan(AHEAD);
      expect(seen.growth, JSON.stringify(seen)).toBeGreaterThan(GROWTH);
      expect(seen.digests[1]).toBe(seen.digests[0]);
    },
    TIME,
  );
});

/** Where the browser is missing, skips and says how to get it; with `CI=true` that fails. */
async function measured(name, spec, skip) {
  try {
    return await measure(name, spec);
  } catch (error) {
    if (error instanceof BrowserMissing && process.env.CI !== "true") skip(error.message);
    throw error;
  }
}

// The options that every benchmark has. Imports nothing that needs installing: run.mjs checks them before it installs.
import { parseArgs } from "node:util";

/** Fewer say too little on a noisy machine. */
export const MIN_ROUNDS = 5;

const OPTIONS = {
  check: { type: "boolean", default: false },
  readme: { type: "boolean", default: false },
  rounds: { type: "string", default: String(MIN_ROUNDS) },
};

/**
 * `{ check, readme, rounds }`, or undefined if `args` hold anything else: `check` fails if a target is missed, `readme`
 * measures nothing, but writes the latest results into the README.
 */
export function parseOptions(args) {
  try {
    const { values } = parseArgs({ args, options: OPTIONS });
    if (!/^[0-9]{1,4}$/.test(values.rounds) || Number(values.rounds) < MIN_ROUNDS) return undefined;
    return { ...values, rounds: Number(values.rounds) };
  } catch {
    return undefined;
  }
}

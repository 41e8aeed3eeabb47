/** Runs one seed, and tells how it went. */
import { draw } from "./draw.ts";
import { show } from "./reasons.ts";
import { describe, type Scenario } from "./scenario.ts";
import { Simulation, type SimulationOptions } from "./simulation.ts";

export interface Outcome {
  readonly scenario: Scenario;
  /** What broke; nothing, if all is well. */
  readonly failures: readonly string[];
  /** Of everything that happened: the same for the same seed. */
  readonly hash: number;
  /** Line by line, if it was asked for. */
  readonly trace: readonly string[];
  /** How much happened: events, chunks read, and virtual milliseconds. */
  readonly events: number;
  readonly chunks: number;
  readonly time: number;
}

export async function simulate(seed: number, options: SimulationOptions = {}): Promise<Outcome> {
  const scenario = draw(seed);
  const simulation = new Simulation(scenario, options);
  const { world } = simulation;
  const { stackTraceLimit } = Error;
  // Stacks take a good part of the time, and nobody looks at them here. Over bytes their length would be part of the run.
  if (!options.verbose || scenario.link.bytes !== undefined) Error.stackTraceLimit = 0;
  const restore = takeRejections((reason) => world.fail(`unhandled rejection of ${show(reason)}`));
  try {
    await simulation.run();
  } finally {
    restore();
    Error.stackTraceLimit = stackTraceLimit;
  }
  const { failures, hash, trace = [], events, now } = world;
  const chunks = simulation.courses.reduce((sum, { forth, back }) => sum + forth.got + back.got, 0);
  return { scenario, failures, hash, trace, events, chunks, time: now };
}

/** What somebody needs to know of a seed that failed. */
export function report({ scenario, failures }: Outcome): string {
  const { seed } = scenario;
  const shown = failures.slice(0, 8).map((failure) => `  ${failure}`);
  return `seed ${seed}:\n${shown.join("\n")}\nreplay: SLUICE_SEED=${seed}\nscenario: ${describe(scenario)}`;
}

/** While a seed runs, unhandled rejections are its own. */
function takeRejections(listener: (reason: unknown) => void): () => void {
  const before = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", listener);
  return () => {
    process.removeAllListeners("unhandledRejection");
    for (const each of before) process.on("unhandledRejection", each);
  };
}

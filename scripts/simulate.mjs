// Runs that many seeds of the simulator.
//   node scripts/simulate.mjs SEEDS
import { runTool } from "./tools.mjs";

const seeds = Number(process.argv[2]);
if (!Number.isInteger(seeds) || seeds < 1) {
  console.error("usage: node scripts/simulate.mjs SEEDS");
  process.exit(2);
}
const { status } = await runTool(["vitest", "run", "--project", "simulation"], { SLUICE_SEEDS: String(seeds) });
process.exitCode = status;

// Runs a benchmark: gets what it needs, builds Sluice, and executes the benchmark on the Node that benchmarks are
// judged on; with `--readme`, only writes its results into the page that shows them. Runs itself on any Node from 20 on. Not the
// harness: that is lib/harness.mjs.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ensureInstalled, ensureRuntime } from "../test/runtimes/ensure.mjs";
import { MIN_ROUNDS, parseOptions } from "./lib/options.mjs";
import { writeReadme } from "./lib/readme.mjs";

const BENCHES = ["threads", "processes", "browsers"];
const here = fileURLToPath(new URL(".", import.meta.url));

const [name, ...args] = process.argv.slice(2);
const options = parseOptions(args);
if (!BENCHES.includes(name) || !options) {
  console.error(
    `usage: node bench/run.mjs ${BENCHES.join("|")} [--check] [--rounds n] [--readme]   (n is at least ${MIN_ROUNDS})`,
  );
  process.exit(2);
}
if (options.readme) {
  writeReadme(name);
  process.exit();
}

const node = ensureRuntime("node24");
ensureInstalled(here);
run("npx", ["--no", "tsup", "--no-dts"]);
run(node, ["--expose-gc", `${here}lib/harness.mjs`, name, ...args]);

function run(command, args) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: `${here}..`,
    stdio: "inherit",
  });
  if (error || signal) console.error(`${command}: ${error?.message ?? signal}`);
  if (status !== 0) process.exit(status ?? 1);
}

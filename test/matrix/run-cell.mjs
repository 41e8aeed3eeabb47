// One cell: runs what it is about, and counts. `{ passed, failed, gaps, failures: [{ test, message }] }`.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runSuite } from "../../wpt-style-tests/runner/in-runtime.mjs";
import { BrowserMissing } from "../realms/mod.mjs";
import { NotInstalled } from "../runtimes/ensure.mjs";
import { gapsOf } from "./gaps.mjs";

const here = (path) => new URL(path, import.meta.url);

/** Milliseconds that a cell may take. */
const DEADLINE = 600_000;

/** A runtime that is not here and cannot be fetched: nobody's fault, unlike one that does not start. */
export function isMissing(error) {
  return error instanceof BrowserMissing || error instanceof NotInstalled;
}

/** `folder`: where the contract's bundle for such runtimes is. */
export async function runContract(runtime, row, column, folder) {
  const { reports, problem } = await runtime.run({
    file: join(folder, "main.mjs"),
    scope: column.scope ?? row.scope ?? "worker",
    deadline: DEADLINE,
    init: {
      link: column.link,
      fork: row.fork,
      gaps: gapsOf(row, column),
      far: column.link === "nodeWorker" ? here("../fixtures/worker.mjs").href : "./far.mjs",
    },
  });
  const count = (wanted) => reports.filter(({ status }) => status === wanted).length;
  const failures = reports
    .filter(({ status }) => status === "failed")
    .map(({ title, message }) => ({ test: title, message }));
  if (problem !== undefined) failures.push({ test: "(the realm)", message: problem });
  if (reports.length === 0 && failures.length === 0) failures.push({ test: "(the realm)", message: "no test has run" });
  const slowest = reports.toSorted((a, b) => b.took - a.took);
  return { passed: count("passed"), failed: failures.length, gaps: count("gap"), failures, slowest };
}

export async function runWpt(runtime) {
  const { subtests, passed, failed, gaps, failures } = await runSuite(runtime, {});
  const told = failures.map(({ file, subject, test, message }) => ({ test: `${file} [${subject}] ${test}`, message }));
  return { subtests, passed, failed, gaps, failures: told };
}

/** The names that a runtime has in the titles of test/process/pairs.test.ts. */
const inPairs = { node: "node", deno: "deno", bun: "bun", node22: "Node 22", node24: "Node 24", node26: "Node 26" };

/** Every pair of runtimes: they run together, once, and each row takes those that it is the parent of. */
export async function runPairs() {
  const folder = mkdtempSync(join(tmpdir(), "sluice-pairs-"));
  const report = join(folder, "report.json");
  const vitest = fileURLToPath(here("../../node_modules/vitest/vitest.mjs"));
  const args = [
    "run",
    "--project",
    "process",
    "test/process/pairs.test.ts",
    "--reporter=json",
    `--outputFile=${report}`,
  ];
  const root = fileURLToPath(here("../.."));
  const output = await outputOf(spawn(process.execPath, [vitest, ...args], { cwd: root }));
  try {
    return JSON.parse(readFileSync(report, "utf8")).testResults.flatMap(({ assertionResults }) => assertionResults);
  } catch {
    throw new Error(`The pairs of processes have not run\n${output}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function outputOf(child) {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (more) => {
      text += more;
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => resolve(text));
  });
}

export function pairsOf(results, row) {
  const name = inPairs[row.name];
  const own = results.filter(({ title }) => title.includes(`between ${name} as`) || title.endsWith(` of ${name}`));
  const failures = own
    .filter(({ status }) => status !== "passed")
    .map(({ fullName, failureMessages }) => ({ test: fullName, message: failureMessages.join("\n") }));
  if (own.length === 0) failures.push({ test: "(processes)", message: "no pair has run" });
  return {
    passed: own.length - own.filter(({ status }) => status !== "passed").length,
    failed: failures.length,
    gaps: 0,
    failures,
  };
}

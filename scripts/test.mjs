// Runs the whole suite, and tells how long each part took. The last line is `N passed, N failed`.
//   node scripts/test.mjs [--full] [--install] [PART ...]
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { fullStages, stages } from "./parts.mjs";
import { runTool } from "./tools.mjs";

const parts = stages.flat(2);
const { full, install, names } = readArguments();
// Read where browsers are looked for, in whatever process that is.
if (install) process.env.SLUICE_INSTALL = "true";
const isAsked = ({ name }) => names.length === 0 || names.includes(name);

const start = performance.now();
const rows = [];
for (const lanes of full ? fullStages : stages) {
  const asked = lanes.map((lane) => lane.filter(isAsked)).filter((lane) => lane.length > 0);
  await Promise.all(asked.map((lane) => runLane(lane, asked.length > 1)));
}
summarise(rows);

/** `isBeside`: others run at the same time, so each part shows what it has printed when it is over. */
async function runLane(lane, isBeside) {
  for (const part of lane) {
    const title = `\n── ${part.name} ${"─".repeat(Math.max(0, 100 - part.name.length))}`;
    const kept = [];
    console.log(isBeside ? `\n── ${part.name}: has begun` : title);
    rows.push(await runPart(part, isBeside ? (line) => kept.push(line) : undefined));
    if (isBeside) console.log([title, ...kept].join("\n"));
  }
}

function readArguments() {
  const usage = `usage: node scripts/test.mjs [--full] [--install] [${parts.map(({ name }) => JSON.stringify(name)).join(" | ")}] ...`;
  try {
    const { values, positionals } = parseArgs({
      options: { full: { type: "boolean" }, install: { type: "boolean" } },
      allowPositionals: true,
    });
    const unknown = positionals.find((given) => !parts.some(({ name }) => name === given));
    if (unknown !== undefined) throw new Error(`there is no part "${unknown}"`);
    return { full: values.full === true, install: values.install === true, names: positionals };
  } catch (error) {
    console.error(`${error.message}\n${usage}`);
    process.exit(2);
  }
}

/** `print` takes what the part prints, line by line; without it, it is shown as it comes. */
async function runPart({ name, command, budget, env = {} }, print) {
  const folder = mkdtempSync(join(tmpdir(), "sluice-test-"));
  const report = join(folder, "report.json");
  const isVitest = command[0] === "vitest";
  const args = isVitest
    ? [...command, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`]
    : command;
  const start = performance.now();
  const { status, lastLine, failures } = await runTool(args, env, print);
  const seconds = (performance.now() - start) / 1000;
  const counts = isVitest
    ? vitestCounts(report)
    : { failures, ...(countsIn(lastLine) ?? { passed: status === 0 ? 1 : 0, failed: 0 }) };
  rmSync(folder, { recursive: true });
  const late = seconds > 2 * budget;
  // Whatever made it fail without a failed test (an unhandled error, no test at all) is one failure.
  if ((status !== 0 || late) && counts.failed === 0) {
    counts.failed = 1;
    counts.failures = [
      late ? "FAIL took more than twice its budget" : `FAIL with status ${status}: see what it printed`,
    ];
  }
  return { name, seconds, budget, late, ...counts };
}

function vitestCounts(report) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
    return { passed: numPassedTests, failed: numFailedTests, failures: testResults.flatMap(failuresOf) };
  } catch {
    return { passed: 0, failed: 1, failures: [] };
  }
}

/** Of a file that could not be loaded there are no tests, but a message. */
function failuresOf({ name: file, status, message, assertionResults }) {
  const tests = assertionResults.filter((test) => test.status === "failed");
  if (status === "failed" && tests.length === 0) return [describe(file, message)];
  return tests.map(({ fullName, failureMessages }) => describe(`${file} > ${fullName}`, failureMessages[0]));
}

function describe(what, message = "") {
  return `FAIL ${relative(process.cwd(), what)}\n${message.replace(/^/gm, "    ")}`;
}

function countsIn(line) {
  const match = /(\d+) passed, (\d+) failed/.exec(line ?? "");
  return match && { passed: Number(match[1]), failed: Number(match[2]) };
}

/** The failures once more, for whoever reads the end only; the table; the sums. */
function summarise(unsorted) {
  const rows = parts.flatMap(({ name }) => unsorted.filter((row) => row.name === name));
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  for (const { name, failures } of rows) for (const failure of failures) console.log(`\n${name}: ${failure}`);
  console.log(
    `\n${"part".padEnd(20)} ${"passed".padStart(7)} ${"failed".padStart(7)} ${"seconds".padStart(8)} ${"budget".padStart(7)}`,
  );
  for (const { name, passed, failed, seconds, budget, late } of rows) {
    const cells = [
      String(passed).padStart(7),
      String(failed).padStart(7),
      seconds.toFixed(1).padStart(8),
      String(budget).padStart(7),
    ];
    console.log(`${name.padEnd(20)} ${cells.join(" ")}${late ? "  more than twice its budget" : ""}`);
  }
  console.log(`${((performance.now() - start) / 1000).toFixed(0)} s in all, Node ${process.version}`);
  console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
  process.exitCode = sum("failed") === 0 ? 0 : 1;
}

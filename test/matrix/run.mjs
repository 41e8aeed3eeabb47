// The matrix: every suite in every runtime, over every kind of link that it has, as one table.
//   node test/matrix/run.mjs [--runtime NAME ...] [--column NAME ...] [--concurrency N] [--slowest N] [--install]
// Runtimes from npm are fetched; browsers are where the system's package manager has put them, and it is called only with
// --install or CI=true, as root on Debian. What cannot be had is listed, and fails with CI=true. When all of it has run
// and nothing failed, docs/runtimes.md is written anew. The last line is `N passed, N failed`.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openRuntime } from "../realms/mod.mjs";
import { ensureRuntime, NotInstalled } from "../runtimes/ensure.mjs";
import { bundleContract } from "./bundle.mjs";
import { columns, rows } from "./cells.mjs";
import { writeDocument } from "./document.mjs";
import { isMissing, pairsOf, runContract, runPairs, runWpt } from "./run-cell.mjs";
import { table } from "./table.mjs";

const { wanted, wantedColumns, concurrency, shown, isWhole } = readArguments();
const folder = mkdtempSync(join(tmpdir(), "sluice-matrix-"));
/** By a row's kind, where its bundle is. */
const bundles = new Map();

const start = performance.now();
const waiting = wanted.values();
const results = [];
let pairs;

try {
  installRuntimes();
  // All take from the same iterator.
  await Promise.all(Array.from({ length: concurrency }, work));
} finally {
  rmSync(folder, { recursive: true });
}
report();

/** Before anything runs: the pairs of processes would install the same ones at the same time, and npm knows no turns. */
function installRuntimes() {
  for (const { name, source } of wanted) {
    try {
      if (source.startsWith("npm:")) ensureRuntime(name);
    } catch (error) {
      // Told when its row comes.
      if (!(error instanceof NotInstalled)) throw error;
    }
  }
}

async function work() {
  for (const row of waiting) results.push({ row, ...(await runRow(row)) });
}

/** `{ version, cells: { [column]: outcome }, missing }`: one runtime, opened once, cell after cell. */
async function runRow(row) {
  let runtime;
  try {
    runtime = await openRuntime(row.name);
  } catch (error) {
    if (isMissing(error)) return { cells: {}, missing: error.message };
    return { cells: { [columns[0].name]: failed("(the runtime)", error) } };
  }
  const cells = {};
  try {
    for (const column of wantedColumns) {
      const why = column.lacks?.[row.name] ?? column.lacks?.[row.kind];
      cells[column.name] = why === undefined ? await runCell(runtime, row, column) : { notApplicable: why };
      progress(row, column, cells[column.name]);
    }
  } finally {
    await runtime.close();
  }
  return { version: runtime.version, cells };
}

async function runCell(runtime, row, column) {
  const begin = performance.now();
  const seconds = () => (performance.now() - begin) / 1000;
  try {
    if (column.name === "wpt") return { ...(await runWpt(runtime)), seconds: seconds() };
    if (column.name === "processes") {
      pairs ??= runPairs();
      return { ...pairsOf(await pairs, row), seconds: seconds() };
    }
    if (!bundles.has(row.kind)) bundles.set(row.kind, bundleContract(join(folder, row.kind), row.kind));
    await bundles.get(row.kind);
    return { ...(await runContract(runtime, row, column, join(folder, row.kind))), seconds: seconds() };
  } catch (error) {
    return failed("(the cell)", error);
  }
}

function failed(test, error) {
  return { passed: 0, failed: 1, gaps: 0, failures: [{ test, message: error?.stack ?? String(error) }] };
}

function progress(row, column, { notApplicable, passed, failed, gaps, failures = [], slowest = [], seconds = 0 }) {
  if (notApplicable !== undefined) return;
  const counts = `${passed} passed, ${failed} failed, gaps: ${gaps}`;
  console.log(`${row.title.padEnd(10)} ${column.title.padEnd(24)} ${counts.padEnd(36)} ${seconds.toFixed(1)} s`);
  for (const { title, took } of slowest.slice(0, shown)) console.log(`${took.toFixed(0).padStart(8)} ms  ${title}`);
  for (const { test, message } of failures) {
    console.log(`\nFAIL [${row.title}, ${column.title}] ${test}\n${message.replace(/^/gm, "    ")}\n`);
  }
}

function report() {
  const ran = results.flatMap(({ cells }) => Object.values(cells));
  console.log(`\n${table(results)}\n`);
  const absent = results.filter(({ missing }) => missing !== undefined);
  for (const { row, missing } of absent) console.log(`${row.title}: ${missing}`);
  const sum = (key) => ran.reduce((total, { [key]: count = 0 }) => total + count, 0);
  const failures = sum("failed") + (process.env.CI === "true" ? absent.length : 0);
  if (failures === 0 && absent.length === 0 && isWhole) writeDocument(results);
  console.log(`${((performance.now() - start) / 1000).toFixed(0)} s in all`);
  console.log(`${sum("passed")} passed, ${failures} failed`);
  process.exitCode = failures === 0 ? 0 : 1;
}

function readArguments() {
  const names = (list) => list.map(({ name }) => name).join(", ");
  try {
    const { values } = parseArgs({
      options: {
        runtime: { type: "string", multiple: true },
        column: { type: "string", multiple: true },
        concurrency: { type: "string", default: "2" },
        // Of each cell of the contract, the tests that take longest are shown.
        slowest: { type: "string", default: "0" },
        // Read where browsers are looked for.
        install: { type: "boolean" },
      },
    });
    const pick = (list, asked, what) => {
      const unknown = asked?.find((name) => !list.some((each) => each.name === name));
      if (unknown !== undefined) throw new Error(`There is no ${what} "${unknown}": ${names(list)}`);
      return list.filter(({ name }) => asked === undefined || asked.includes(name));
    };
    const concurrency = Number(values.concurrency);
    if (!Number.isInteger(concurrency) || concurrency < 1)
      throw new Error("--concurrency takes a whole number from 1 on");
    const shown = Number(values.slowest);
    if (!Number.isInteger(shown) || shown < 0) throw new Error("--slowest takes a whole number from 0 on");
    const { exports } = JSON.parse(readFileSync(fileURLToPath(new URL("../../package.json", import.meta.url)), "utf8"));
    if (!existsSync(fileURLToPath(new URL(`../../${exports["."].default}`, import.meta.url))))
      throw new Error("Nothing to test: run `npx tsup` first");
    return {
      wanted: pick(rows, values.runtime, "runtime"),
      wantedColumns: pick(columns, values.column, "column"),
      concurrency,
      shown,
      isWhole: values.runtime === undefined && values.column === undefined,
    };
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}

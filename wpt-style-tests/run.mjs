// Runs the suite on Node: every file in a fresh worker thread, against every subject. Not a copy of wpt-runner,
// of which it uses the harness only.
//
//   node wpt-style-tests/run.mjs [--subject local|channel] [--filter TEXT] [--broken NAME | --prove]

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { brokenSubjects, subjects } from "./resources/subjects.mjs";
import { findFiles } from "./runner/files.mjs";
import { report, reportProof } from "./runner/report.mjs";
import { runFile, runtime } from "./runner/run-file.mjs";
import { judge, notices } from "./runner/verdict.mjs";

const { values: options } = parseArgs({
  options: {
    subject: { type: "string" },
    filter: { type: "string" },
    broken: { type: "string" },
    prove: { type: "boolean", default: false },
  },
});

const limits = { fileTimeout: 30_000, testTimeout: 5_000 };
/** A pair that is broken on purpose need not be waited for: standing still for this long is noticed enough. */
const proofLimits = { ...limits, testTimeout: 2_000 };

const here = fileURLToPath(new URL(".", import.meta.url));
if (!existsSync(`${here}node_modules/wpt-runner`)) {
  execFileSync("npm", ["ci", "--prefix", here, "--loglevel=error"], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
}

const files = await findFiles(options.filter);
if (files.length === 0) misused(`No file's path contains "${options.filter}"`);

process.exitCode = (await (options.prove ? prove() : run())) ? 0 : 1;

async function run() {
  const names = options.broken ? [options.broken] : options.subject ? [options.subject] : Object.keys(subjects);
  for (const name of names) {
    const known = options.broken ? brokenSubjects : subjects;
    if (!(name in known)) misused(`Unknown subject "${name}": ${Object.keys(known).join(", ")}`);
  }
  if (names.some((name) => name !== "local" && !options.broken) && !isBuilt())
    misused("Nothing to test: run `npx tsup` first");
  return report(
    names,
    inTurn(names, (file, subject) => runFile(file, subject, limits), judge),
  );
}

/** Every file must notice at least one of the broken pairs. */
function prove() {
  const noticed = (run) => ({ ...run, noticed: run.results.some((result) => notices(run, result)) });
  const start = (file, subject) =>
    runFile(file, subject, { ...proofLimits, enough: (result) => notices({ file, subject, runtime }, result) });
  return reportProof(inTurn(Object.keys(brokenSubjects), start, noticed));
}

/** Runs a few at a time; yields `[file, [one per subject]]` in the order of `files`. */
async function* inTurn(names, start, conclude) {
  const jobs = files.flatMap((file) => names.map((name) => ({ file, name, ...outcome() })));
  const waiting = jobs.values();
  const work = async () => {
    // All workers take from the same iterator.
    for (const { file, name, resolve, reject } of waiting) {
      await start(file, name).then((run) => resolve(conclude(run)), reject);
    }
  };
  for (let worker = Math.min(4, availableParallelism()); worker > 0; worker--) void work();
  for (const file of files) {
    yield [file, await Promise.all(jobs.filter((job) => job.file === file).map(({ promise }) => promise))];
  }
}

function isBuilt() {
  const { exports } = JSON.parse(readFileSync(`${here}../package.json`, "utf8"));
  return existsSync(`${here}../${exports["."].default}`);
}

function outcome() {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
}

function misused(message) {
  console.error(message);
  process.exit(2);
}

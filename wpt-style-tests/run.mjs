// Runs the suite in a runtime: every file in a fresh worker, against every subject. Not a copy of wpt-runner, of which
// it uses the harness only.
//
//   node wpt-style-tests/run.mjs [--runtime NAME] [--subject NAME] [--filter TEXT] [--broken NAME | --prove]
//   node wpt-style-tests/run.mjs --write-gaps      writes the table of known gaps in docs/conformance.md

import { parseArgs } from "node:util";
import { openRuntime } from "../test/realms/mod.mjs";
import { brokenSubjects, subjectNames } from "./resources/names.mjs";
import { findFiles } from "./runner/files.mjs";
import { areGapsWritten, writeGaps } from "./runner/gaps-table.mjs";
import { proofsOf, verdictsOf } from "./runner/in-runtime.mjs";
import { report, reportProof } from "./runner/report.mjs";

const { values: options } = parseArgs({
  options: {
    runtime: { type: "string", default: "node" },
    subject: { type: "string" },
    filter: { type: "string" },
    broken: { type: "string" },
    prove: { type: "boolean", default: false },
    "write-gaps": { type: "boolean", default: false },
  },
});

if (options["write-gaps"]) {
  await writeGaps();
  process.exit();
}

const { filter } = options;
const subjects = chosen(options.subject, subjectNames) ?? chosen(options.broken, brokenSubjects) ?? subjectNames;
if ((await findFiles(filter)).length === 0) misused(`No file's path contains "${filter}"`);

if (!(await areGapsWritten())) misused("docs/conformance.md tells other gaps: run this with --write-gaps");

const runtime = await openRuntime(options.runtime);
try {
  const isWell = options.prove
    ? await reportProof(proofsOf(runtime, { filter }))
    : await report(runtime, subjects, verdictsOf(runtime, { subjects, filter }));
  process.exitCode = isWell ? 0 : 1;
} finally {
  await runtime.close();
}

function chosen(name, known) {
  if (name === undefined) return undefined;
  if (!known.includes(name)) misused(`Unknown subject "${name}": ${known.join(", ")}`);
  return [name];
}

function misused(message) {
  console.error(message);
  process.exit(2);
}

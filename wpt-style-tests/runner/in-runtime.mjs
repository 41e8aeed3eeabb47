// The suite in one runtime: every file in a fresh realm, against each subject, a few at a time. `runtime` is what
// `openRuntime` of test/realms gives; which one it is, nothing in here asks but the list of known gaps.

import { availableParallelism } from "node:os";
import { gapsOf } from "../exclusions.mjs";
import { brokenSubjects, subjectNames } from "../resources/names.mjs";
import { bundle } from "./bundle.mjs";
import { findFiles } from "./files.mjs";
import { judge, notices } from "./verdict.mjs";

/** In milliseconds. What is not expected to pass need not be waited for: standing still for a while is failure enough. */
const limits = { deadline: 300_000, testTimeout: 30_000, gapTimeout: 1_000 };
const proofLimits = { ...limits, testTimeout: limits.gapTimeout };
/** Realms at once. They wait most of the time. */
const atOnce = 4 * Math.min(4, availableParallelism());

/**
 * All of it. `subtests` are distinct ones, and so are `gaps`; `passed` and `failed` count each subtest once for every
 * subject. `failures`: `[{ file, subject, test, message }]`.
 */
export async function runSuite(runtime, { subjects, filter } = {}) {
  const all = [];
  for await (const [, verdicts] of verdictsOf(runtime, { subjects, filter })) all.push(...verdicts);
  return summary(all);
}

/** Of verdicts, what `runSuite` gives. */
export function summary(verdicts) {
  const distinct = (key) =>
    new Set(verdicts.flatMap(({ file, [key]: names }) => names.map((name) => `${file} > ${name}`)));
  return {
    subtests: distinct("subtests").size,
    passed: verdicts.reduce((sum, { passed }) => sum + passed, 0),
    failed: verdicts.reduce((sum, { failures }) => sum + failures.length, 0),
    gaps: distinct("gaps").size,
    failures: verdicts.flatMap(({ file, subject, failures }) =>
      failures.map((failure) => ({ file, subject, ...failure })),
    ),
  };
}

/** Yields `[file, [verdict per subject]]` in the order of the files. */
export function verdictsOf(runtime, { subjects = subjectNames, filter } = {}) {
  return inTurn(runtime, { subjects, filter, limits }, judge);
}

/** Every file must notice at least one of the broken pairs. Yields `[file, [{ subject, noticed } per broken pair]]`. */
export function proofsOf(runtime, { filter } = {}) {
  const noticed = (run) => ({ ...run, noticed: run.results.some((result) => notices(run, result)) });
  return inTurn(runtime, { subjects: brokenSubjects, filter, limits: proofLimits, stop: true }, noticed);
}

async function* inTurn(runtime, { subjects, filter, limits, stop = false }, conclude) {
  const files = await findFiles(filter);
  const jobs = files.flatMap(({ file, subjects: meant }) =>
    subjects
      .filter((subject) => meant === undefined || !subjectNames.includes(subject) || meant.includes(subject))
      .map((subject) => ({ file, subject, ...outcome() })),
  );
  const realm = await bundle();
  const waiting = jobs.values();
  const work = async () => {
    // All workers take from the same iterator.
    for (const { file, subject, resolve, reject } of waiting) {
      await runFile(runtime, realm.file, { file, subject, limits, stop }).then((run) => resolve(conclude(run)), reject);
    }
  };
  const workers = Promise.all(Array.from({ length: atOnce }, work));
  try {
    for (const { file } of files) {
      yield [file, await Promise.all(jobs.filter((job) => job.file === file).map(({ promise }) => promise))];
    }
  } finally {
    await workers;
    await realm.dispose();
  }
}

/**
 * One file against one subject: `{ file, subject, runtime, results: [{ name, status, message, stack }], errors: [message] }`;
 * `errors` are what no subtest can answer for. It says what happened; whether that was expected is decided in verdict.mjs.
 */
async function runFile(runtime, realm, { file, subject, limits, stop }) {
  const where = { file, subject, runtime: runtime.version };
  const { deadline, ...timeouts } = limits;
  const gaps = gapsOf(where).map(({ test, except }) => ({ test, except }));
  const init = { file, subject, ...timeouts, gaps, stop };
  const { reports, problem } = await runtime.run({ file: realm, init, deadline });
  const results = reports.filter(({ type }) => type === "result");
  const errors = [];
  const end = reports.find(({ type }) => type === "complete");
  if (end !== undefined && !end.ok) errors.push(`the harness reports an error: ${end.message}`);
  if (problem !== undefined) errors.push(`${problem}${unfinished(reports)}`);
  if (results.length === 0 && errors.length === 0) errors.push("the file registers no test");
  return { ...where, results, errors };
}

/** The subtest in the middle of which the realm came to its end. */
function unfinished(reports) {
  const name = reports.findLast(({ type }) => type === "start")?.name;
  const isOver = reports.some(
    (report) => report.type === "complete" || (report.type === "result" && report.name === name),
  );
  return name === undefined || isOver ? "" : `\nin the middle of: ${name}`;
}

function outcome() {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  // It is looked at later.
  parts.promise.catch(() => {});
  return parts;
}

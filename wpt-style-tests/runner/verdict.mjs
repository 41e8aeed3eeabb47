// What a run of a file is worth, given the known gaps. Arithmetic over results, no I/O.

import { gapsOf, knownGap } from "../exclusions.mjs";

/** `{ file, subject, passed, failed, gaps, failures: [{ test, message }] }`. */
export function judge({ file, subject, runtime, results, errors }) {
  const where = { file, subject, runtime };
  const verdict = { file, subject, passed: 0, failed: 0, gaps: 0, failures: [] };
  const fail = (test, message) => {
    verdict.failed += 1;
    verdict.failures.push({ test, message });
  };
  for (const { name, status, message, stack } of results) {
    const gap = knownGap(where, name);
    if (gap !== undefined) {
      if (status === "pass") fail(name, `unexpected pass of a known gap (${gap.reason})`);
      else verdict.gaps += 1;
    } else if (status === "pass") verdict.passed += 1;
    else fail(name, [`${status}: ${message}`, ...ownFrames(stack)].join("\n"));
  }
  const ran = new Set(results.map(({ name }) => name));
  for (const { test } of gapsOf(where)) {
    if (!ran.has(test)) fail(test, "listed in exclusions.mjs, but no such subtest has run");
  }
  for (const message of errors) fail("(the file)", message);
  return verdict;
}

/** Whether a run of a broken pair shows that the file can fail: by a subtest, and not by a known gap. */
export function notices({ file, subject, runtime }, { name, status }) {
  return status !== "pass" && knownGap({ file, subject, runtime }, name) === undefined;
}

/** The lines of a stack that lie in this suite or in what it tests. */
function ownFrames(stack) {
  return (stack ?? "").split("\n").filter((line) => /^\s+at /.test(line) && !line.includes("testharness.js"));
}

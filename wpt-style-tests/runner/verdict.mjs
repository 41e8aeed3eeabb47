// What a run of a file is worth, given the known gaps. Arithmetic over results, no I/O.

import { gapsOf, knownGap } from "../exclusions.mjs";

/** `{ file, subject, subtests: [name], passed, gaps: [name], failures: [{ test, message }] }`. */
export function judge({ file, subject, runtime, results, errors }) {
  const where = { file, subject, runtime };
  const verdict = { file, subject, subtests: results.map(({ name }) => name), passed: 0, gaps: [], failures: [] };
  const fail = (test, message) => verdict.failures.push({ test, message });
  for (const { name, status, message, stack } of results) {
    const gap = knownGap(where, name);
    if (gap !== undefined) {
      if (status === "pass") fail(name, `unexpected pass of a known gap (${gap.reason})`);
      else verdict.gaps.push(name);
    } else if (status === "pass") verdict.passed += 1;
    else fail(name, [`${status}: ${message}`, ...ownFrames(stack)].join("\n"));
  }
  for (const { test } of gapsOf(where)) {
    if (test !== undefined && !verdict.subtests.includes(test)) {
      fail(test, "listed in exclusions.mjs, but no such subtest has run");
    }
  }
  for (const message of errors) fail("(the file)", message);
  return verdict;
}

/** Whether a run of a broken pair shows that the file can fail: by a subtest, and not by a known gap. */
export function notices({ file, subject, runtime }, { name, status }) {
  return status !== "pass" && knownGap({ file, subject, runtime }, name) === undefined;
}

/** The lines of a stack that lie in this suite, in whichever way the runtime writes a stack. */
function ownFrames(stack) {
  return (stack ?? "").split("\n").filter((line) => /wpt-style-tests\/(?!node_modules)/.test(line));
}

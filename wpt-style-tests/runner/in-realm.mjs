// What a realm runs, in every runtime: one test file, against one subject, in its own global scope. It reports what
// happens as plain messages and does not know what counts as a failure.

import { files, harness } from "suite:sources";
import { covers } from "../exclusions.mjs";
import { loadSubject } from "../resources/subjects.mjs";

const statuses = ["pass", "fail", "timeout", "not run", "precondition failed"];

/**
 * `report` gets `{ type: "start" | "result" | "complete", ... }`. A subtest that takes longer than `testTimeout` ms has
 * timed out, and the next one starts; those of `gaps` (`[{ test, except }]`) are not expected to pass and have
 * `gapTimeout` ms. With `stop` the failure of any other one ends the run.
 */
export default function main({ file, subject, testTimeout, gapTimeout, gaps, stop }, report) {
  const isGap = (name) => gaps.some((gap) => covers(gap, name));
  return new Promise((resolve) => {
    Object.assign(globalThis, loadSubject(subject));
    globalThis.self ??= globalThis;
    evaluate(harness);

    // Outside a browser's page the harness has no time-out of its own.
    const timers = new Map();
    globalThis.add_test_state_callback((subtest) => {
      // Called for every step of a subtest, not only for the first.
      if (subtest.phase !== subtest.phases.STARTED || timers.has(subtest)) return;
      report({ type: "start", name: subtest.name });
      timers.set(
        subtest,
        setTimeout(() => subtest.force_timeout(), isGap(subtest.name) ? gapTimeout : testTimeout),
      );
    });
    globalThis.add_result_callback((subtest) => {
      clearTimeout(timers.get(subtest));
      const { name, message, stack } = subtest;
      const status = statuses[subtest.status];
      report({ type: "result", name, status, message, stack });
      if (stop && status !== "pass" && !isGap(name)) resolve();
    });
    globalThis.add_completion_callback((_subtests, { status, message }) => {
      report({ type: "complete", ok: status === 0, message });
      resolve();
    });

    const { scripts, test } = files[file];
    for (const script of scripts) evaluate(script);
    evaluate(test);
    // A web worker has no `load` event that would say so.
    globalThis.done();
  });
}

/** In the global scope, as a classic script is, but strict; the first line stays the first line. */
function evaluate({ url, source }) {
  // biome-ignore lint/security/noGlobalEval: the one way to run a script that every runtime's worker has
  // biome-ignore lint/complexity/noCommaOperator: makes it an indirect eval, which runs in the global scope
  (0, eval)(`"use strict";${source}\n//# sourceURL=${url}`);
}

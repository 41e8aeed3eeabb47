// One test file in one fresh global scope: evaluates the harness, the file's scripts and the file, and reports
// what happens as plain messages. It does not know how the scope was made, nor what counts as a failure, and
// uses nothing that a worker of any runtime lacks.

const statuses = ["pass", "fail", "timeout", "not run", "precondition failed"];

/**
 * Runs in the current global scope; `report` gets `{ type: "start" | "result" | "complete", ... }`.
 * A subtest that takes longer than `testTimeout` ms has timed out, and the next one starts.
 */
export function runInThisScope({ harness, scripts, test, makePair, testTimeout, report }) {
  globalThis.self ??= globalThis;
  globalThis.makePair = makePair;
  evaluate(harness);

  // Outside a browser's page the harness has no time-out of its own.
  const timers = new Map();
  globalThis.add_test_state_callback((subtest) => {
    // Called for every step of a subtest, not only for the first.
    if (subtest.phase !== subtest.phases.STARTED || timers.has(subtest)) return;
    report({ type: "start", name: subtest.name });
    timers.set(
      subtest,
      setTimeout(() => subtest.force_timeout(), testTimeout),
    );
  });
  globalThis.add_result_callback((subtest) => {
    clearTimeout(timers.get(subtest));
    const { name, status, message, stack } = subtest;
    report({ type: "result", name, status: statuses[status], message, stack });
  });
  globalThis.add_completion_callback((_subtests, { status, message }) => {
    report({ type: "complete", ok: status === 0, message });
  });

  for (const script of scripts) evaluate(script);
  evaluate(test);
}

/** In the global scope, as a classic script is, but strict; the first line stays the first line. */
function evaluate({ url, source }) {
  // biome-ignore lint/security/noGlobalEval: the one way to run a script that every runtime's worker has
  // biome-ignore lint/complexity/noCommaOperator: makes it an indirect eval, which runs in the global scope
  (0, eval)(`"use strict";${source}\n//# sourceURL=${url}`);
}

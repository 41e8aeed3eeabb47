// The known gaps: subtests that are not expected to pass, each with its reason. A gap is run all the same, and
// one that passes is a failure of the run, so this list cannot go stale. What is covered and what is not is
// told in docs/conformance.md.

/**
 * One gap each. `file` is the path within this folder, `test` the subtest's name. `subjects` is left out where
 * every subject has the gap, `runtime` (matched against "node 20.20.2", say) where every runtime has it.
 */
export const exclusions = [
  {
    runtime: /^node 20\./,
    file: "writable-streams/write.any.js",
    test: "write() of a closed stream is a TypeError, and the chunk does not arrive",
    reason: "Node 20's own WritableStream rejects with ERR_INTERNAL_ASSERTION, which is no TypeError; 22 is right",
  },
];

/** The gap that a subtest is, if it is one. */
export function knownGap(where, test) {
  return gapsOf(where).find((gap) => gap.test === test);
}

/** All gaps of one file, `where` being `{ subject, file, runtime }`. */
export function gapsOf({ subject, file, runtime }) {
  return exclusions.filter(
    (gap) =>
      gap.file === file &&
      (gap.subjects === undefined || gap.subjects.includes(subject)) &&
      (gap.runtime === undefined || gap.runtime.test(runtime)),
  );
}

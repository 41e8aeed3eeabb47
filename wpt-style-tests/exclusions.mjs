// The known gaps: subtests that are not expected to pass, each with its reason. A gap is run all the same, and
// one that passes is a failure of the run, so this list cannot go stale. What is covered and what is not is
// told in docs/conformance.md.

/** Those whose pair leads from the opener of the stream to the side that takes it. */
const fromOpener = ["channel", "channel-shared"];
const initialCredit =
  "one chunk may leave before the far side has told its highWaterMark (the initial credit of $/hello, by default one)";

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
  {
    subjects: fromOpener,
    file: "writable-streams/write.any.js",
    test: "with a highWaterMark of 0 each write waits for a read of its own",
    reason: initialCredit,
  },
  {
    subjects: fromOpener,
    file: "writable-streams/aborting.any.js",
    test: "abort() does not wait for a read either, with a highWaterMark of 0",
    reason: initialCredit,
  },
  {
    subjects: fromOpener,
    file: "piping/flow-control.any.js",
    test: "pipeTo(writable) asks no more of its source than a highWaterMark of 0 lets through",
    reason: initialCredit,
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

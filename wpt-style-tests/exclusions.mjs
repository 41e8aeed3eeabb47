// The known gaps: subtests that are not expected to pass, each with its reason. A gap is run all the same, and
// one that passes is a failure of the run, so this list cannot go stale. What is covered and what is not is
// told in docs/conformance.md.

/** Of the version that a runtime tells, "node 20.20.2" say. */
const node20 = { name: "Node 20", is: /^node 20\./ };
const node24 = { name: "Node 24, 26", is: /^node 2[46]\./ };
const chromium = { name: "Chromium", is: /^chromium / };
const overChannels = ["channel", "channel-back", "channel-shared"];
const webkit = { name: "WebKit", is: /^webkit / };

/**
 * `file` is the path within this folder, `test` the subtest's name; without `test`, every subtest of the file is a gap but
 * for those that are named in `except`.
 * `subjects` is left out where every subject has the gap, `runtime` where every runtime has it.
 */
export const exclusions = [
  {
    runtime: node20,
    file: "writable-streams/write.any.js",
    test: "write() of a closed stream is a TypeError, and the chunk does not arrive",
    reason: "Node 20's own WritableStream rejects with ERR_INTERNAL_ASSERTION, which is no TypeError; 22 is right",
  },
  {
    runtime: node24,
    file: "piping/multiple-propagation.any.js",
    test: "a pair with chunks before its end into an errored sink, with preventCancel, keeps them",
    reason:
      "the pipeTo() of Node 24 and 26 reads a chunk before it looks at the destination, and loses it; 22 is right",
  },
  ...["a number instead of a strategy is a TypeError", "a string instead of a strategy is a TypeError"].map((test) => ({
    runtime: chromium,
    subjects: ["local"],
    file: "readable-streams/bad-strategies.any.js",
    test,
    reason: "Chromium's own ReadableStream takes anything for a strategy; a channel refuses it there as well",
  })),
  {
    runtime: webkit,
    subjects: ["local"],
    file: "piping/abort.any.js",
    test: "a signal of readable.pipeTo() cancels the pair and aborts the sink",
    reason: "WebKit's own pipeTo() does not heed its signal while it waits for a chunk; a channel's readables do",
  },
  {
    runtime: webkit,
    subjects: ["local"],
    file: "readable-streams/async-iterator.any.js",
    reason: "WebKit's own ReadableStream cannot be iterated; a channel's can",
  },
  ...["bad-buffers-and-views", "general", "tee"].map((name) => ({
    runtime: webkit,
    subjects: ["local"],
    file: `readable-byte-streams/${name}.any.js`,
    reason: "WebKit has no byte streams",
  })),
  ...Object.entries({
    "bad-buffers-and-views": [],
    general: ["a default reader gets Uint8Arrays", "pipeTo() works from a byte stream"],
    tee: ["both branches cancelled: the writable end is errored with both reasons, in order"],
  }).map(([name, except]) => ({
    runtime: webkit,
    subjects: overChannels,
    file: `readable-byte-streams/${name}.any.js`,
    except,
    reason: "WebKit has no byte streams: a channel's default readers get their bytes all the same",
  })),
];

/** The gap that a subtest is, if it is one. */
export function knownGap(where, test) {
  return gapsOf(where).find((gap) => covers(gap, test));
}

/** Is it about that subtest? */
export function covers({ test, except = [] }, name) {
  return test === undefined ? !except.includes(name) : test === name;
}

/** All gaps of one file, `where` being `{ subject, file, runtime }`. */
export function gapsOf({ subject, file, runtime }) {
  return exclusions.filter(
    (gap) =>
      gap.file === file &&
      (gap.subjects === undefined || gap.subjects.includes(subject)) &&
      (gap.runtime === undefined || gap.runtime.is.test(runtime)),
  );
}

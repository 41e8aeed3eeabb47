// What the contract asks and a runtime cannot do: each gap once, with its reason. A gap is run all the same: one that
// passes fails the cell, and so does one whose title no test has.

const nodeBuffers = ["a pooled Node Buffer", "a large Node Buffer", "an object with Node Buffers"];
const charged = (kinds) => kinds.map((kind) => `◆ both ends charge alike: ${kind}`);

/**
 * `rows` by name or kind, `columns` by name; left out where all have the gap. A `*` at a title's end is any rest. `untried`: it is not
 * run, for nothing else would run any more, or it passes now and then.
 */
export const gaps = [
  {
    reason: "there is no Buffer, Node's pooled kind of Uint8Array",
    rows: ["browser"],
    tests: ["◆ a pooled Buffer is never detached: small Buffers still work at both ends", ...charged(nodeBuffers)],
  },
  {
    reason: "Bun's Buffer has no pool: what is given away with `transfer: true` is the Buffer's own memory",
    rows: ["bun"],
    tests: ["◆ a pooled Buffer is never detached: small Buffers still work at both ends"],
  },
  {
    reason: "there is no SharedArrayBuffer",
    rows: ["webkit"],
    tests: charged(["a view of shared memory", "shared memory"]),
  },
  {
    reason: "workerd's ports move nothing: they take no transfer list",
    rows: ["workerd"],
    tests: [
      "◆ a pooled Buffer is never detached: small Buffers still work at both ends",
      ...charged(["a large Node Buffer", "moved buffers"]),
      "4 MiB through a pipe arrive whole",
      "chunks of any size up to maxChunk arrive",
      "the json codec carries its chunks there and back, each as it was written",
      "the msgpack codec carries its chunks there and back, each as it was written",
      "a reused large buffer arrives with five contents",
      "buffers are copied by default, whole ones too",
      "transfer: true moves whole buffers, at the top and inside",
      "◆ a buffer that transfer: true moves is gone once its write is done, also while chunks gather",
      "◆ a buffer that fills a message is gone once its write is done, and comes behind those that gathered",
      "◆ a buffer in a chunk that transfer: true moves is gone once its write is done, also while chunks gather",
      "a transfer function moves what it names, and nothing else",
      "a transfer function may move the buffer of a view of a part",
      "a transfer function may move what its codec sends as it is",
      "a MessagePort crosses in a chunk and back, and works",
      "a buffer that was moved by one write rejects the next with a TypeError",
      "huge chunks counted in chunks are bounded in bytes",
    ],
  },
  {
    reason:
      "workerd tells a port that its other end was closed before what that end has sent last arrives: the goodbye of an abort",
    rows: ["workerd"],
    tests: [
      "abort(reason) ends everything at both ends with the reason",
      "abort(reason) at the far side ends everything here with the reason",
      "abort() without a reason has an AbortError",
      "dispose aborts after a second what does not end",
      "abort() of the channel in the middle of 100 streams settles all of them at both ends",
      "a reason crosses every way: *",
      "◆ a write that waits for credit settles on an abort of the channel, and so does writer.closed",
    ],
  },
  {
    reason: "workerd makes no code of strings, which Arrow does for its tables",
    rows: ["workerd"],
    tests: [
      "the arrow codec carries its chunks there and back, each as it was written",
      "the arrow codec keeps chunks apart that are written at once",
      "what the arrow codec cannot carry rejects its write with a TypeError, and no other stream",
      "what the arrow codec cannot read errors its stream at both ends, and no other",
    ],
  },
  {
    reason: "workerd's structured clone carries neither shared memory nor all kinds of values",
    rows: ["workerd"],
    tests: [...charged(["a view of shared memory", "shared memory"]), "every value that can be cloned is a chunk"],
  },
  {
    reason: "workerd has one realm",
    rows: ["workerd"],
    tests: [
      ...charged(["an object", "an array", "a buffer", "an Error"].map((what) => `${what} of another realm`)),
      "params and iterables of another realm are as good as one's own",
    ],
  },
  {
    reason: "there are no byte streams: nothing reads into a buffer of one's own, but with the ponyfill",
    rows: ["webkit"],
    columns: ["port", "window", "worker"],
    tests: [
      "bytes are read into one's own buffers, whatever the borders of the chunks",
      "a BYOB read that waits is filled by the next chunk, and the rest is kept",
      "a BYOB read into a wider view gets whole elements",
      "a BYOB read that waits is done when the stream ends, and gives its buffer back",
      "a BYOB read after bytes that do not fill an element when the stream ends rejects with a TypeError",
      "a BYOB read that waits ends with the reader's own cancel",
      "a BYOB read that waits rejects with the reason of an abort",
      "empty chunks are skipped and harm nothing",
      "10,000 empty chunks do not stall a byte stream",
      "the window of a byte readable counts bytes",
      "bytes taken in parts give their credit back in whole",
      "highWaterMark 0: a byte readable asks for a chunk for each read that waits",
      "all bytes are read after the stream has ended",
    ],
  },
  {
    reason: "there is no Symbol.asyncDispose",
    rows: ["webkit"],
    tests: ["dispose closes, and what ends in time ends well", "dispose aborts after a second what does not end"],
  },
  {
    reason: "a worker has no second realm in its thread, whose objects would be foreign",
    rows: ["browser"],
    columns: ["worker"],
    tests: [
      ...charged(["an object", "an array", "a buffer", "an Error"].map((what) => `${what} of another realm`)),
      "params and iterables of another realm are as good as one's own",
    ],
  },
];

/** Those of one cell of the contract: titles to reasons. */
export function gapsOf(row, column) {
  const meant = gaps.filter(
    ({ rows, columns }) =>
      (rows === undefined || rows.includes(row.name) || rows.includes(row.kind)) &&
      (columns === undefined || columns.includes(column.name)),
  );
  return Object.fromEntries(
    meant.flatMap(({ reason, untried, tests }) => tests.map((test) => [test, untried ? { reason, untried } : reason])),
  );
}

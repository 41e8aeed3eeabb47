// What the contract asks and a runtime cannot do: each gap once, with its reason. A gap is run all the same: one that
// passes fails the cell, and so does one whose title no test has.

const nodeBuffers = ["a pooled Node Buffer", "a large Node Buffer", "an object with Node Buffers"];
const charged = (kinds) => kinds.map((kind) => `◆ both ends charge alike: ${kind}`);

/**
 * `rows` by name or kind, `columns` by name; left out where all have the gap. A `*` at a title's end is any rest. `hangsRealm`: it cannot
 * be tried, for nothing else would run any more.
 */
export const gaps = [
  {
    reason: "there is no Buffer, Node's pooled kind of Uint8Array",
    rows: ["browser", "workerd"],
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
    meant.flatMap(({ reason, hangsRealm, tests }) =>
      tests.map((test) => [test, hangsRealm ? { reason, hangsRealm } : reason]),
    ),
  );
}

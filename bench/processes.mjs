// Between two processes: a parent and its child, both Node. A row is a line here; how its peer does it is in
// processes/peers/PEER.mjs, what is timed in processes/transfer.mjs and processes/clock.mjs. The counts make a timed run
// last about a quarter of a second.
//
// Who is missing in a row, and why: procwire has no streams to the child (its calls without an answer stand there
// instead); the bare stdio pipe has no objects, and JSON no bytes (base64 stands for them).
import { beside } from "./processes/beside.mjs";
import { roundTrip } from "./processes/calls.mjs";
import { BATCH, DIMENSIONS, payloads } from "./processes/payloads.mjs";
import { TO_CHILD, TO_PARENT, transfer } from "./processes/transfer.mjs";

const MiB = 2 ** 20;
const BYTES = 256 * MiB;
const BYTES_AS_TEXT = 64 * MiB;
const CALLS = 3_000;
const CALLS_BESIDE = 200;

/** What procwire has in the place of a stream, by direction. */
const PROCWIRE = { [TO_PARENT]: "procwire", [TO_CHILD]: "procwire, calls without answer" };

function bytes(payload, to) {
  const { size, unit } = payloads[payload];
  const row = (subject, peer, options) => transfer(subject, { peer, to, payload, count: BYTES / size, ...options });
  return {
    work: `raw ${payload}, ${to}`,
    unit,
    subjects: [
      row("sluice", "sluice", { codec: "raw" }),
      row("bare socket, onread", "socket", { onread: true }),
      row("bare socket", "socket"),
      row("WHATWG ends by hand on the bare socket", "web-socket"),
      row("bare stdio pipe", "stdio"),
      row("JSON lines on stdio, base64", "json-lines", { count: BYTES_AS_TEXT / size }),
      row(`${PROCWIRE[to]}, rawCodec`, "procwire", { codec: "raw" }),
      row(`${PROCWIRE[to]}, rawChunksCodec`, "procwire", { codec: "raw-chunks" }),
    ],
  };
}

function objects(to) {
  const row = (subject, peer, count, options) => transfer(subject, { peer, to, payload: "objects", count, ...options });
  return {
    work: `small objects, ${to}`,
    unit: payloads.objects.unit,
    subjects: [
      row("sluice, MessagePack", "sluice", 100_000, { codec: "msgpack" }),
      row("bare loop, the same codec", "codec-loop", 150_000),
      row("WHATWG ends by hand, the same codec", "codec-loop", 150_000, { web: true }),
      row("JSON lines on stdio", "json-lines", 50_000),
      row(`${PROCWIRE[to]}, msgpackCodec`, "procwire", 40_000, { codec: "msgpack" }),
    ],
  };
}

function vectors(to) {
  const row = (subject, peer, count, options) => transfer(subject, { peer, to, payload: "vectors", count, ...options });
  return {
    work: `{ id, vector: Float32Array(${DIMENSIONS}) }, ${to}`,
    unit: payloads.vectors.unit,
    subjects: [
      row("sluice, MessagePack", "sluice", 30_000, { codec: "msgpack" }),
      row("bare socket, 3 KiB, onread", "socket", 30_000, { payload: "3 KiB", onread: true }),
      row("bare socket, 3 KiB", "socket", 30_000, { payload: "3 KiB" }),
      row("JSON lines on stdio", "json-lines", 1_500),
      row(`${PROCWIRE[to]}, msgpackCodec`, "procwire", 30_000, { codec: "msgpack" }),
    ],
  };
}

/** The paper's table: the same records through everything, `BATCH` in a chunk; MB/s of vectors. */
const table = {
  work: `the paper's table: records of ${DIMENSIONS} floats, ${BATCH} at once, ${TO_CHILD}`,
  unit: payloads.vectors.unit,
  quoted: {
    by: "the paper",
    figures: {
      "JSON on stdio": "169",
      "sluice: MessagePack on the pipe": "176",
      "sluice: raw on the pipe": "broken",
    },
  },
  subjects: [
    inTable("JSON on stdio", "json-lines", 15, { payload: "batches of records" }),
    inTable("sluice: MessagePack on the pipe", "sluice", 500, { payload: "batches of records", codec: "msgpack" }),
    inTable("sluice: Protobuf on the pipe", "sluice", 300, { payload: "batches in a message", codec: "protobuf" }),
    inTable("sluice: Arrow on the pipe", "sluice", 500, { payload: "inTable", codec: "arrow" }),
    inTable("sluice: raw on the pipe", "sluice", 800, { payload: "batches as rows", codec: "raw floats" }),
  ],
};

function inTable(subject, peer, count, options) {
  return transfer(subject, { peer, to: TO_CHILD, count, ...options });
}

function besides(subject, peer) {
  return [
    beside(`${subject}, idle`, { peer, count: CALLS_BESIDE }),
    beside(`${subject}, saturated ${TO_CHILD}`, { peer, flood: "toChild", count: CALLS_BESIDE }),
    beside(`${subject}, saturated ${TO_PARENT}`, { peer, flood: "toParent", count: CALLS_BESIDE }),
  ];
}

export const works = [
  bytes("64 KiB", TO_CHILD),
  bytes("64 KiB", TO_PARENT),
  bytes("1 MiB", TO_CHILD),
  bytes("1 MiB", TO_PARENT),
  objects(TO_CHILD),
  objects(TO_PARENT),
  vectors(TO_CHILD),
  vectors(TO_PARENT),
  table,
  {
    work: "call, round trip",
    unit: "µs",
    better: "less",
    subjects: [
      roundTrip("sluice", { peer: "sluice", count: CALLS }),
      roundTrip("bare stdio pipe", { peer: "stdio", count: CALLS }),
      roundTrip("JSON lines on stdio", { peer: "json-lines", count: CALLS }),
      roundTrip("procwire", { peer: "procwire", count: CALLS }),
    ],
  },
  {
    work: "call beside a raw stream of 64 KiB chunks",
    unit: "µs",
    better: "less",
    subjects: [...besides("sluice", "sluice-flood"), ...besides("bare pipe and socket", "bare-flood")],
  },
];

// The chunks that cross between the processes, their two ends, and the checksum of the whole on each side. Whatever can
// be made before the clock runs is made before: bytes and vectors are taken in turn from a pool that nobody writes to.
// Not in the timed window: the checksums. Small objects are the exception, whose fields are summed as they are read.
//
//   payload   { unit, rate(count, seconds) }            in what a run is measured
//             { pool?(), make(index, pool) }            how a chunk comes about
//             { amount(count), weigh(chunk) }           how much a whole run is, and how much of it a chunk brings
//             { keeps, digest(sum, chunk) }             whether the receiver keeps its chunks; the checksum so far
//             { toJson(chunk), fromJson(value) }        what stands for a chunk where there is only JSON
import { randomFillSync } from "node:crypto";
import { crc32 } from "node:zlib";
import { now } from "./clock.mjs";

export const DIMENSIONS = 768;
const VECTOR_BYTES = DIMENSIONS * Float32Array.BYTES_PER_ELEMENT;
const POOL_BYTES = 16 * 2 ** 20;
/** A prime, so that chunks out of order or lost do not go unnoticed. */
const VECTORS = 509;
/** Records in a chunk of the paper's table; the paper's own example sends a matrix at once, too. */
export const BATCH = 100;
const BATCHES = 7;

/** Bytes: chunks of `size`; the receiver may get them in other pieces, as from a bare socket. */
function bytes(size) {
  return {
    size,
    unit: size < 65_536 ? "MB/s" : "GB/s",
    rate: (count, seconds) => (count * size) / (size < 65_536 ? 1e6 : 1e9) / seconds,
    pool: () => Array.from({ length: Math.max(7, Math.floor(POOL_BYTES / size)) | 1 }, () => randomBuffer(size)),
    make: (index, pool) => pool[index % pool.length],
    amount: (count) => count * size,
    weigh: (chunk) => chunk.byteLength,
    keeps: true,
    digest: (sum, chunk) => crc32(chunk, sum),
    toJson: (chunk) => chunk.toString("base64"),
    fromJson: (text) => Buffer.from(text, "base64"),
  };
}

/** Small objects, every field of each read. */
const objects = {
  unit: "objects/s",
  rate: (count, seconds) => count / seconds,
  make: (id) => ({ id, name: `item ${id}`, score: id / 3, tags: ["alpha", "beta"] }),
  amount: (count) => count,
  weigh: () => 1,
  keeps: false,
  digest: (sum, { id, name, score, tags }) =>
    (Math.imul(sum, 31) +
      id +
      name.length +
      name.charCodeAt(name.length - 1) +
      score +
      tags[0].length * tags[1].length) |
    0,
  toJson: same,
  fromJson: same,
};

/** Records of an id and a vector; measured in bytes of vectors. */
const vectors = {
  unit: "MB/s",
  rate: (count, seconds) => (count * VECTOR_BYTES) / 1e6 / seconds,
  pool: () => Array.from({ length: VECTORS }, randomVector),
  make: (id, pool) => ({ id, vector: pool[id % VECTORS] }),
  amount: (count) => count,
  weigh: () => 1,
  keeps: true,
  digest: digestRecord,
  toJson: recordToJson,
  fromJson: same,
};

/** The same records, `BATCH` in a chunk: what `make` makes of them, and `records` reads again. */
export function batches({ make, records }) {
  return {
    unit: "MB/s",
    rate: (count, seconds) => (count * BATCH * VECTOR_BYTES) / 1e6 / seconds,
    pool: () =>
      Array.from({ length: BATCHES }, (_, batch) =>
        make(Array.from({ length: BATCH }, (_, at) => ({ id: batch * BATCH + at, vector: randomVector() }))),
      ),
    make: (index, pool) => pool[index % BATCHES],
    amount: (count) => count,
    weigh: () => 1,
    keeps: true,
    digest: (sum, chunk) => records(chunk).reduce(digestRecord, sum),
    toJson: (chunk) => chunk.map(recordToJson),
    fromJson: same,
  };
}

const inRecords = { make: same, records: same };

/** A Protobuf message; its library has floats in arrays. */
const inMessage = {
  make: (records) => ({ records: records.map(recordToJson) }),
  records: (chunk) => chunk.records,
};

/** A matrix: a row for each record, its id first. */
const inRows = {
  make(records) {
    const rows = new Float32Array(BATCH * (1 + DIMENSIONS));
    for (const [at, { id, vector }] of records.entries()) {
      rows[at * (1 + DIMENSIONS)] = id;
      rows.set(vector, at * (1 + DIMENSIONS) + 1);
    }
    return rows;
  },
  records: (rows) =>
    Array.from({ length: BATCH }, (_, at) => {
      const start = at * (1 + DIMENSIONS);
      return { id: rows[start], vector: rows.subarray(start + 1, start + 1 + DIMENSIONS) };
    }),
};

/** By name. */
export const payloads = {
  objects,
  vectors,
  "3 KiB": bytes(VECTOR_BYTES),
  "64 KiB": bytes(65_536),
  "1 MiB": bytes(1_048_576),
  "batches of records": batches(inRecords),
  "batches in a message": batches(inMessage),
  "batches as rows": batches(inRows),
};

/** By name, as the child is told which; also those whose library is only loaded where it is needed. */
export async function payloadOf(name) {
  return payloads[name] ?? (await import("./arrow-batches.mjs"))[name];
}

const pools = new Map();

/** Made once in a process, before any clock runs. */
function poolOf(payload) {
  if (!pools.has(payload)) pools.set(payload, payload.pool?.());
  return pools.get(payload);
}

/** The sending end of one run: `next()` gives `count` chunks, then undefined. */
export function sender(payload, count) {
  const pool = poolOf(payload);
  let index = 0;
  let started;
  return {
    count,
    payload,
    next() {
      if (index === 0) started = now();
      return index === count ? undefined : payload.make(index++, pool);
    },
    /** Outside the timed window. */
    outcome() {
      let sum = 0;
      for (let at = 0; at < count; at++) sum = payload.digest(sum, payload.make(at, pool));
      return { at: started, sum };
    },
  };
}

/**
 * What the last run has kept. Some peers hold on to their last receiver, others to nothing: held here, it is alike for
 * all. When a run begins, what the one before the last has kept is collected, and its memory is used again. Given back to
 * the system instead, as where nobody holds anything, it costs the next run a page fault for each 4 KiB.
 */
const held = { lastRun: [] };

/** The receiving end of one run: takes chunks, and keeps them, until it has the whole amount. */
export function receiver(payload, count) {
  const { promise: whole, resolve } = Promise.withResolvers();
  const { weigh, keeps, digest } = payload;
  const kept = [];
  held.lastRun = kept;
  const amount = payload.amount(count);
  let taken = 0;
  let sum = 0;
  let ended;
  return {
    payload,
    whole,
    take(chunk) {
      if (keeps) kept.push(chunk);
      else sum = digest(sum, chunk);
      taken += weigh(chunk);
      if (taken < amount) return;
      ended = now();
      resolve();
    },
    /** Outside the timed window. */
    outcome() {
      if (taken !== amount) throw new Error(`${taken} of ${amount} arrived`);
      return { at: ended, sum: kept.reduce(digest, sum) };
    },
  };
}

function digestRecord(sum, { id, vector }) {
  // As JSON has it, or as MessagePack's binary may be read: the bytes are the same.
  const floats = Array.isArray(vector) ? Float32Array.from(vector) : vector;
  const content = new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
  return crc32(content, crc32(Uint32Array.of(id), sum));
}

function recordToJson({ id, vector }) {
  return { id, vector: Array.from(vector) };
}

/** Memory of its own, so that a chunk is nobody's neighbour. */
function randomBuffer(size) {
  return randomFillSync(Buffer.allocUnsafeSlow(size));
}

function randomVector() {
  return Float32Array.from({ length: DIMENSIONS }, () => Math.random() * 2 - 1);
}

function same(value) {
  return value;
}

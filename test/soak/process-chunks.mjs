// Chunks for each codec, by a generator so cheap that it does not count: chunk `n` is the same wherever it is made.
import { create } from "@bufbuild/protobuf";
import { BytesValueSchema } from "@bufbuild/protobuf/wkt";
import { makeData, Table, vectorFromArray } from "apache-arrow";
import { arrow } from "sluice/codecs/arrow";
import { json } from "sluice/codecs/json";
import { msgpack } from "sluice/codecs/msgpack";
import { protobuf } from "sluice/codecs/protobuf";
import { raw } from "sluice/codecs/raw";

const KiB = 1024;
const POOL = 4 * KiB * KiB;
/** In bytes, one after the other: small and large, most of them middling. */
const SIZES = [64 * KiB, 64 * KiB, 1 * KiB, 256 * KiB, 64 * KiB, 1024 * KiB, 64, 64 * KiB];
const pool = new Uint8Array(POOL);
const words = new Uint32Array(pool.buffer);
for (let at = 0, state = 0x9e3779b9; at < words.length; at++) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  words[at] = state;
}
const text = Buffer.from(pool.subarray(0, POOL / 2))
  .toString("base64")
  .replaceAll("A", "ä")
  .replaceAll("B", '"');

const sizeOf = (n) => SIZES[n % SIZES.length];
const from = (n, size, step) => ((n * 7919 * step) % (POOL - size)) & -8;
/** Its own memory: what is written belongs to the stream. */
const bytesOf = (n) => {
  const start = from(n, sizeOf(n), 64);
  return pool.slice(start, start + sizeOf(n));
};
const textOf = (n) => {
  const start = (n * 7919) % (text.length - sizeOf(n));
  return text.slice(start, start + sizeOf(n));
};

/** For each codec: how it is made, chunk `n`, and what of a chunk is counted and hashed. */
export const codecs = {
  raw: { codec: raw, chunk: bytesOf, parts: (chunk) => [chunk] },
  float32: {
    codec: () => raw(Float32Array),
    chunk: (n) => new Float32Array(bytesOf(n).buffer),
    parts: (chunk) => [chunk],
  },
  json: { codec: json, chunk: (n) => ({ n, text: textOf(n) }), parts: ({ n, text }) => [`${n}`, text] },
  msgpack: {
    codec: msgpack,
    chunk: (n) => ({ n, text: textOf(n).slice(0, KiB), bytes: bytesOf(n) }),
    parts: ({ n, text, bytes }) => [`${n}`, text, bytes],
  },
  protobuf: {
    codec: () => protobuf(BytesValueSchema),
    chunk: (n) => create(BytesValueSchema, { value: bytesOf(n) }),
    parts: ({ value }) => [value],
  },
  arrow: {
    codec: arrow,
    chunk: (n) => tableOf(new Float64Array(bytesOf(n).buffer)),
    parts: (table) => table.getChild("x").data.map(({ values }) => values),
  },
  // What is used where none is named.
  auto: {
    codec: () => undefined,
    chunk: (n) => (n % 2 === 0 ? bytesOf(n) : { n, text: textOf(n) }),
    parts: (chunk) => (chunk instanceof Uint8Array ? [chunk] : [`${chunk.n}`, chunk.text]),
  },
};

function tableOf(numbers) {
  const data = makeData({ type: vectorFromArray([0.5]).type, data: numbers });
  return new Table({ x: data });
}

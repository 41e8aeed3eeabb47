// Many bytes through one codec from a process to another, and back: digests of what was written and of what was read, and
// the peak of both processes' memory. The child is this script again.
//   process-codecs.mjs parent CODEC MIB
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { connect } from "sluice";
import { parentLink, spawn } from "sluice/process";
import { memoryOf } from "./memory-of.mjs";
import { codecs } from "./process-chunks.mjs";

const [role, name, mib] = process.argv.slice(2);
const total = Number(mib) * 2 ** 20;
const { codec, chunk, parts } = codecs[name];
const made = codec();
const options = made === undefined ? {} : { codec: made };

/** Counts and hashes chunks. */
class Tally {
  #hash = createHash("sha256");
  bytes = 0;
  chunks = 0;

  add(value) {
    this.chunks++;
    for (const part of parts(value)) {
      this.bytes += part.byteLength ?? Buffer.byteLength(part);
      this.#hash.update(part);
    }
  }

  get result() {
    const { bytes, chunks } = this;
    return { bytes, chunks, digest: this.#hash.digest("hex") };
  }
}

async function write(writable) {
  const tally = new Tally();
  const writer = writable.getWriter();
  for (let n = 0; tally.bytes < total; n++) {
    const value = chunk(n);
    tally.add(value);
    await writer.write(value);
  }
  await writer.close();
  return tally.result;
}

async function read(readable) {
  const tally = new Tally();
  for await (const value of readable) tally.add(value);
  return tally.result;
}

const results = { there: later(), back: later() };
const far = {
  streams: {
    there: { ...options, handler: async ({ readable }) => results.there.resolve(await read(readable)) },
    back: { ...options, handler: async ({ writable }) => results.back.resolve(await write(writable)) },
  },
  methods: { result: ({ of }) => results[of].promise },
};

function later() {
  const parts = {};
  parts.promise = new Promise((resolve) => {
    parts.resolve = resolve;
  });
  return parts;
}

if (role === "child") connect(parentLink(), far);
else {
  const worker = await spawn(process.execPath, [fileURLToPath(import.meta.url), "child", name, mib]);
  const begin = performance.now();
  const there = await write(worker.openStream("there", options).writable);
  const thereRead = await worker.call("result", { of: "there" });
  const middle = performance.now();
  const backRead = await read(worker.openStream("back", options).readable);
  const back = await worker.call("result", { of: "back" });
  const seconds = [middle - begin, performance.now() - middle].map((ms) => Number((ms / 1000).toFixed(1)));
  const peaks = { parent: memoryOf(process.pid, "VmHWM"), child: memoryOf(worker.pid, "VmHWM") };
  await worker.close();
  console.log(JSON.stringify({ there, thereRead, back, backRead, seconds, peaks, exit: await worker.exited }));
}

// A reader stops after one chunk while 1 GiB is offered. Prints what the source and the runtime say, not Sluice.
//   stopped-reader.mjs STREAM [MILLISECONDS]
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "sluice";
import { Worker, workerLink } from "sluice/worker";

const [stream, wait = "5000"] = process.argv.slice(2);
const CHUNK = 64 * 1024;
const CHUNKS = (1024 * 1024 * 1024) / CHUNK;

const worker = new Worker(new URL("./sink.worker.mjs", import.meta.url), { type: "module" });
const channel = connect(workerLink(worker));
await channel.ready;

async function memory() {
  globalThis.gc();
  const { rss, arrayBuffers } = process.memoryUsage();
  const far = await channel.call("memory");
  return { rss: Math.max(rss, far.rss), near: arrayBuffers, far: far.arrayBuffers };
}

const before = await memory();
const hash = createHash("sha256");
let pulls = 0;
const source = new ReadableStream(
  {
    pull(controller) {
      if (pulls === CHUNKS) return controller.close();
      const chunk = new Uint8Array(CHUNK).fill(pulls++);
      hash.update(chunk);
      controller.enqueue(chunk);
    },
  },
  { highWaterMark: 0 },
);

const { readable, writable } = channel.openStream(stream, { transfer: true });
const piped = source.pipeTo(writable);
await sleep(Number(wait));
const stopped = pulls;
const during = await memory();
await channel.call("goOn");
const answer = await readable.getReader().read();
await piped;
console.log(
  JSON.stringify({
    offered: CHUNKS,
    pulls: stopped,
    rssGrowth: during.rss - before.rss,
    nearGrowth: during.near - before.near,
    farGrowth: during.far - before.far,
    delivered: pulls,
    digestEqual: answer.value === hash.digest("hex"),
  }),
);
await channel.close();

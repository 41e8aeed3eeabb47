// 20,000 streams opened, used and closed, one after another in small groups: what the second half leaves behind.
import { connect } from "sluice";
import { Worker, workerLink } from "sluice/worker";
import { heapUsed, portHandles } from "./heap.mjs";

const HALF = 10_000;
const AT_ONCE = 20;

const worker = new Worker(new URL("./sink.worker.mjs", import.meta.url), { type: "module" });
const channel = connect(workerLink(worker));
await channel.ready;

async function use(number) {
  const { readable, writable } = channel.openStream("echo", { metadata: { number } });
  const writer = writable.getWriter();
  const written = writer.write({ number }).then(() => writer.close());
  const read = [];
  for await (const chunk of readable) read.push(chunk.number);
  await written;
  if (read.length !== 1 || read[0] !== number) throw new Error(`stream ${number} gave ${read}`);
}

async function half(from) {
  for (let at = from; at < from + HALF; at += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => use(at + i)));
  }
  return { heap: await heapUsed(), ports: portHandles(), streams: channel.stats().streams.length };
}

const first = await half(0);
const second = await half(HALF);
console.log(JSON.stringify({ first, second }));
await channel.close();

// 10,000 calls with a stream in their params and one in their result: what the second half leaves behind, on both sides.
import { connect } from "sluice";
import { Worker, workerLink } from "sluice/worker";
import { heapUsed, portHandles } from "./heap.mjs";

const HALF = 5_000;
const AT_ONCE = 20;

const worker = new Worker(new URL("./sink.worker.mjs", import.meta.url), { type: "module" });
const channel = connect(workerLink(worker));
await channel.ready;

async function* numbers(count) {
  for (let i = 0; i < count; i++) yield i;
}

async function use(number) {
  const left = number % 2 === 0;
  const { signal } = new AbortController();
  const { doubled, count } = await channel.call("double", { input: numbers(3), left }, { signal, timeout: 60_000 });
  const read = [];
  for await (const each of doubled) if (read.push(each) === 3 && left) break;
  if (count !== 3 || read.join() !== "0,2,4") throw new Error(`call ${number} gave ${count}: ${read}`);
}

async function half(from) {
  for (let at = from; at < from + HALF; at += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => use(at + i)));
  }
  return { heap: await heapUsed(), ports: portHandles(), streams: channel.stats().streams.length };
}

const first = await half(0);
const before = await channel.call("heap");
const second = await half(HALF);
const far = (await channel.call("heap")) - before;
console.log(JSON.stringify({ first, second, far }));
await channel.close();

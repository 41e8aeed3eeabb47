// The heap of idle streams on one side, beyond that of the same WHATWG pairs with class sources, ports and a listener
// each. The remote is a bare script that takes the ports, so that its side costs nothing but them.
//   idle.mjs COUNT
import { connect } from "sluice";
import { messagePortLink } from "sluice/message-port";
import { heapUsed } from "./heap.mjs";

const count = Number(process.argv[2]);
const WARM_UP = 5_000;

class Source {
  start(controller) {
    this.controller = controller;
  }
  pull() {}
  cancel() {}
}
class Sink {
  start(controller) {
    this.controller = controller;
  }
  write() {}
  close() {}
  abort() {}
}

/** The same without Sluice. */
function barePair() {
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener("message", () => {});
  const readable = new ReadableStream(new Source(), { highWaterMark: 1_024 });
  const writable = new WritableStream(new Sink(), { highWaterMark: 1 });
  return { port1, port2, readable, writable };
}

const { port1, port2 } = new MessageChannel();
const ports = [];
port2.onmessage = ({ data }) => {
  if (data.sluice === "ready" && data.seen === null) {
    port2.postMessage({ sluice: "ready", nonce: "0", seen: data.nonce });
    port2.postMessage({
      jsonrpc: "2.0",
      method: "$/hello",
      params: {
        version: 1,
        capabilities: { fork: true },
        limits: { streams: 1_000_000, maxChunk: 16_777_216 },
        initialCredit: { chunks: 1, bytes: 65_536 },
      },
    });
  } else if (data.type === "stream-open") {
    ports.push(data.port);
    const readable = { unit: "chunks", limit: 1_024, bytes: 4_194_304, fixed: false };
    data.port.postMessage({ type: "stream-accept", id: data.id, codec: "clone", readable });
  }
};
const channel = connect(messagePortLink(port1));
await channel.ready;

async function opened(number) {
  const streams = Array.from({ length: number }, () => channel.openStream("idle"));
  for (;;) {
    if (streams.every((stream) => stream.stats().outgoing.state === "open")) return streams;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Heap per item of what `make` gives. It is kept until the end, so that nothing of it is counted as freed. */
const kept = [];
async function perItem(make) {
  const before = await heapUsed();
  kept.push(await make(count));
  return ((await heapUsed()) - before) / count;
}

const bare = async (number) => Array.from({ length: number }, barePair);
// Code that is compiled and tables that grow on first use are no cost of a stream.
kept.push(await opened(WARM_UP), await bare(WARM_UP));
const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const sluice = [];
const pair = [];
const rounds = count < 5_000 ? 3 : 1;
// Of three, the one in the middle: now and then the runtime keeps a few hundred KiB for something of its own.
for (let round = 0; round < rounds; round++) {
  sluice.push(await perItem(opened));
  pair.push(await perItem(bare));
}
const extra = middle(sluice) - middle(pair);
console.log(JSON.stringify({ count, sluice: middle(sluice), pair: middle(pair), extra }));
process.exit(0);

// remote-web-streams: a writable here, whose other end is a readable in the worker, over a port of their own for each
// run. A chunk goes when the reader pulls.
import { once } from "node:events";
import { parentPort } from "node:worker_threads";
import { fromReadablePort, RemoteWritableStream } from "remote-web-streams";
import { consume, source } from "./ends.mjs";

export function produce(worker, payload, { transfer }) {
  return {
    send(count, started) {
      const { writable, readablePort } = new RemoteWritableStream(
        transfer ? { transferChunk: (chunk) => [chunk.buffer] } : {},
      );
      worker.postMessage(readablePort, [readablePort]);
      return source(payload, count, started).pipeTo(writable);
    },
  };
}

export function receive(payload) {
  return async () => {
    const [port] = await once(parentPort, "message");
    return consume(fromReadablePort(port), payload);
  };
}

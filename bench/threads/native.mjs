// The platform's own transferable stream: the source is transferred to the worker, which reads it there.
import { once } from "node:events";
import { parentPort } from "node:worker_threads";
import { consume, source } from "./ends.mjs";

export function produce(worker, payload) {
  return {
    send(count, started) {
      const readable = source(payload, count, started);
      worker.postMessage(readable, [readable]);
    },
  };
}

export function receive(payload) {
  return async () => {
    const [readable] = await once(parentPort, "message");
    return consume(readable, payload);
  };
}

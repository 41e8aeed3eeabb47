// Comlink has no streams: a call for each chunk, `inFlight` of them under way, buffers moved by `Comlink.transfer` where
// the row says so.
import { parentPort } from "node:worker_threads";
import { expose, transfer as moved, wrap } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";

export function produce(worker, payload, { transfer, inFlight }) {
  const remote = wrap(nodeEndpoint(worker));
  return {
    async send(count, started) {
      let next = 0;
      const lane = async () => {
        while (next < count) {
          const chunk = payload.make(next++);
          await remote.take(transfer ? moved(chunk, [chunk.buffer]) : chunk);
        }
      };
      started();
      await Promise.all(Array.from({ length: inFlight }, lane));
      await remote.end();
    },
  };
}

export function receive(payload) {
  let sum = 0;
  let ended;
  const take = (chunk) => {
    sum += payload.touch(chunk);
  };
  expose({ take, end: () => ended(sum) }, nodeEndpoint(parentPort));
  return () => {
    sum = 0;
    return new Promise((resolve) => {
      ended = resolve;
    });
  };
}

// Calls with Comlink.
import { parentPort } from "node:worker_threads";
import { expose, wrap } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";

export function caller(worker) {
  const remote = wrap(nodeEndpoint(worker));
  return { call: (value) => remote.next({ value }) };
}

export function receive() {
  expose({ next: ({ value }) => value + 1 }, nodeEndpoint(parentPort));
  return () => {};
}

// Calls with birpc.
import { parentPort } from "node:worker_threads";
import { createBirpc } from "birpc";

export function caller(worker) {
  const remote = createBirpc({}, { post: (data) => worker.postMessage(data), on: (take) => listen(worker, take) });
  return { call: (value) => remote.next({ value }), close: () => remote.$close() };
}

export function receive() {
  const next = ({ value }) => value + 1;
  createBirpc({ next }, { post: (data) => parentPort.postMessage(data), on: (take) => listen(parentPort, take) });
  return () => {};
}

function listen(port, take) {
  port.on("message", take);
}

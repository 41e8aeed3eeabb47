// The bare ping-pong: a message there, a message back. Answers come in the order of the calls, which saves it an id.
import { parentPort } from "node:worker_threads";

export function caller(worker) {
  const waiting = [];
  const take = (answer) => waiting.shift()(answer);
  worker.on("message", take);
  return {
    call: (value) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        worker.postMessage({ value });
      }),
    close: () => worker.off("message", take),
  };
}

export function receive() {
  parentPort.on("message", ({ value }) => parentPort.postMessage(value + 1));
  return () => {};
}

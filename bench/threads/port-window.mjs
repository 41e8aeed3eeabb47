// The bare port with buffers, transferred or cloned one by one. So that they do not all wait in memory, at most `window`
// are under way; the worker acknowledges every quarter of it. Measured against no window at all, this costs nothing.
import { parentPort } from "node:worker_threads";

export function produce(worker, payload, { transfer, window }) {
  return {
    send: (count, started) =>
      new Promise((resolve) => {
        let sent = 0;
        const post = (limit) => {
          for (; sent < count && sent < limit; sent++) {
            const chunk = payload.make(sent);
            worker.postMessage(chunk, transfer ? [chunk.buffer] : []);
          }
          if (sent < count) return;
          worker.off("message", take);
          worker.postMessage(null);
          resolve();
        };
        const take = (received) => post(received + window);
        worker.on("message", take);
        started();
        post(window);
      }),
  };
}

export function receive(payload, { window }) {
  const step = window / 4;
  return () =>
    new Promise((resolve) => {
      let sum = 0;
      let received = 0;
      parentPort.on("message", function take(chunk) {
        if (chunk === null) {
          parentPort.off("message", take);
          resolve(sum);
          return;
        }
        sum += payload.touch(chunk);
        if (++received % step === 0) parentPort.postMessage(received);
      });
    });
}

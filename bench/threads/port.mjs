// The bare port, in batches of `batch` chunks. Nothing is bounded: a run must be small enough to wait in memory.
import { parentPort } from "node:worker_threads";

export function produce(worker, payload, { batch: size }) {
  const single = (count) => {
    for (let index = 0; index < count; index++) worker.postMessage(payload.make(index));
  };
  const gathered = (count) => {
    let batch = [];
    for (let index = 0; index < count; index++) {
      if (batch.push(payload.make(index)) < size) continue;
      worker.postMessage(batch);
      batch = [];
    }
    if (batch.length > 0) worker.postMessage(batch);
  };
  return {
    send(count, started) {
      started();
      (size === 1 ? single : gathered)(count);
      worker.postMessage(null);
    },
  };
}

export function receive(payload, { batch: size }) {
  return () =>
    new Promise((resolve) => {
      let sum = 0;
      parentPort.on("message", function take(message) {
        if (message === null) {
          parentPort.off("message", take);
          resolve(sum);
        } else if (size === 1) {
          sum += payload.touch(message);
        } else {
          for (const chunk of message) sum += payload.touch(chunk);
        }
      });
    });
}

// What an RPC does at least, by hand: each chunk is the params of a request of its own, transferred or cloned, which
// is answered with an empty result; `inFlight` are under way at once.
import { parentPort } from "node:worker_threads";

export function produce(worker, payload, { transfer, inFlight }) {
  return {
    send: (count, started) =>
      new Promise((resolve) => {
        let sent = 0;
        let answered = 0;
        const call = () => {
          const chunk = payload.make(sent);
          worker.postMessage({ id: sent++, method: "take", params: { chunk } }, transfer ? [chunk.buffer] : []);
        };
        const take = () => {
          answered++;
          if (sent < count) call();
          if (answered < count) return;
          worker.off("message", take);
          worker.postMessage(null);
          resolve();
        };
        worker.on("message", take);
        started();
        while (sent < count && sent < inFlight) call();
      }),
  };
}

export function receive(payload) {
  return () =>
    new Promise((resolve) => {
      let sum = 0;
      parentPort.on("message", function take(request) {
        if (request === null) {
          parentPort.off("message", take);
          resolve(sum);
          return;
        }
        sum += payload.touch(request.params.chunk);
        parentPort.postMessage({ id: request.id, result: null });
      });
    });
}

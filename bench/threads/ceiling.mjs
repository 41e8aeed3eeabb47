// The most that anything with WHATWG ends can reach: a sink that posts and a source that enqueues what arrives. No
// credit, no errors, no cancelling, nothing bounded; not a design, only a yardstick.
import { parentPort } from "node:worker_threads";
import { consume, source } from "./ends.mjs";

const BATCH = 64;

export function produce(worker, payload) {
  return { send: (count, started) => source(payload, count, started).pipeTo(writable(worker)) };
}

export function receive(payload) {
  return () => consume(readable(parentPort), payload);
}

/** Posts the first chunk at once; gathers what follows until there are 64 or the microtasks have run dry. */
function writable(port) {
  let batch = [];
  let gathering = false;
  const post = () => {
    port.postMessage(batch);
    batch = [];
  };
  const tick = () => {
    gathering = batch.length > 0;
    if (!gathering) return;
    post();
    process.nextTick(tick);
  };
  return new WritableStream({
    write(chunk) {
      batch.push(chunk);
      if (!gathering) {
        gathering = true;
        process.nextTick(tick);
        post();
      } else if (batch.length === BATCH) post();
    },
    close() {
      if (batch.length > 0) post();
      port.postMessage(null);
    },
  });
}

function readable(port) {
  return new ReadableStream({
    start(controller) {
      port.on("message", function take(batch) {
        if (batch !== null) {
          for (const chunk of batch) controller.enqueue(chunk);
          return;
        }
        port.off("message", take);
        controller.close();
      });
    },
  });
}

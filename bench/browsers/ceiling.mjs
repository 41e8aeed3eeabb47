// The most that anything with WHATWG ends can reach: a sink that posts and a source that enqueues what arrives. No
// credit, no errors, no cancelling, nothing bounded; not a design, only a yardstick.
import { consume, source } from "../threads/ends.mjs";

const BATCH = 64;

export function send(scope, payload) {
  return (count, started) => source(payload, count, started).pipeTo(writable(scope));
}

export function receive(scope, payload) {
  return () => consume(readable(scope), payload);
}

/** A full batch is posted; what is left at the end of a task (a message to oneself comes after it) as well. */
function writable(scope) {
  const { port1, port2 } = new MessageChannel();
  let batch = [];
  const post = () => {
    scope.postMessage(batch);
    batch = [];
  };
  port1.onmessage = () => {
    if (batch.length > 0) post();
  };
  return new WritableStream({
    write(chunk) {
      if (batch.push(chunk) === 1) port2.postMessage(null);
      if (batch.length === BATCH) post();
    },
    close() {
      if (batch.length > 0) post();
      scope.postMessage(null);
      port1.close();
    },
  });
}

function readable(scope) {
  return new ReadableStream({
    start(controller) {
      scope.addEventListener("message", function take({ data: batch }) {
        if (batch !== null) {
          for (const chunk of batch) controller.enqueue(chunk);
          return;
        }
        scope.removeEventListener("message", take);
        controller.close();
      });
    },
  });
}

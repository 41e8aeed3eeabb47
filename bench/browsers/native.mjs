// The platform's own transferable stream: the source is transferred to the other side, which reads it there.
import { consume, source } from "../threads/ends.mjs";

export function send(scope, payload) {
  return (count, started) => {
    const readable = source(payload, count, started);
    scope.postMessage(readable, [readable]);
  };
}

export function receive(scope, payload) {
  return () =>
    new Promise((resolve) => {
      scope.addEventListener("message", ({ data: readable }) => resolve(consume(readable, payload)), { once: true });
    });
}

// The bare port, a message for each chunk. So that they do not all wait in memory, at most `window` are under way; the
// receiver acknowledges every quarter of it.

export function send(scope, payload, { transfer = false, window }) {
  return (count, started) =>
    new Promise((resolve) => {
      let sent = 0;
      const post = (limit) => {
        for (; sent < count && sent < limit; sent++) {
          const chunk = payload.make(sent);
          scope.postMessage(chunk, transfer ? [chunk.buffer] : []);
        }
        if (sent < count) return;
        scope.removeEventListener("message", take);
        scope.postMessage(null);
        resolve();
      };
      const take = ({ data: received }) => post(received + window);
      scope.addEventListener("message", take);
      started();
      post(window);
    });
}

export function receive(scope, payload, { window }) {
  const step = window / 4;
  return () =>
    new Promise((resolve) => {
      let sum = 0;
      let received = 0;
      scope.addEventListener("message", function take({ data: chunk }) {
        if (chunk === null) {
          scope.removeEventListener("message", take);
          resolve(sum);
          return;
        }
        sum += payload.touch(chunk);
        if (++received % step === 0) scope.postMessage(received);
      });
    });
}

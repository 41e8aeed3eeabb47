// Two of the platform's own transferable streams, one for each direction.
import { parentPort } from "node:worker_threads";

export function opener(worker) {
  const open = () => {
    const there = new TransformStream();
    const back = new TransformStream();
    const far = { readable: there.readable, writable: back.writable };
    worker.postMessage(far, [far.readable, far.writable]);
    return { readable: back.readable, writable: there.writable };
  };
  return { open };
}

export function receive() {
  parentPort.on("message", ({ readable, writable }) => readable.pipeTo(writable));
  return () => {};
}

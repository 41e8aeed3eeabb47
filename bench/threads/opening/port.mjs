// A bare port for each stream, with no more than it takes to echo: what any stream with a port of its own must pay.
import { MessageChannel, parentPort } from "node:worker_threads";

export function opener(worker) {
  const open = () => {
    const { port1, port2 } = new MessageChannel();
    worker.postMessage(port2, [port2]);
    const readable = new ReadableStream({
      start(controller) {
        port1.on("message", (chunk) => controller.enqueue(chunk));
        port1.on("close", () => controller.close());
      },
    });
    const writable = new WritableStream({
      write: (chunk) => port1.postMessage(chunk),
      close: () => port1.close(),
    });
    return { readable, writable };
  };
  return { open };
}

export function receive() {
  parentPort.on("message", (port) => port.on("message", (chunk) => port.postMessage(chunk)));
  return () => {};
}

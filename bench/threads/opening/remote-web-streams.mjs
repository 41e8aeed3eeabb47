// A pair of remote-web-streams, one for each direction.
import { parentPort } from "node:worker_threads";
import { fromReadablePort, fromWritablePort, RemoteReadableStream, RemoteWritableStream } from "remote-web-streams";

export function opener(worker) {
  const open = () => {
    const { writable, readablePort } = new RemoteWritableStream();
    const { readable, writablePort } = new RemoteReadableStream();
    worker.postMessage({ readablePort, writablePort }, [readablePort, writablePort]);
    return { readable, writable };
  };
  return { open };
}

export function receive() {
  parentPort.on("message", ({ readablePort, writablePort }) =>
    fromReadablePort(readablePort).pipeTo(fromWritablePort(writablePort)),
  );
  return () => {};
}

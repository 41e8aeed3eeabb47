// The two ends of a session of Cap'n Web over a port of its own, as its README has it.
import { once } from "node:events";
import { MessageChannel, parentPort } from "node:worker_threads";
import { newMessagePortRpcSession } from "capnweb";

/** In the main thread: `{ remote, close }`, the stub of what `worker` serves. */
export function sessionTo(worker) {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(port2, [port2]);
  return { remote: newMessagePortRpcSession(port1), close: () => port1.close() };
}

/** In the worker: serves `target` to the session that is asked for. */
export async function serveSession(target) {
  const [port] = await once(parentPort, "message");
  newMessagePortRpcSession(port, target);
}

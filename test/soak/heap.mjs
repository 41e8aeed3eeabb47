// What the heap holds once everything that can go has gone.
import { setImmediate as turn } from "node:timers/promises";

export async function heapUsed() {
  let last = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 20; i++) {
    for (let k = 0; k < 2; k++) {
      globalThis.gc();
      await turn();
    }
    const now = process.memoryUsage().heapUsed;
    if (last - now < 4096) return now;
    last = now;
  }
  return last;
}

/** Open MessagePorts of this thread, as the runtime counts them. */
export function portHandles() {
  return process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length;
}

/** Which ports and workers have a channel: a second one would take the first one's messages, or its port, and both would wait. */
import { mistake } from "../../src/errors.ts";

const claimed = new WeakSet<object>();

/** Takes `end`, a port or worker, for one channel; returns what gives it back. Throws a TypeError if another has it. */
export function claim(end: object, name: string): () => void {
  if (claimed.has(end)) {
    const message = `Cannot connect: ${name} has a channel already, use that one, or close it before`;
    throw mistake(new TypeError(message), "BAD_LINK");
  }
  claimed.add(end);
  return () => claimed.delete(end);
}

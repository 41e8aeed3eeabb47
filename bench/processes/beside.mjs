// Calls while a raw stream saturates the socket, one way or the other, or while nothing does. There is a pause
// before each call: one right after the other would mostly meet the moments when the stream waits too.
import { setTimeout as sleep } from "node:timers/promises";
import { scaled } from "../lib/scale.mjs";
import { medianAndP99 } from "../lib/times.mjs";
import { forked } from "./forked.mjs";

/** Chunks that have gone before the first call is timed, and that must at least have gone during all of them. */
const SATURATED = 100;
const PAUSE_MS = 1;

/**
 * The harness's subject: `{ median, p99 }` of `count` calls in µs, beside a stream `toChild`, `toParent` or none. The
 * peer's `end.flood[flood]()` gives `{ moved(), end() }`: how many chunks have gone so far; `end()` resolves to
 * `{ sent, received }` once all has arrived.
 */
export function beside(subject, { peer, flood, count: full }) {
  const count = scaled(full);
  const measure = async (end) => {
    globalThis.gc();
    const stream = flood === undefined ? undefined : await end.flood[flood]();
    while (stream && stream.moved() < SATURATED) await sleep(PAUSE_MS);
    const before = stream?.moved();
    const times = [];
    for (let value = 0; value < count; value++) {
      await sleep(PAUSE_MS);
      const start = performance.now();
      const answer = await end.call(value);
      times.push(performance.now() - start);
      if (answer !== value) throw new Error(`the answer to ${value} is ${answer}`);
    }
    if (stream) {
      if (stream.moved() - before < Math.min(SATURATED, count)) throw new Error("the stream stood still");
      const { sent, received } = await stream.end();
      if (sent !== received) throw new Error(`${received} of ${sent} chunks arrived`);
    }
    return medianAndP99(times);
  };
  return forked(subject, { peer, measure });
}

// The driver of calls: the parent calls, one after the other, and the child gives the value back.

import { scaled } from "../lib/scale.mjs";
import { medianAndP99 } from "../lib/times.mjs";
import { forked } from "./forked.mjs";

/** The harness's subject for `./peers/PEER.mjs`: `{ median, p99 }` of `count` round trips in µs. */
export function roundTrip(subject, { peer, count: full, ...options }) {
  const count = scaled(full);
  const measure = async ({ call }) => {
    globalThis.gc();
    const times = [];
    for (let value = 0; value < count; value++) {
      const start = performance.now();
      const answer = await call(value);
      times.push(performance.now() - start);
      if (answer !== value) throw new Error(`the answer to ${value} is ${answer}`);
    }
    return medianAndP99(times);
  };
  return forked(subject, { peer, options: { ...options, mode: "calls" }, measure });
}

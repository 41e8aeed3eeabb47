// The driver of calls: this thread calls `next({ value })` of a worker, which answers `value + 1`.
//
// A subject module has both sides:
//   caller(worker)   in the main thread, once: `{ call(value): Promise<number>, close?() }`
//   receive()        in the worker, once: answers the calls; a run needs nothing more

import { median } from "../lib/times.mjs";
import { threaded } from "./thread.mjs";

/** The harness's subject for the module `./calls/NAME.mjs`: the median of `count` calls one after the other, in µs. */
export function roundTrip(subject, { module, count }) {
  return calls(subject, module, async (call) => {
    const times = [];
    for (let value = 0; value < count; value++) {
      const start = performance.now();
      const answer = await call(value);
      times.push(performance.now() - start);
      check(value, answer);
    }
    return median(times);
  });
}

/** The same with `lanes` calls under way at once: calls a second. */
export function inFlight(subject, { module, count, lanes }) {
  return calls(subject, module, async (call) => {
    let next = 0;
    const lane = async () => {
      while (next < count) {
        const value = next++;
        check(value, await call(value));
      }
    };
    const start = performance.now();
    await Promise.all(Array.from({ length: lanes }, lane));
    return (count / (performance.now() - start)) * 1000;
  });
}

function calls(subject, module, measure) {
  const begin = async (worker, { caller }) => {
    const { call, close } = await caller(worker);
    return { measure: () => measure(call), close };
  };
  return threaded(subject, { module: `calls/${module}`, begin });
}

function check(value, answer) {
  if (answer !== value + 1) throw new Error(`the answer to ${value} is ${answer}`);
}

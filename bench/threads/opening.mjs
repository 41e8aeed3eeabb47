// The driver of opening: this thread opens a stream to a worker and writes one chunk, the worker gives it back.
//
// A subject module has both sides:
//   opener(worker)   in the main thread, once: `{ open(), close?() }`; `open` gives `{ readable, writable }`, or the promise
//   receive()        in the worker, once: pipes what each stream carries back; a run needs nothing more

import { median } from "../lib/times.mjs";
import { threaded } from "./thread.mjs";

/** The harness's subject for the module `./opening/NAME.mjs`: the median of `count`, from `open` to the echo, in µs. */
export function opening(subject, { module, count }) {
  const begin = async (worker, { opener }) => {
    const { open, close } = await opener(worker);
    const measure = async () => {
      const times = [];
      for (let value = 0; value < count; value++) {
        const start = performance.now();
        const { readable, writable } = await open();
        const writer = writable.getWriter();
        const written = writer.write({ value });
        const reader = readable.getReader();
        const echo = await reader.read();
        times.push(performance.now() - start);
        if (echo.value?.value !== value) throw new Error(`the echo of ${value} is ${echo.value?.value}`);
        await written;
        await writer.close();
        if (!(await reader.read()).done) throw new Error("the echo goes on");
      }
      return median(times);
    };
    return { measure, close };
  };
  return threaded(subject, { module: `opening/${module}`, begin });
}

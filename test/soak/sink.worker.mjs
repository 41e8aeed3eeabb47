// The far side of the soak tests: readers that stop, hash, or merely end; and what this thread's memory holds.
import { createHash } from "node:crypto";
import { connect, define } from "sluice";
import { parentLink } from "sluice/worker";
import { heapUsed } from "./heap.mjs";

let goOn = () => {};

/** Reads one chunk, then nothing until told to; then all the rest, and answers with the digest. */
function stopping(options) {
  return {
    ...options,
    async handler({ readable, writable }) {
      const hash = createHash("sha256");
      const reader = readable.getReader();
      const gate = new Promise((resolve) => {
        goOn = resolve;
      });
      hash.update((await reader.read()).value);
      await gate;
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        hash.update(value);
      }
      const writer = writable.getWriter();
      await writer.write(hash.digest("hex"));
      await writer.close();
    },
  };
}

/** Sends back what comes, and ends. */
const echo = ({ readable, writable }) => readable.pipeTo(writable);

connect(
  parentLink(),
  define({
    streams: {
      "stop after one": stopping({}),
      "stop after one, without credit": stopping({ highWaterMark: Number.POSITIVE_INFINITY }),
      echo,
    },
    methods: {
      goOn: () => goOn(),
      /** A stream in, a stream out, and the method's own answer as a third. */
      async double({ input, left }, { signal }) {
        const numbers = [];
        for await (const number of input) numbers.push(number);
        async function* doubled() {
          for (const number of numbers) yield 2 * number;
          // Kept until nobody reads any more.
          if (left) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        }
        return { doubled: doubled(), count: numbers.length };
      },
      heap: () => heapUsed(),
      memory: () => {
        globalThis.gc();
        const { rss, arrayBuffers } = process.memoryUsage();
        return { rss, arrayBuffers };
      },
    },
  }),
);

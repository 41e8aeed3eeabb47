// The same file in a browser, Deno, Bun and Node: what a worker offers.
import { connect, define } from "sluice";
import { parentLink } from "sluice/worker";

const rows: { id: number; text: string }[] = [];

const api = define({
  streams: {
    gzip: ({ readable, writable }) =>
      readable.pipeThrough(new CompressionStream("gzip") as ReadableWritablePair).pipeTo(writable),
  },
  methods: {
    insert({ count }: { count: number }) {
      for (let id = 0; id < count; id++) rows.push({ id, text: `row ${id}` });
      return rows.length;
    },
    async *search({ q }: { q: string }, { signal }: { signal: AbortSignal }) {
      for (const row of rows) {
        signal.throwIfAborted();
        if (row.text.includes(q)) yield row;
      }
    },
    async total({ numbers }: { numbers: AsyncIterable<number> | ReadableStream<number> }) {
      let sum = 0;
      for await (const number of numbers as AsyncIterable<number>) sum += number;
      return sum;
    },
  },
});
export type Api = typeof api;
connect(parentLink(), api);

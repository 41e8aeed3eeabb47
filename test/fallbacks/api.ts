/** What the far side of the checks offers: written as a user would, with `for await` over all that comes. */
import { type Definition, define, RpcError } from "sluice";

async function collect(input: ReadableStream | AsyncIterable<unknown>): Promise<unknown[]> {
  const chunks: unknown[] = [];
  for await (const chunk of input) chunks.push(chunk);
  return chunks;
}

// As its user declares them: the checks call by name.
export const api: Definition = define({
  methods: {
    add: ({ a, b }: { a: number; b: number }) => a + b,
    async *count({ to }: { to: number }) {
      for (let at = 1; at <= to; at++) yield at;
    },
    list: ({ to }: { to: number }) => Array.from({ length: to }, (_, at) => at + 1),
    collect: ({ input }: { input: ReadableStream }) => collect(input),
    gives: ({ reason }: { reason: "dom" | "aggregate" | "rpc" }) => {
      if (reason === "dom") throw new DOMException("late", "TimeoutError");
      if (reason === "rpc") throw new RpcError(7, "seven", { data: { seven: 7 } });
      throw new AggregateError([new RangeError("one"), new SyntaxError("two")], "both");
    },
    async fill({ output }: { output: WritableStream }) {
      const writer = output.getWriter();
      for (const chunk of [1, 2, 3]) await writer.write(chunk);
      await writer.close();
    },
    never: () => new Promise<void>(() => {}),
  },
  streams: {
    echo: ({ readable, writable }) => readable.pipeTo(writable),
    gzip: ({ readable, writable }) =>
      readable.pipeThrough(new CompressionStream("gzip") as ReadableWritablePair<unknown, unknown>).pipeTo(writable),
    collect: async ({ readable, writable }) => {
      const chunks = await collect(readable);
      const writer = writable.getWriter();
      await writer.write({ chunks });
      await writer.close();
    },
    /** Neither reads nor writes. */
    idle: () => new Promise<void>(() => {}),
  },
});

/** Definitions with schemas of each library, whose types are of another build in each. Compiled only. */
import { type } from "arktype";
import { type ChannelStream, connect, define, type Link } from "sluice";
import { z } from "zod";
import * as mini from "zod/mini";
import * as z3 from "zod/v3";
import { same } from "./equal.ts";

const api = define({
  methods: {
    zod: {
      params: z.object({ q: z.string(), limit: z.coerce.number().default(10) }),
      handler: ({ q, limit }, { signal }) => {
        same<string>()(q);
        same<number>()(limit);
        same<AbortSignal>()(signal);
        return [q];
      },
    },
    zod3: {
      params: z3.object({ q: z3.string(), limit: z3.number().default(10) }),
      handler: async ({ q, limit }) => {
        same<number>()(limit);
        return [q];
      },
    },
    mini: { params: mini.object({ q: mini.string() }), handler: ({ q }) => [q] },
    arktype: {
      params: type({ q: "string", limit: "number = 10", "list?": type({ id: "string" }).array() }),
      handler: ({ q, limit, list = [] }) => {
        same<number>()(limit);
        return [q, ...list.map(({ id }) => id)];
      },
    },
  },
  streams: {
    zod: {
      chunks: z.object({ id: z.string() }),
      handler: ({ readable, writable }) => {
        same<ReadableStream<{ id: string }>>()(readable);
        same<WritableStream<unknown>>()(writable);
      },
    },
    zod3: {
      chunks: z3.object({ id: z3.string().transform(Number) }),
      handler: ({ readable }) => same<ReadableStream<{ id: number }>>()(readable),
    },
    mini: {
      chunks: mini.object({ id: mini.string() }),
      handler: ({ readable }) => same<ReadableStream<{ id: string }>>()(readable),
    },
    arktype: {
      highWaterMark: 4,
      chunks: type({ id: "string" }),
      handler: ({ readable }) => same<ReadableStream<{ id: string }>>()(readable),
    },
    both: { chunks: type({ id: "string" }), handler: (_: ChannelStream<{ id: string }, number>) => {} },
  },
});

export async function use(link: Link): Promise<void> {
  const channel = connect<typeof api>(link);
  for (const method of ["zod", "zod3", "mini", "arktype"] as const) {
    same<string[]>()(await channel.call(method, { q: "a" }));
    // @ts-expect-error Not what the schema takes.
    channel.call(method, { q: 5 });
    // @ts-expect-error Params left out.
    channel.call(method);
    // @ts-expect-error Not what the schema takes.
    channel.openStream(method).writable.getWriter().write({ id: 5 });
  }
  await channel.call("zod3", { q: "a", limit: 5 });
  await channel.call("arktype", { q: "a", list: [{ id: "b" }] });
  // @ts-expect-error Not what the schema takes.
  channel.call("arktype", { q: "a", list: [{ id: 5 }] });
  same<ChannelStream<unknown, { id: string }>>()(channel.openStream("zod3"));
  same<ChannelStream<unknown, { id: string }>>()(channel.openStream("arktype"));
  same<ChannelStream<number, { id: string }>>()(channel.openStream("both"));

  const untyped = connect(link);
  same<ChannelStream<{ id: string }, unknown>>()(untyped.openStream("any", { chunks: z.object({ id: z.string() }) }));
  same<ChannelStream<{ id: string }, unknown>>()(untyped.openStream("any", { chunks: z3.object({ id: z3.string() }) }));
  same<ChannelStream<{ id: string }, unknown>>()(untyped.openStream("any", { chunks: type({ id: "string" }) }));
}

define({
  methods: {
    // @ts-expect-error A handler that takes something else than its schema gives.
    a: { params: z.object({ q: z.string() }), handler: ({ q }: { q: number }) => q },
    // @ts-expect-error A handler that takes something else than its schema gives.
    b: { params: type({ q: "string" }), handler: ({ q }: { q: number }) => q },
    // @ts-expect-error No schema.
    d: { params: { parse: () => 1 }, handler: () => 1 },
  },
  streams: {
    // @ts-expect-error A handler that reads something else than its schema gives.
    c: { chunks: type({ id: "string" }), handler: ({ readable }: ChannelStream<number>) => readable.cancel() },
  },
});

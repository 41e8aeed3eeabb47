/** What schemas say of types: a handler gets their output, its caller gives their input. */
import { type ChannelStream, connect, define, type Link, type StandardSchema } from "sluice";
import * as v from "valibot";
import { same, typesOnly } from "./equal.ts";

const Query = v.object({ q: v.string(), limit: v.optional(v.number(), 10) });
const Row = v.pipe(
  v.object({ id: v.string() }),
  v.transform(({ id }) => ({ id, at: new Date() })),
);

const api = define({
  methods: {
    search: {
      params: Query,
      handler: ({ q, limit }, { signal }) => {
        same<string>()(q);
        same<number>()(limit);
        same<AbortSignal>()(signal);
        return [q.repeat(limit)];
      },
    },
    later: { params: v.objectAsync({ a: v.number() }), handler: async ({ a }) => same<number>()(a) },
    maybe: { params: v.optional(v.object({ a: v.number() })), handler: (given) => given?.a ?? 0 },
    plain: ({ a }: { a: number }) => a,
    async *rows() {
      yield 1;
    },
    tagged: {
      params: v.object({ q: v.string() }),
      async *handler({ q }) {
        yield q;
      },
    },
  },
  streams: {
    insert: {
      chunks: Row,
      highWaterMark: 4,
      handler: async ({ readable, writable }) => {
        same<WritableStream<unknown>>()(writable);
        for await (const row of readable) same<{ id: string; at: Date }>()(row);
      },
    },
    both: { chunks: Row, handler: (_: ChannelStream<{ id: string; at: Date }, number>) => {} },
    plain: ({ readable }) => readable.cancel(),
  },
});

typesOnly(async () => {
  const channel = connect<typeof api>(null as unknown as Link);
  same<string[]>()(await channel.call("search", { q: "a" }));
  await channel.call("search", { q: "a", limit: 5 }, { timeout: 5 });
  // @ts-expect-error Not what the schema takes.
  channel.call("search", { q: 5 });
  // @ts-expect-error Params left out.
  channel.call("search");
  same<void>()(await channel.call("later", { a: 1 }));
  same<number>()(await channel.call("maybe"));
  await channel.call("maybe", { a: 1 }, { timeout: 5 });
  // @ts-expect-error Not what the schema takes.
  channel.call("maybe", { a: "1" });
  same<ReadableStream<string>>()(await channel.call("tagged", { q: "a" }));

  same<ChannelStream<unknown, { id: string }>>()(channel.openStream("insert"));
  same<ChannelStream<number, { id: string }>>()(channel.openStream("both"));
  // @ts-expect-error Not what the schema takes.
  channel.openStream("insert").writable.getWriter().write({ id: 5 });
  // One's own readable gives what one's own schema makes.
  same<ChannelStream<{ id: string; at: Date }, unknown>>()(channel.openStream("plain", { chunks: Row }));
  same<ChannelStream<string, { id: string }>>()(
    channel.openStream("both", { chunks: v.pipe(v.number(), v.transform(String)), highWaterMark: 3 }),
  );
  // A strategy weighs what comes, whatever the schema makes of it.
  same<ChannelStream<string, { id: string }>>()(
    channel.openStream("both", {
      chunks: v.pipe(v.number(), v.transform(String)),
      readableStrategy: { highWaterMark: 5, size: (chunk) => chunk / 2 },
    }),
  );
  // @ts-expect-error No schema.
  channel.openStream("plain", { chunks: { parse: () => 1 } });
});

typesOnly(() => {
  const untyped = connect(null as unknown as Link);
  same<ChannelStream<{ id: string; at: Date }, unknown>>()(untyped.openStream("any", { chunks: Row }));

  define({
    methods: {
      // @ts-expect-error A handler that takes something else than its schema gives.
      a: { params: Query, handler: ({ q }: { q: number }) => q },
      // @ts-expect-error No schema.
      b: { params: { parse: () => 1 }, handler: () => 1 },
    },
    streams: {
      // @ts-expect-error A handler that reads something else than its schema gives.
      c: { chunks: Row, handler: ({ readable }: ChannelStream<number>) => readable.cancel() },
    },
  });

  // What is declared here is the interface that the libraries implement.
  const mine: StandardSchema<{ q: string; limit?: number | undefined }, { q: string; limit: number }> = Query;
  void mine;
});

/** What a channel's Api lets through the compiler, and what it stops. */
import { type ChannelStream, connect, define, type Link } from "sluice";
import type { Channel } from "../../src/channel.ts";
import { same, typesOnly } from "./equal.ts";

interface Hit {
  readonly id: string;
  readonly score: number;
}
interface Tree {
  readonly value: number;
  readonly children: readonly Tree[];
}

const hit: Hit = { id: "a", score: 1 };

const api = define({
  methods: {
    insert: async ({ count }: { count: number }, { signal }) => {
      signal.throwIfAborted();
      return count;
    },
    ping: () => "pong" as const,
    list: ({ limit = 5 }: { limit?: number } = {}) => [hit].slice(limit),
    find: async (_: { id: string }): Promise<Hit | undefined> => undefined,
    pair: ([a, b]: [number, string]) => ({ a, b }),
    forget: (_: { id: string }) => {},
    tree: (given: Tree): Tree => given,
    where: (): { at: Date; bytes: Uint8Array } => ({ at: new Date(), bytes: new Uint8Array() }),
    anything: (given) => given,
    async *search({ q }: { q: string }, { signal }): AsyncGenerator<Hit> {
      signal.throwIfAborted();
      yield { ...hit, id: q };
    },
    searchAll: async (_: { q: string }) => [hit],
    export: async (): Promise<ReadableStream<Uint8Array>> => new ReadableStream(),
    upload: async ({ rows }: { name: string; rows: AsyncIterable<Hit> }) => {
      for await (const row of rows) row.id.at(0);
    },
    store: (_: { parts: { body: ReadableStream<Uint8Array> }[] }) => {},
    nested: () => ({ total: 1, pages: [{ rows: api2() }], sink: new WritableStream<string>(), at: new Date() }),
  },
  streams: {
    gzip: ({ readable, writable }) => readable.pipeTo(writable),
    double: ({ readable, writable }: ChannelStream<number, string>) => void [readable, writable],
    resize: { highWaterMark: 4, transfer: true, handler: (_: ChannelStream<ImageData, Uint8Array>) => {} },
    ends: ({ readable }: ChannelStream<Hit>) => void readable,
    drain: () => {},
  },
});
async function* api2(): AsyncGenerator<Hit> {}
type Api = typeof api;

typesOnly(async () => {
  const link = null as unknown as Link;
  const channel = connect<Api>(link, { methods: { own: () => 1 } });
  const { signal } = new AbortController();

  // What is called, and with what.
  same<number>()(await channel.call("insert", { count: 1 }, { signal, timeout: 5 }));
  // @ts-expect-error A misspelt method.
  channel.call("inser", { count: 1 });
  // @ts-expect-error A method of this side's own definition is not the remote's.
  channel.call("own");
  // @ts-expect-error Params of another type.
  channel.call("insert", { count: "1" });
  // @ts-expect-error Params that the method does not know.
  channel.call("insert", { count: 1, more: 2 });
  // @ts-expect-error Params left out.
  channel.call("insert");
  // @ts-expect-error An option that there is not.
  channel.call("insert", { count: 1 }, { time: 5 });
  same<"pong">()(await channel.call("ping"));
  await channel.call("ping", undefined, { timeout: 5 });
  await channel.call("ping", {}, { timeout: 5 });
  // @ts-expect-error A method without params.
  channel.call("ping", { a: 1 });
  same<Hit[]>()(await channel.call("list"));
  await channel.call("list", { limit: 1 }, { timeout: 5 });
  await channel.call("list", undefined, { timeout: 5 });
  // @ts-expect-error Optional params of another type.
  channel.call("list", { limit: "1" });
  same<{ a: number; b: string }>()(await channel.call("pair", [1, "b"]));
  // @ts-expect-error Positional params in another order.
  channel.call("pair", ["b", 1]);
  await channel.call("anything");
  await channel.call("anything", { any: 1 });

  // What comes back.
  same<Hit | null>()(await channel.call("find", { id: "a" }));
  same<void>()(await channel.call("forget", { id: "a" }));
  same<Tree>()(await channel.call("tree", { value: 1, children: [] }));
  same<{ at: Date; bytes: Uint8Array }>()(await channel.call("where"));
  same<ReadableStream<Hit>>()(await channel.call("search", { q: "a" }));
  same<ReadableStream<Uint8Array>>()(await channel.call("export"));
  const { total, pages, sink, at } = await channel.call("nested");
  same<number>()(total);
  same<{ rows: ReadableStream<Hit> }[]>()(pages);
  same<WritableStream<string>>()(sink);
  same<Date>()(at);

  // Streams in params.
  await channel.call("upload", { name: "a", rows: api2() });
  await channel.call("upload", { name: "a", rows: new ReadableStream<Hit>() });
  // @ts-expect-error Chunks of another type.
  channel.call("upload", { name: "a", rows: new ReadableStream<number>() });
  // @ts-expect-error No stream where one is taken.
  channel.call("upload", { name: "a", rows: [hit] });
  await channel.call("store", { parts: [{ body: new ReadableStream<Uint8Array>() }] });
  await channel.call("store", { parts: [{ body: (async function* () {})() as AsyncGenerator<Uint8Array> }] });
  // @ts-expect-error Chunks of another type, deep inside.
  channel.call("store", { parts: [{ body: new ReadableStream<string>() }] });

  // Notifications.
  channel.notify("ping");
  channel.notify("insert", { count: 1 });
  // @ts-expect-error A misspelt method.
  channel.notify("pong");
  // @ts-expect-error Params left out.
  channel.notify("insert");
  // @ts-expect-error A notification has no options.
  channel.notify("insert", { count: 1 }, { signal });
});

typesOnly(async () => {
  const channel = null as unknown as Channel<Api>;

  // Methods that yield.
  for await (const each of channel.stream("search", { q: "a" })) same<string>()(each.id);
  same<ReadableStream<Uint8Array>>()(channel.stream("export"));
  channel.stream("search", { q: "a" }, { fallback: "searchAll", timeout: 5 });
  channel.stream("export", undefined, { timeout: 5 });
  // @ts-expect-error A method that gives no stream.
  channel.stream("insert", { count: 1 });
  // @ts-expect-error Params of another type.
  channel.stream("search", { q: 1 });
  // @ts-expect-error A fallback that gives no array.
  channel.stream("search", { q: "a" }, { fallback: "insert" });
  // @ts-expect-error A fallback that takes other params.
  channel.stream("search", { q: "a" }, { fallback: "list" });
  // @ts-expect-error A fallback that gives an array of something else.
  channel.stream("export", undefined, { fallback: "searchAll" });

  // A channel has the same.
  const real = connect<Api>(null as unknown as Link);
  same<ReadableStream<Hit>>()(
    real.stream("search", { q: "a" }, { signal: AbortSignal.timeout(5), fallback: "searchAll" }),
  );
  same<ReadableStream<unknown>>()(connect(null as unknown as Link).stream("any", [1]));
  // @ts-expect-error A method that gives no stream.
  real.stream("insert", { count: 1 });

  // The default stream.
  await channel.sendData(new Float32Array(3));
  channel.onData((rows: Float32Array) => rows.length);
  channel.data.readable.pipeTo(channel.data.writable);
});

typesOnly(() => {
  const channel = connect<Api>(null as unknown as Link);

  // Streams are the handler's, seen from the other side.
  same<ChannelStream<string, number>>()(channel.openStream("double"));
  same<ChannelStream<unknown, unknown>>()(channel.openStream("gzip", { transfer: true }));
  same<ChannelStream<Uint8Array, ImageData>>()(channel.openStream("resize", { highWaterMark: 4, metadata: { a: 1 } }));
  same<ChannelStream<unknown, Hit>>()(channel.openStream("ends"));
  same<ChannelStream<unknown, unknown>>()(channel.openStream("drain"));
  same<ChannelStream<Uint8Array, ImageData>>()(
    channel.openStream("resize", { readableStrategy: new ByteLengthQueuingStrategy({ highWaterMark: 1 }) }),
  );
  // A stream without a name goes to `incomingStreams`.
  same<ChannelStream<unknown, unknown>>()(channel.openStream());
  same<ChannelStream<number, string>>()(channel.openStream<number, string>("", { highWaterMark: 1 }));
  // @ts-expect-error A misspelt stream.
  channel.openStream("doubel");
  // @ts-expect-error The name of a method.
  channel.openStream("insert");
  // @ts-expect-error An option that there is not.
  channel.openStream("double", { highWatermark: 4 });
  // @ts-expect-error A chunk of another type.
  channel.openStream("double").writable.getWriter().write("1");
  // @ts-expect-error A strategy for other chunks.
  channel.openStream("double", { writableStrategy: { size: (chunk: Hit) => chunk.score } });
  // `size` weighs the chunks of both directions, those of which something is known.
  channel.openStream("double", { size: (chunk) => same<string | number>()(chunk) ?? 1 });
  channel.openStream("ends", { size: ({ score }) => score });
  channel.openStream("gzip", { size: (chunk) => same<unknown>()(chunk) ?? 1 });
  channel.openStream("double", { size: () => 1, transfer: (chunk) => same<number>()(chunk) ?? [] });
  // @ts-expect-error A weight for other chunks.
  channel.openStream("double", { size: ({ score }: Hit) => score });
  // @ts-expect-error No list of what is moved.
  channel.openStream("double", { transfer: (chunk) => chunk });
});

typesOnly(async () => {
  const link = null as unknown as Link;

  // Of an untyped remote nothing is known.
  const channel: Channel = connect(link);
  same<unknown>()(await channel.call("whatever", { a: 1 }, { timeout: 5 }));
  await channel.call("whatever");
  await channel.call("whatever" as string, null as unknown);
  channel.notify("whatever", [1]);
  same<ChannelStream<unknown, unknown>>()(channel.openStream("any", { highWaterMark: 1 }));
  same<ChannelStream<number, string>>()(channel.openStream<number, string>("any"));
  const calls = channel as unknown as Channel;
  same<ReadableStream<unknown>>()(calls.stream("any", { a: 1 }, { fallback: "all" }));

  // Any channel will do where only its life matters.
  // biome-ignore lint/suspicious/noExplicitAny: what such a function is written with
  const watching = ({ closed, ready }: Channel<any>): unknown => [closed, ready];
  watching(channel);
  watching(connect<Api>(link));

  // A typed channel is no untyped one, or a misspelt method would get through.
  // @ts-expect-error
  const loose: Channel = connect<Api>(link);
  void loose;

  // An Api may be written by hand, and have no streams or no methods.
  interface Manual {
    methods: { add(params: { a: number; b: number }): number; all(): Promise<Hit[]> };
  }
  const manual = connect<Manual>(link);
  same<number>()(await manual.call("add", { a: 1, b: 2 }));
  // @ts-expect-error There is no stream.
  manual.openStream("gzip");
  const empty = define({});
  // @ts-expect-error There is no method.
  connect<typeof empty>(link).call("add");

  // What Channel has of these is what is written down for all of them.
  const typed: Channel<Api> = connect<Api>(link);
  void typed;
});

typesOnly(() => {
  // Handlers know their parameters.
  define({
    methods: {
      a: (params, { signal }) => {
        same<object | undefined>()(params);
        same<AbortSignal>()(signal);
      },
      // @ts-expect-error Params are an object or an array.
      b: (given: number) => given,
    },
    streams: {
      c: ({ readable, writable, signal }) => {
        same<ReadableStream<unknown>>()(readable);
        same<WritableStream<unknown>>()(writable);
        same<AbortSignal>()(signal);
      },
      d: { highWaterMark: 5, handler: ({ readable }) => same<ReadableStream<unknown>>()(readable) },
      // @ts-expect-error No handler.
      e: { highWaterMark: 5 },
      // @ts-expect-error An option of another type.
      f: { highWaterMark: "5", handler: () => {} },
    },
  });
  // Literals are kept, and nothing else is.
  const kept = define({ methods: { one: () => 1 as const }, streams: { s: { highWaterMark: 4, handler: () => {} } } });
  same<{
    readonly methods: { readonly one: () => 1 };
    readonly streams: { readonly s: { readonly highWaterMark: 4; readonly handler: () => void } };
  }>()(kept);
});

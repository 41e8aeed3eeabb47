/** Combinations that are rare, and were wrong once. Between two channels of one realm: what crosses does not matter here. */
import { type Channel, type ChannelStream, type ConnectOptions, connect } from "sluice";
import { raw } from "sluice/codecs/raw";
import { messagePortLink } from "sluice/message-port";
import { afterEach, describe, expect, test } from "vitest";

const channels: Channel[] = [];

afterEach(() => {
  for (const each of channels.splice(0)) each.abort();
});

function pair(near: ConnectOptions = {}, far: ConnectOptions = {}): [Channel, Channel] {
  const { port1, port2 } = new MessageChannel();
  const both: [Channel, Channel] = [connect(messagePortLink(port1), near), connect(messagePortLink(port2), far)];
  for (const each of both) each.closed.catch(() => {});
  channels.push(...both);
  return both;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = [];
  for await (const each of values) seen.push(each);
  return seen;
}

async function* numbers(count: number): AsyncGenerator<number> {
  for (let i = 0; i < count; i++) yield i;
}

/** Writes and closes; what came of it. */
async function sent({ readable, writable }: ChannelStream, chunks: unknown[]): Promise<unknown> {
  readable.cancel().catch(() => {});
  const writer = writable.getWriter();
  for (const chunk of chunks) writer.write(chunk).catch(() => {});
  return writer.close().then(
    () => "arrived",
    (error) => error?.code ?? error,
  );
}

describe("a channel that was closed before the two had met", () => {
  test("has a default stream that is at its end (seed 5176)", async () => {
    const near = connect(messagePortLink(new MessageChannel().port1));
    await near.close();
    expect(await all(near.data.readable)).toEqual([]);
  });
});

describe("what cannot be cloned", () => {
  test("is told with the stream that it was written to", async () => {
    const [near] = pair({}, { streams: { sink: async ({ readable }) => readable.cancel() } });
    for (const bad of [() => {}, { deep: [new WeakMap()] }]) {
      const { readable, writable } = near.openStream("sink");
      readable.cancel().catch(() => {});
      const writer = writable.getWriter();
      writer.closed.catch(() => {});
      await expect(writer.write(bad)).rejects.toThrow(/ \(in stream "sink"\)$/);
    }
  });
});

describe("a readable byte stream with a codec", () => {
  test.each([
    ["reads from where it was given", (bytes: Uint8Array) => bytes],
    ["allocates from a pool", (bytes: Uint8Array) => Buffer.from(bytes)],
  ])("that %s loses nothing, and takes no memory of others", async (_, decode) => {
    const codec = { name: "own", unit: "bytes", encode: (chunk: Uint8Array) => chunk, decode } as const;
    const seen: number[] = [];
    const read = async ({ readable }: ChannelStream): Promise<void> => {
      for await (const chunk of readable as AsyncIterable<Uint8Array>) seen.push(...chunk);
    };
    const [near] = pair({}, { streams: { x: { codec, readable: "bytes", handler: read } } });
    const chunks = [1, 2, 3, 4].map((each) => new Uint8Array([each, each]));
    expect(await sent(near.openStream("x", { codec, highWaterMark: 1000 }), chunks)).toBe("arrived");
    expect(seen).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
    expect(Buffer.from("the pool is whole").toString()).toBe("the pool is whole");
  });
});

test("a list of a class whose constructor takes something else is cloned as any list", async () => {
  class Named extends Array<number> {
    constructor(name: unknown) {
      super();
      if (typeof name === "number") throw new TypeError("this is no name");
    }
  }
  const list = new Named("a list");
  list.push(1, 2);
  const [near] = pair({}, { streams: { echo: ({ readable, writable }) => readable.pipeTo(writable) } });
  const { readable, writable } = near.openStream("echo");
  const writer = writable.getWriter();
  writer.write(list).catch(() => {});
  writer.close().catch(() => {});
  expect(await all(readable)).toEqual([[1, 2]]);
});

describe("a method that gives a stream", () => {
  test("may take up the streams of its params later than at once", async () => {
    const [near] = pair(
      {},
      {
        methods: {
          async *double({ input }: { input: AsyncIterable<number> }) {
            await pause(20);
            for await (const each of input) yield each * 2;
          },
        },
      },
    );
    expect(await all(near.stream("double", { input: numbers(3) }))).toEqual([0, 2, 4]);
  });

  test("and never takes them up ends them with its own", async () => {
    const [near] = pair({}, { methods: { ignore: () => numbers(2) } });
    const reasons: unknown[] = [];
    const input = new ReadableStream({ cancel: (given) => void reasons.push(given) });
    expect(await all(near.stream("ignore", { input }))).toEqual([0, 1]);
    await near.close();
    expect(reasons).toMatchObject([{ code: "STREAM_ABANDONED" }]);
  });
});

test("a result with a getter that throws fails its call, and nothing else", async () => {
  const [near] = pair(
    {},
    {
      methods: {
        bad: () => ({
          get x() {
            throw new Error("boom");
          },
        }),
      },
    },
  );
  await expect(near.call("bad")).rejects.toThrow("boom");
  await near.close();
});

describe("what breaks the protocol, and is found when a stream that waited is taken", () => {
  /** A remote made by hand that opens streams 1 and 3, of which the second has an end that cannot be. */
  function hostile(options: ConnectOptions, name: string): { channel: Channel; opened: Promise<void> } {
    const { port1, port2 } = new MessageChannel();
    const channel = connect(messagePortLink(port1, { trusted: false }), options);
    channels.push(channel);
    const readable = { unit: "chunks", limit: 10, bytes: 1e6, fixed: true };
    const limits = { streams: 10, maxChunk: 1e6 };
    const params = { version: 1, capabilities: {}, limits, initialCredit: { chunks: 1, bytes: 65_536 } };
    const opened = new Promise<void>((resolve) => {
      port2.onmessage = ({ data }) => {
        // Never the first, so that its streams are odd.
        if (data.sluice === "ready") port2.postMessage({ sluice: "ready", nonce: "~".repeat(30), seen: data.nonce });
        if (data.method !== "$/hello") return;
        port2.postMessage({ jsonrpc: "2.0", method: "$/hello", params });
        for (const id of [1, 3]) port2.postMessage({ type: "stream-open", id, name, codec: "clone", readable });
        port2.postMessage({ type: "stream-end", id: 3, chunks: 5 });
        setTimeout(resolve, 50);
      };
    });
    return { channel, opened };
  }
  const outcome = (channel: Channel): Promise<unknown> => channel.closed.catch((error) => error.code);

  test("by a handler whose turn it is, ends the channel", async () => {
    let letGo!: () => void;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const { channel, opened } = hostile({ limits: { streams: 1 }, streams: { a: () => held } }, "a");
    await opened;
    letGo();
    expect(await outcome(channel)).toBe("BAD_FRAME");
  });

  test("by a read of incomingStreams, ends the channel", async () => {
    const { channel, opened } = hostile({}, "b");
    const reader = channel.incomingStreams.getReader();
    await opened;
    await reader.read();
    reader.read().catch(() => {});
    expect(await outcome(channel)).toBe("BAD_FRAME");
  });
});

describe("close()", () => {
  test("hands over what was opened before it, to the reader of incomingStreams", async () => {
    const [near, far] = pair();
    const names: string[] = [];
    const taking = (async () => {
      for await (const stream of far.incomingStreams) {
        names.push(stream.name);
        for await (const _ of stream.readable) await pause(5);
      }
    })();
    await near.ready;
    const outcomes = ["a", "b", "c"].map((name) => sent(near.openStream(name), [1, 2]));
    await near.close();
    expect(await Promise.all(outcomes)).toEqual(["arrived", "arrived", "arrived"]);
    await taking;
    expect(names).toEqual(["a", "b", "c"]);
  });

  test("hands over what was opened before it, to handlers as their turn comes", async () => {
    const taken: unknown[] = [];
    const take = async ({ readable }: ChannelStream): Promise<void> => {
      await pause(10);
      taken.push(...(await all(readable)));
    };
    const [near] = pair({}, { limits: { streams: 1 }, streams: { take } });
    await near.ready;
    const outcomes = [1, 2, 3].map((chunk) => sent(near.openStream("take"), [chunk]));
    await near.close();
    expect(await Promise.all(outcomes)).toEqual(["arrived", "arrived", "arrived"]);
    expect(taken).toEqual([1, 2, 3]);
  });

  test("refuses streams that wait for a reader who is not there", async () => {
    const [near, far] = pair();
    expect(far.incomingStreams.locked).toBe(false);
    await near.ready;
    const outcome = sent(near.openStream("a"), [1]);
    await pause(20);
    await far.close();
    expect(await outcome).toBe("CHANNEL_CLOSED");
  });

  test("waits for a notification that could not be sent yet", async () => {
    const seen: unknown[] = [];
    const [near] = pair({}, { methods: { log: (params: unknown) => void seen.push(params) } });
    near.notify("log", { n: 1 });
    await near.close();
    expect(seen).toEqual([{ n: 1 }]);
  });
});

test("a read of incomingStreams that has given up takes no stream", async () => {
  const [near, far] = pair();
  const reader = far.incomingStreams.getReader();
  reader.read().catch(() => {});
  await near.ready;
  await pause(10);
  reader.releaseLock();
  const outcome = sent(near.openStream("a"), [1]);
  await pause(20);
  await far.incomingStreams.cancel("nobody");
  expect(await outcome).toBe("nobody");
  await near.close();
});

test("a cancel of channel.data.readable while its first read waits reaches the sender", async () => {
  const [near, far] = pair();
  await Promise.all([near.ready, far.ready]);
  const reader = far.data.readable.getReader();
  reader.read().catch(() => {});
  await pause(5);
  await reader.cancel("no more");
  let failure: unknown;
  for (let i = 0; failure === undefined && i < 3_000; i++) {
    await near.sendData({ i }).catch((reason) => {
      failure = reason;
    });
  }
  expect(failure).toBe("no more");
  await near.close();
});

test("data that were aborted without a reason before anybody took them are not taken for the end", async () => {
  const [near, far] = pair();
  await near.sendData(1);
  await near.data.writable.abort();
  await pause(20);
  const read = far.data.readable
    .getReader()
    .read()
    .then(
      (step) => step,
      () => "failed",
    );
  expect(await read).toBe("failed");
});

test("streams of a call that fail as they are opened are each opened once", async () => {
  const opened: unknown[] = [];
  const [near] = pair(
    {
      trace: {
        streams: ({ direction, message }) => {
          const { type, metadata } = message as { type?: string; metadata?: unknown };
          if (direction === "sent" && type === "stream-open") opened.push(metadata);
        },
      },
    },
    {
      limits: { streams: 2 },
      streams: { hold: async ({ readable }) => void (await all(readable)) },
      methods: {
        take: ({ a, b }: Record<string, AsyncIterable<unknown>>) =>
          Promise.all([a, b].map((each) => all(each as AsyncIterable<unknown>).catch(() => "failed"))),
      },
    },
  );
  await near.ready;
  const holds = [near.openStream("hold"), near.openStream("hold")];
  for (const { readable } of holds) readable.cancel().catch(() => {});
  await pause(20);
  const bad = (): ReadableStream =>
    new ReadableStream({
      start(controller) {
        controller.enqueue(() => {});
      },
    });
  const call = near.call("take", { a: bad(), b: bad() });
  await pause(20);
  for (const { writable } of holds) await writable.close();
  expect(await call).toEqual(["failed", "failed"]);
  expect(opened).toEqual([undefined, undefined, 1, 2]);
  await near.close();
});

test("a view that was moved with the rest of its buffer arrives aligned, for whoever reads its elements", async () => {
  const seen: number[][] = [];
  const floats = {
    codec: raw(Float32Array),
    handler: async ({ readable }: ChannelStream) => {
      for await (const chunk of readable) seen.push([...(chunk as Float32Array)]);
    },
  };
  const [near] = pair({}, { streams: { floats } });
  const buffer = new ArrayBuffer(32);
  const bytes = new Uint8Array(buffer, 3, 8);
  bytes.set(new Uint8Array(Float32Array.of(1.5, -2).buffer));
  const transfer = (chunk: Uint8Array): Transferable[] => [chunk.buffer as ArrayBuffer];
  expect(await sent(near.openStream("floats", { codec: raw(), transfer }), [bytes])).toBe("arrived");
  expect(seen).toEqual([[1.5, -2]]);
});

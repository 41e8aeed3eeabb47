/**
 * What crosses, in corners that were wrong once: the same over ports and over bytes, between two channels of one realm.
 * Hostile messages come from a peer that is driven by hand.
 */
import { getEventListeners } from "node:events";
import { runInNewContext } from "node:vm";
import {
  type CallContext,
  type Channel,
  type ChannelStream,
  type Codec,
  type ConnectOptions,
  connect,
  RpcError,
} from "sluice";
import { framed } from "sluice/bytes";
import { messagePortLink } from "sluice/message-port";
import { afterEach, describe, expect, test } from "vitest";
import { byteEnds } from "./pairs/bytes.ts";
import { greeted, OPENED } from "./wire/peer.ts";

const channels: Channel[] = [];

afterEach(() => {
  for (const each of channels.splice(0)) each.abort();
});

type Make = (near: ConnectOptions, far: ConnectOptions) => [Channel, Channel];

function joined(near: Channel, far: Channel): [Channel, Channel] {
  for (const each of [near, far]) each.closed.catch(() => {});
  channels.push(near, far);
  return [near, far];
}

const overPorts: Make = (near, far) => {
  const { port1, port2 } = new MessageChannel();
  return joined(connect(messagePortLink(port1), near), connect(messagePortLink(port2), far));
};

const overBytes =
  (ownControl: boolean, trusted = true): Make =>
  (near, far) => {
    const [one, two] = byteEnds({ ownControl, trusted });
    return joined(connect(framed(one), near), connect(framed(two), far));
  };

const links: readonly (readonly [string, Make])[] = [
  ["ports", overPorts],
  ["bytes", overBytes(false)],
  ["bytes, with control beside them", overBytes(true)],
];

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());

/** The last chunk that a slow reader takes. */
const LAST = 70;

/** So many levels. */
function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}

test("a message that says how its bytes are to be cut into chunks → BAD_FRAME, before there is memory for them", async () => {
  const peer = await greeted({ streams: { up: () => new Promise(() => {}) } });
  peer.open("up");
  await peer.frame("stream-accept");
  const mebi = 2 ** 20;
  const lengths = Array.from({ length: 3_000 }, (_, at) => (at % 2 === 0 ? mebi : -mebi));
  const before = process.memoryUsage().rss;
  peer.send({ type: "stream-data", id: OPENED, charged: 64, packed: { bytes: new Uint8Array(mebi), lengths } });
  await peer.accused("BAD_FRAME");
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * mebi);
});

test("one signal given to many streams has one listener, and none once they have ended", async () => {
  const [near] = overPorts({}, { streams: { s: () => new Promise(() => {}) } });
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = (): number => getEventListeners(signal, "abort").length;
  const reads = Array.from({ length: 20 }, () => near.openStream("s", { signal }).readable.getReader().read());
  const late = near.openStream("s", { signal });
  expect(listeners()).toBe(1);
  late.abort(new Error("by itself"));
  expect(listeners()).toBe(1);
  controller.abort("enough");
  expect(await Promise.allSettled(reads)).toEqual(reads.map(() => ({ status: "rejected", reason: "enough" })));
  expect(listeners()).toBe(0);
});

describe.each(links)("over %s", (_, make) => {
  describe("the data of an RpcError", () => {
    const failing = async (data: unknown): Promise<RpcError> => {
      const method = (): never => {
        throw new RpcError(7, "refused", { data });
      };
      const [near] = make({}, { methods: { method } });
      return near.call("method").then(
        () => expect.unreachable("it was answered"),
        (error) => error,
      );
    };

    test("crosses as JSON does", async () => {
      const { data } = await failing({ a: [1, null], gone: undefined });
      expect(data).toEqual({ a: [1, null] });
      expect((await failing(nested(62))).data).toEqual(nested(62));
    });

    test.each<[string, unknown]>([
      ["nested too deep", nested(63)],
      ["with the name of the prototype", JSON.parse('{"__proto__":1}')],
      ["in which there is a Map", { map: new Map([[1, 2]]) }],
      ["in which there is a stream", { stream: new ReadableStream() }],
      [
        "that cannot be read",
        {
          get a() {
            throw new Error("no");
          },
        },
      ],
    ])("%s is left out, and the caller has the rest", async (_, data) => {
      expect(await failing(data)).toMatchObject({ name: "RpcError", code: 7, message: "refused", data: undefined });
    });
  });

  test("progress() of as many levels as the remote takes arrives; of one more it throws", async () => {
    const thrown: unknown[] = [];
    const [near] = make(
      {},
      {
        methods: {
          m(_: unknown, { progress }) {
            progress(nested(63));
            try {
              progress(nested(64));
            } catch (error) {
              thrown.push(error);
            }
          },
        },
      },
    );
    const told: unknown[] = [];
    await near.call("m", {}, { onProgress: (value) => told.push(value) });
    expect(told).toEqual([nested(63)]);
    expect(thrown).toMatchObject([{ name: "TypeError", code: "BAD_VALUE" }]);
    expect((thrown[0] as Error).message).toContain("more than 63 levels deep");
  });

  test("progress comes after the data that were sent before it, in order, and before its call's answer", async () => {
    const heard: unknown[] = [];
    let far: Channel | undefined;
    const method = async (_: unknown, { progress }: CallContext): Promise<string> => {
      // The second chunk goes out later than the message: the first one of a turn is posted at once.
      for (const row of [1, 2, 3]) {
        await far?.sendData(`row ${row}`);
        progress(`told ${row}`);
        progress(`told ${row} again`);
      }
      return "answered";
    };
    const [near, other] = make({}, { methods: { method } });
    far = other;
    near.onData((row) => void heard.push(row));
    const result = await near.call("method", {}, { onProgress: (value) => heard.push(value) });
    const rows = [1, 2, 3].flatMap((row) => [`told ${row}`, `told ${row} again`]);
    expect([...heard.filter((each) => !String(each).startsWith("row")), result]).toEqual([...rows, "answered"]);
    for (const row of [1, 2, 3]) expect(heard.indexOf(`row ${row}`)).toBeLessThan(heard.indexOf(`told ${row}`));
  });

  test("a reader that is slow is not given up, however long half of its window takes it; one that stops is", async () => {
    let read = 0;
    const handler = async ({ readable }: ChannelStream): Promise<void> => {
      for await (const each of readable) {
        read++;
        // Half of the window is three times what a write waits; after the last one nothing is read any more.
        await pause(each === LAST ? 60_000 : 20);
      }
    };
    const [near] = make({ limits: { stall: 200 } }, { streams: { slow: { highWaterMark: 60, handler } } });
    const writer = near.openStream("slow").writable.getWriter();
    writer.closed.catch(() => {});
    let written = 0;
    const flood = async (): Promise<never> => {
      for (;;) await writer.write(++written);
    };
    await expect(flood()).rejects.toMatchObject({ code: "STREAM_STALLED" });
    expect(read).toBe(LAST);
  });
});

describe.each(links)("over %s", (_, make) => {
  test.each<[string, () => unknown, string]>([
    ["a promise", async () => new Uint8Array(1), "a Promise"],
    ["a promise that fails", () => Promise.reject(new Error("late")), "a Promise"],
    ["nothing", () => undefined, "undefined"],
    ["a number", () => 3, "3"],
    ["a list", () => [1, 2], "an Array"],
    ["null", () => null, "null"],
  ])("a codec whose encode() gives %s fails the write, and no chunk is lost in silence", async (_, encode, what) => {
    const codec = { name: "mine", unit: "chunks", encode, decode: (bytes: Uint8Array) => [...bytes] } as Codec;
    const read: unknown[] = [];
    const handler = async ({ readable }: ChannelStream): Promise<void> => {
      for await (const each of readable) read.push(each);
    };
    const [near] = make({}, { streams: { s: { codec, handler } } });
    const writer = near.openStream("s", { codec }).writable.getWriter();
    writer.closed.catch(() => {});
    const error = await writer.write(7).then(
      () => expect.unreachable("it was written"),
      (reason) => reason,
    );
    expect(error).toMatchObject({ name: "TypeError", code: "BAD_CHUNK" });
    expect(error.message).toContain(`encode() of the codec "mine" gave ${what}`);
    expect(read).toEqual([]);
  });

  test("a codec may give buffers and views of any realm and kind", async () => {
    const given = [
      new ArrayBuffer(2),
      Uint16Array.of(5),
      new DataView(new ArrayBuffer(2)),
      runInNewContext("new ArrayBuffer(2)"),
      runInNewContext("new Uint8Array(2)"),
    ];
    const codec: Codec = {
      name: "any",
      unit: "chunks",
      encode: (chunk) => given[chunk as number],
      decode: (b) => b.length,
    };
    const lengths: unknown[] = [];
    const count = async ({ readable }: ChannelStream): Promise<void> => {
      for await (const each of readable) lengths.push(each);
    };
    const [near] = make({}, { streams: { count: { codec, handler: count } } });
    const writer = near.openStream("count", { codec }).writable.getWriter();
    for (const at of given.keys()) await writer.write(at);
    await writer.close();
    expect(lengths).toEqual([2, 2, 2, 2, 2]);
  });
});

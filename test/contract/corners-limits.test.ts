/**
 * How many streams there may be, in corners that were wrong once: told, enforced and used up. Between two channels of one
 * realm, over ports and over bytes; a remote that breaks the rules, or is late, is driven by hand.
 */
import { type Channel, type ChannelStream, type ConnectOptions, connect } from "sluice";
import { framed } from "sluice/bytes";
import { messagePortLink } from "sluice/message-port";
import { afterEach, describe, expect, test, vi } from "vitest";
import { byteEnds } from "./pairs/bytes.ts";
import { BytePeer } from "./wire/byte-peer.ts";
import { greeted, OPENED, type Peer } from "./wire/peer.ts";

/** How far the ids of streams go. */
const lastId = vi.hoisted(() => ({ value: 2 ** 31 - 1 }));

vi.mock("../../src/stream/ids.ts", async (original) => {
  const { Ids } = await original<typeof import("../../src/stream/ids.ts")>();
  return {
    Ids: class extends Ids {
      constructor() {
        super(lastId.value);
      }
    },
  };
});

const channels: Channel[] = [];

afterEach(() => {
  lastId.value = 2 ** 31 - 1;
  for (const each of channels.splice(0)) each.abort();
});

interface Trust {
  readonly trusted?: boolean;
}

type Make = (near?: ConnectOptions, far?: ConnectOptions, trust?: Trust) => [Channel, Channel];

function joined(near: Channel, far: Channel): [Channel, Channel] {
  for (const each of [near, far]) each.closed.catch(() => {});
  channels.push(near, far);
  return [near, far];
}

const overPorts: Make = (near = {}, far = {}, trust = {}) => {
  const { port1, port2 } = new MessageChannel();
  return joined(connect(messagePortLink(port1, trust), near), connect(messagePortLink(port2, trust), far));
};

const overBytes =
  (ownControl: boolean): Make =>
  (near = {}, far = {}, trust = {}) => {
    const [one, two] = byteEnds({ ownControl, ...trust });
    return joined(connect(framed(one), near), connect(framed(two), far));
  };

const links: readonly (readonly [string, Make])[] = [
  ["ports", overPorts],
  ["bytes", overBytes(false)],
  ["bytes, with control beside them", overBytes(true)],
];

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const never = (): Promise<never> => new Promise(() => {});
const limit = expect.objectContaining({ name: "StreamError", code: "STREAM_LIMIT" });

async function eventually(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !isSo(); tries++) await pause(10);
  expect(isSo()).toBe(true);
}

function ones(count: number): ReadableStream[] {
  const one = (controller: ReadableStreamDefaultController): void => {
    controller.enqueue(1);
    controller.close();
  };
  return Array.from({ length: count }, () => new ReadableStream({ start: one }));
}

const endless = (cancelled: (reason: unknown) => void = () => {}): ReadableStream =>
  new ReadableStream({ pull: (controller) => controller.enqueue(1), cancel: cancelled });

async function sum(streams: Iterable<AsyncIterable<number>>): Promise<number> {
  let total = 0;
  for (const each of streams) for await (const number of each) total += number;
  return total;
}

describe.each(links)("over %s", (_, make) => {
  test("limits.streamBytes of ∞ is no bound, however many streams are open", async () => {
    const echo = ({ readable, writable }: ChannelStream): Promise<void> => readable.pipeTo(writable);
    const limits = { streamBytes: Number.POSITIVE_INFINITY };
    const [near] = make({ limits }, { limits, streams: { echo } });
    const streams = Array.from({ length: 3 }, () => near.openStream("echo"));
    for (const { readable, writable } of streams) {
      const writer = writable.getWriter();
      await writer.write("x".repeat(100_000));
      await writer.close();
      expect(await readable.getReader().read()).toEqual({ done: false, value: "x".repeat(100_000) });
    }
    await near.close();
  });

  test("a call with more streams than the remote takes at once is refused, and ends them", async () => {
    const [near] = make({}, { limits: { streams: 2 }, methods: { sum, ok: () => 1 } });
    const reasons: unknown[] = [];
    const streams = Array.from({ length: 3 }, () => endless((reason) => void reasons.push(reason)));
    await expect(near.call("sum", streams)).rejects.toEqual(limit);
    expect(reasons).toEqual([limit, limit, limit]);
    expect(await near.call("sum", ones(2))).toBe(2);
    await near.close();
  });

  test("a result with more streams than the caller takes at once is an error, and ends them", async () => {
    const reasons: unknown[] = [];
    const give = (): ReadableStream[] =>
      Array.from({ length: 3 }, () => endless((reason) => void reasons.push(reason)));
    const [near] = make({ limits: { streams: 2 } }, { methods: { give } });
    await expect(near.call("give")).rejects.toEqual(limit);
    expect(reasons).toEqual([limit, limit, limit]);
    await near.close();
  });

  test("once the ids are used up, messages with streams are refused before they are sent, and close() ends", async () => {
    lastId.value = 10;
    const [near, far] = make({}, { methods: { sum, ok: () => 1, give: () => ones(1) } });
    const reasons: unknown[] = [];
    for (let i = 0; i < 4; i++) expect(await near.call("sum", ones(1))).toBe(1);
    for (let i = 0; i < 4; i++) expect(await sum((await near.call("give")) as ReadableStream[])).toBe(1);
    // Each side has one left, for the default stream.
    await expect(near.call("sum", [endless((reason) => void reasons.push(reason))])).rejects.toEqual(limit);
    await expect(near.call("give")).rejects.toEqual(limit);
    expect(reasons).toEqual([limit]);
    far.onData(() => {});
    await near.sendData("still");
    await expect(near.openStream("late").readable.getReader().read()).rejects.toEqual(limit);
    expect(await near.call("ok")).toBe(1);
    await near.close();
  });

  test("a message is refused, too, if the ids do not cover it and those that wait", async () => {
    lastId.value = 20;
    const [near] = make({}, { limits: { streams: 3 }, methods: { sum } });
    await near.ready;
    const calls = Array.from({ length: 4 }, () => near.call("sum", ones(3)));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled", "rejected"]);
    expect(outcomes[3]).toMatchObject({ reason: limit });
    await near.close();
  });
});

describe.each([links[0], links[2]] as typeof links)(
  "over %s, of calls with more streams together than the remote ever waits for",
  (_, make) => {
    test("all are answered", async () => {
      const [near] = make({}, { limits: { streams: 64 }, methods: { sum } });
      const calls = Array.from({ length: 72 }, () => near.call("sum", ones(60)));
      expect(new Set(await Promise.all(calls))).toEqual(new Set([60]));
      await near.close();
    });

    test("all results come, if it is those that have the streams", async () => {
      const [near] = make({ limits: { streams: 64 } }, { methods: { give: () => ones(60) } });
      const calls = Array.from({ length: 72 }, async () => sum((await near.call("give")) as ReadableStream[]));
      expect(new Set(await Promise.all(calls))).toEqual(new Set([60]));
      await near.close();
    });
  },
);

test("thousands of streams in calls wait for room, and are given up, in a time that grows with their number", async () => {
  const [near] = overPorts({}, { limits: { streams: 16 }, methods: { hold: never } });
  await near.ready;
  const began = performance.now();
  for (let i = 0; i < 1_000; i++) near.call("hold", ones(4)).catch(() => {});
  near.abort();
  // It grew with its third power, and was a minute or more.
  expect(performance.now() - began).toBeLessThan(20_000);
});

describe("a remote that was told limits.streams", () => {
  const ended = (peer: Peer, id: number): void => {
    const reason = { name: "Error", message: "over" };
    peer.send({ type: "stream-error", id, reason });
    peer.send({ type: "stream-cancel", id, reason });
  };
  const id = (index: number): number => OPENED + 2 * index;
  const value = (peer: Peer, index: number): void => peer.open("$/value", { metadata: index }, id(index));
  const wires = (from: number, to: number): unknown[] =>
    Array.from({ length: to - from }, (_, at) => [[at], from + at, "readable"]);
  const call = (peer: Peer, from: number, to: number): void =>
    peer.message({ id: from, method: "hold", params: Array(to - from).fill(null), streams: wires(from, to) });

  test("and opens more has no more of them taken by the reader of incomingStreams", async () => {
    const peer = await greeted({ limits: { streams: 4, unaccepted: 2 } });
    const taken: string[] = [];
    (async () => {
      for await (const { name } of peer.channel.incomingStreams) taken.push(name);
    })().catch(() => {});
    for (let i = 0; i < 20; i++) peer.open(`${i}`, {}, id(i));
    await eventually(() => peer.frames("stream-refuse").length === 12);
    expect(peer.frames("stream-refuse")).toMatchObject(Array(12).fill({ reason: { code: "STREAM_LIMIT" } }));
    expect(taken).toEqual(["0", "1", "2", "3"]);
    ended(peer, id(1));
    await eventually(() => taken.length === 5);
    expect(taken[4]).toBe("4");
  });

  test("nor by handlers that settle while their streams go on", async () => {
    let begun = 0;
    const handler = ({ readable, writable }: ChannelStream): void => {
      begun++;
      for (const each of [readable.getReader(), writable.getWriter()]) each.closed.catch(() => {});
    };
    const peer = await greeted({ limits: { streams: 4, unaccepted: 4 }, streams: { s: handler } });
    for (let i = 0; i < 8; i++) peer.open("s", {}, id(i));
    await pause(50);
    expect(begun).toBe(4);
    ended(peer, id(0));
    await eventually(() => begun === 5);
  });

  test("nor by a call, which waits for the others", async () => {
    let got: unknown[] | undefined;
    const hold = (streams: unknown[]): Promise<never> => {
      got = streams;
      return never();
    };
    const peer = await greeted({ limits: { streams: 4 }, methods: { hold } });
    call(peer, 0, 10);
    for (let i = 0; i < 10; i++) value(peer, i);
    await pause(50);
    expect(peer.frames("stream-accept").length).toBe(4);
    expect(peer.channel.stats().streams.length).toBe(4);
    expect(got).toBe(undefined);
    for (let i = 0; i < 6; i++) ended(peer, id(i));
    await eventually(() => got !== undefined);
    expect(got?.every((each) => each instanceof ReadableStream)).toBe(true);
    expect(peer.frames("stream-refuse")).toEqual([]);
  });

  test("and opens thousands for calls is refused", async () => {
    const peer = await greeted({ limits: { streams: 4 }, methods: { hold: never } });
    for (let i = 0; i < 4_101; i++) value(peer, i);
    await eventually(() => peer.frames("stream-refuse").length > 0);
    expect(peer.frames("stream-refuse")).toMatchObject([{ id: id(4_100), reason: { code: "STREAM_LIMIT" } }]);
  });

  test("is none the worse for a new one that comes before the end of an older one does", async () => {
    let begun = 0;
    const hold = (): Promise<never> => {
      begun++;
      return never();
    };
    const peer = await greeted({ limits: { streams: 1, unaccepted: 1, faults: 1 }, methods: { hold } });
    // As on ports of their own: the ends of the first three are late.
    for (let i = 0; i < 4; i++) {
      call(peer, i, i + 1);
      value(peer, i);
    }
    await pause(50);
    expect(begun).toBe(1);
    for (let i = 0; i < 3; i++) ended(peer, id(i));
    await eventually(() => begun === 4);
    expect(peer.frames("stream-refuse")).toEqual([]);
    await peer.unmoved();
  });

  test("may give up streams whose message is still to come: they take no room", async () => {
    let begun = 0;
    const hold = (): Promise<never> => {
      begun++;
      return never();
    };
    const peer = await greeted({ limits: { streams: 1, unaccepted: 1 }, methods: { hold } });
    for (let i = 0; i < 100; i++) {
      value(peer, i);
      ended(peer, id(i));
    }
    value(peer, 100);
    call(peer, 100, 101);
    await eventually(() => begun === 1);
    call(peer, 0, 100);
    await eventually(() => begun === 2);
  });
});

describe("a batch whose answers are too long together", () => {
  const request = (id: number, method: string): object => ({ jsonrpc: "2.0", id, method });

  test("ends the streams in them, of which the remote hears nothing, and close() ends", async () => {
    const reasons: unknown[] = [];
    const peer = new BytePeer(
      {
        methods: {
          big: () => "x".repeat(900),
          give: () => ({ stream: endless((reason) => void reasons.push(reason)), more: "y".repeat(900) }),
        },
      },
      { ownControl: true },
    );
    peer.hello({ limits: { streams: 10, maxChunk: 1_000, message: 1_024 } });
    peer.line(JSON.stringify([request(1, "big"), request(2, "give")]));
    const answers = (await peer.seen((message) => Array.isArray(message))) as unknown;
    expect(answers).toMatchObject([
      { id: 1, error: { code: -32_603 } },
      { id: 2, error: { code: -32_603 } },
    ]);
    await eventually(() => reasons.length > 0);
    expect(reasons).toMatchObject([{ name: "RpcError", code: -32_603 }]);
    expect(peer.messages.filter(({ type }) => type === "stream-open")).toEqual([]);
    expect(peer.channel.stats()).toMatchObject({ calls: 0, streams: [] });
  });

  test("sends them, and opens their streams, if they are not", async () => {
    const peer = new BytePeer({ methods: { give: () => ones(2) } }, { ownControl: true });
    peer.hello();
    peer.line(JSON.stringify([request(1, "give"), request(2, "give")]));
    const answers = (await peer.seen((message) => Array.isArray(message))) as unknown;
    expect(answers).toMatchObject([{ streams: [{}, {}] }, { streams: [{}, {}] }]);
    await eventually(() => peer.messages.filter(({ type }) => type === "stream-open").length === 4);
    expect(peer.channel.stats()).toMatchObject({ calls: 0, streams: { length: 4 } });
  });

  test("names no more streams than the remote ever waits for", async () => {
    const reasons: unknown[] = [];
    const give = (): ReadableStream[] =>
      Array.from({ length: 1_000 }, () => endless((reason) => void reasons.push(reason)));
    const peer = new BytePeer({ methods: { give } }, { ownControl: true });
    peer.hello();
    peer.line(JSON.stringify(Array.from({ length: 5 }, (_, at) => request(at, "give"))));
    const answers = (await peer.seen((message) => Array.isArray(message))) as unknown;
    expect(answers).toMatchObject(Array(5).fill({ error: { code: -32_603 } }));
    await eventually(() => reasons.length === 5_000);
    expect(peer.channel.stats()).toMatchObject({ calls: 0, streams: [] });
  });
});

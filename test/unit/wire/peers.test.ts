/** Bugs that others were hit by, each by its own name; the list is that of the project's notes on its peers. */
import { connect, define } from "sluice";
import { type ByteLink, framed } from "sluice/bytes";
import { raw } from "sluice/codecs/raw";
import { expect, it, onTestFinished, vi } from "vitest";
import { byteEnds } from "../../contract/pairs/bytes.ts";
import { greetedBytes } from "../../contract/wire/byte-peer.ts";
import { greeted, OURS, WINDOW } from "../../contract/wire/peer.ts";
import { pattern } from "../support/bytes.ts";

const f64 = (...numbers: number[]): Uint8Array => new Uint8Array(new Float64Array(numbers).buffer);

function pair(api: object = {}, one?: (link: ByteLink) => ByteLink) {
  const [near, far] = byteEnds({ ownControl: true });
  const channels = { near: connect(framed(one?.(near) ?? near)), far: connect(framed(far), api) };
  onTestFinished(() => {
    channels.near.abort();
    channels.far.abort();
  });
  return channels;
}

/** Takes what comes, and gives it back. */
const echo = {
  streams: {
    echo: { codec: raw(), handler: ({ readable, writable }: never) => (readable as ReadableStream).pipeTo(writable) },
  },
};

for (const length of [20 * 1024 + 1, 300_000, 5_000_000]) {
  it(`"a payload over 20 KB deadlocked: drain checked only before the write": ${length} bytes go and come back`, async () => {
    const { near } = pair(echo);
    const { readable, writable } = near.openStream<Uint8Array, Uint8Array>("echo", { codec: raw() });
    const writer = writable.getWriter();
    const reader = readable.getReader();
    for (let i = 0; i < 3; i++) {
      const [, { value }] = await Promise.all([writer.write(pattern(length, i)), reader.read()]);
      expect(Buffer.compare(value as Uint8Array, pattern(length, i))).toBe(0);
    }
  });
}

it('"one drain listener per request": a thousand streams have one write under way, and one that is told', async () => {
  let under = 0;
  let most = 0;
  const { near } = pair(echo, (link) => {
    const write = link.write.bind(link);
    link.write = (parts, taken) => {
      most = Math.max(most, ++under);
      const isTaken = write(parts, () => {
        under--;
        taken();
      });
      if (isTaken) under--;
      return isTaken;
    };
    return link;
  });
  const streams = Array.from({ length: 1000 }, () => near.openStream<Uint8Array, Uint8Array>("echo", { codec: raw() }));
  await Promise.all(
    streams.map(async ({ readable, writable }) => {
      const writer = writable.getWriter();
      void writer.write(pattern(20_000)).then(() => writer.close());
      let got = 0;
      for await (const { length } of readable as unknown as AsyncIterable<Uint8Array>) got += length;
      expect(got).toBe(20_000);
    }),
  );
  expect(most).toBe(1);
});

it('"a reused header buffer changed under queued writes": what is written does not change until it is taken', async () => {
  const changed: string[] = [];
  const { near } = pair(echo, (link) => {
    const write = link.write.bind(link);
    link.write = (parts, taken) => {
      const before = Buffer.concat(parts);
      return write(parts, () => {
        if (Buffer.compare(before, Buffer.concat(parts)) !== 0) changed.push("a write");
        taken();
      });
    };
    return link;
  });
  const { readable, writable } = near.openStream<Uint8Array, Uint8Array>("echo", { codec: raw() });
  const own = new Uint8Array(50_000);
  const reader = readable.getReader();
  const writer = writable.getWriter();
  for (let i = 0; i < 100; i++) {
    const part = own.subarray(0, i % 2 === 0 ? 50_000 : 10).fill(i);
    await writer.write(part);
    own.fill(255);
    expect(((await reader.read()).value as Uint8Array).every((byte) => byte === i)).toBe(true);
  }
  expect(changed).toEqual([]);
});

it('"write() returns a count, not a boolean: tails lost": a system that takes bytes one by one loses none', async () => {
  const { near } = pair(echo, (link) => {
    const write = link.write.bind(link);
    // All parts as pieces, as what a short write leaves would be written again.
    link.write = (parts, taken) => {
      const all = Buffer.concat(parts);
      const pieces = Array.from({ length: Math.ceil(all.length / 997) }, (_, i) =>
        all.subarray(i * 997, (i + 1) * 997),
      );
      return write(pieces, taken);
    };
    return link;
  });
  const { readable, writable } = near.openStream<Uint8Array, Uint8Array>("echo", { codec: raw() });
  void writable.getWriter().write(pattern(300_001));
  expect(Buffer.compare((await readable.getReader().read()).value as Uint8Array, pattern(300_001))).toBe(0);
});

it('"an abort listener left behind on every call": a signal that serves a thousand calls has no listener left', async () => {
  const { near } = pair(define({ methods: { work: () => 1 } }));
  const { signal } = new AbortController();
  const added = vi.spyOn(signal, "addEventListener");
  const removed = vi.spyOn(signal, "removeEventListener");
  for (let i = 0; i < 1000; i++) await near.call("work", {}, { signal });
  expect(added.mock.calls.length).toBeGreaterThan(0);
  expect(removed.mock.calls.length).toBe(added.mock.calls.length);
});

it('"a response with id 0 taken for an event": a request with id 0 is answered, with id 0', async () => {
  const peer = await greeted({ methods: { work: () => "done" } });
  peer.send({ jsonrpc: "2.0", id: 0, method: "work" });
  expect(await peer.next(({ id }) => id === 0)).toMatchObject({ id: 0, result: "done" });
});

it('"request id overflow": ids are numbers that stay exact, and an answer finds its call whatever the order', async () => {
  const peer = await greeted();
  const calls = Array.from({ length: 100 }, (_, i) => peer.channel.call("work", [i]));
  const requests: { id: unknown; params: unknown }[] = [];
  while (requests.length < 100) requests.push((await peer.next(({ method }) => method === "work")) as never);
  expect(new Set(requests.map(({ id }) => id)).size).toBe(100);
  expect(requests.every(({ id }) => Number.isSafeInteger(id))).toBe(true);
  for (const { id, params } of requests.toReversed()) peer.send({ jsonrpc: "2.0", id, result: params });
  expect(await Promise.all(calls)).toEqual(Array.from({ length: 100 }, (_, i) => [i]));
});

it('"a window update counted on receipt let slow readers overflow": nothing is granted for what nobody has read', async () => {
  const peer = await greetedBytes({ streams: { keep: { handler: () => new Promise(() => {}), highWaterMark: 4 } } });
  peer.open("keep");
  await peer.got("stream-accept");
  for (let i = 0; i < 4; i++) peer.data(pattern(10));
  await peer.unmoved();
  expect(peer.messages.filter(({ type }) => type === "stream-credit")).toEqual([]);
});

it('"a late window update for a closed stream killed the session": it is ignored', async () => {
  const peer = await greetedBytes();
  const { readable, writable } = peer.channel.openStream("there", { codec: raw() });
  peer.frame("stream-accept", OURS, { codec: "raw", readable: WINDOW });
  const closed = writable.close();
  await peer.got("stream-end");
  peer.frame("stream-ended", OURS, new Uint8Array(0));
  await closed;
  peer.frame("stream-credit", OURS, f64(1000, 1e6));
  await readable.cancel();
  peer.frame("stream-error", OURS, { reason: {} });
  peer.frame("stream-credit", OURS, f64(2000, 2e6));
  await peer.unmoved();
});

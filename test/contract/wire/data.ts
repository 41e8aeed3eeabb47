/** The order of messages against the default stream, with a remote that counts chunks which it sends late, or never. */
import { expect, it } from "vitest";
import { rejection } from "../suite/tools.ts";
import { greeted, type Message, OPENED, type Peer } from "./peer.ts";

interface Watched {
  readonly peer: Peer;
  /** What the method has seen: chunks at its call, and whether they were complete. */
  readonly handled: unknown[];
  readonly chunks: unknown[];
}

async function watched(): Promise<Watched> {
  const handled: unknown[] = [];
  const chunks: unknown[] = [];
  const look = (_: object, { dataComplete }: { dataComplete: boolean }): string => {
    handled.push([chunks.length, dataComplete]);
    return "looked";
  };
  const peer = await greeted({ methods: { look, ping: () => "pong" } });
  peer.channel.onData((chunk) => void chunks.push(chunk));
  return { peer, handled, chunks };
}

const ask = (peer: Peer, id: number, method: string, more: Message = {}): void =>
  peer.send({ jsonrpc: "2.0", id, method, params: {}, ...more });
const answer = (peer: Peer, id: number): Promise<Message> =>
  peer.seen((message) => message["id"] === id && message["method"] === undefined && message["jsonrpc"] === "2.0");

export function dataRules(): void {
  it("a request waits for so many chunks, and others pass it", async () => {
    const { peer, handled } = await watched();
    ask(peer, 1, "look", { data: 3 });
    ask(peer, 2, "ping", { data: 0 });
    ask(peer, 3, "$/ping", { data: 9 });
    await Promise.all([answer(peer, 2), answer(peer, 3)]);
    peer.open("$/data");
    peer.data(["a", "b"]);
    ask(peer, 4, "ping", { data: 2 });
    await answer(peer, 4);
    expect(handled).toEqual([]);
    peer.data(["c"], 3 * 64);
    expect(await answer(peer, 1)).toMatchObject({ result: "looked" });
    expect(handled).toEqual([[3, true]]);
  });

  it("$/cancel reaches a request that waits, and it is answered once", async () => {
    const { peer, handled } = await watched();
    ask(peer, 1, "look", { data: 3 });
    peer.send({ jsonrpc: "2.0", method: "$/cancel", params: { id: 1 } });
    expect(await answer(peer, 1)).toMatchObject({ error: { data: { reason: { name: "AbortError" } } } });
    peer.open("$/data");
    peer.data([1, 2, 3]);
    ask(peer, 2, "ping", { data: 3 });
    await answer(peer, 2);
    expect(handled).toEqual([]);
    expect(peer.messages.filter((message) => message["id"] === 1 && "error" in message)).toHaveLength(1);
  });

  for (const [how, end] of [
    ["ends", { type: "stream-end", id: OPENED, chunks: 1 }],
    ["fails", { type: "stream-error", id: OPENED, reason: {} }],
  ] as const) {
    it(`a request goes on when the direction ${how}, and is told that chunks are missing`, async () => {
      const { peer, handled } = await watched();
      peer.open("$/data");
      peer.data([1]);
      ask(peer, 1, "look", { data: 3 });
      ask(peer, 2, "look", { data: 1 });
      await answer(peer, 2);
      peer.send(end);
      await answer(peer, 1);
      expect(handled).toEqual([
        [1, true],
        [1, false],
      ]);
    });
  }

  it("an answer waits for so many chunks; a time-out and a signal reach the call", async () => {
    const { peer, chunks } = await watched();
    const asked = (method: string): Promise<Message> => peer.seen((message) => message["method"] === method);
    const first = peer.channel.call("first").then((result) => [result, chunks.length]);
    const second = rejection(peer.channel.call("second", {}, { timeout: 50 }));
    const stop = new AbortController();
    const third = rejection(peer.channel.call("third", {}, { signal: stop.signal }));
    for (const method of ["first", "second", "third"]) {
      peer.send({ jsonrpc: "2.0", id: (await asked(method))["id"], result: method, data: 2 });
    }
    expect(await second).toMatchObject({ name: "TimeoutError" });
    stop.abort("no more");
    expect(await third).toBe("no more");
    peer.open("$/data");
    peer.data([1, 2]);
    expect(await first).toEqual(["first", 2]);
  });

  it("a request that waits when the channel ends is given up without a trace", async () => {
    const { peer, handled } = await watched();
    ask(peer, 1, "look", { data: 3 });
    ask(peer, 2, "ping");
    await answer(peer, 2);
    peer.close();
    await rejection(peer.channel.closed);
    expect(handled).toEqual([]);
  });

  it("a second default stream is refused, and the first goes on", async () => {
    const { peer, chunks } = await watched();
    peer.open("$/data");
    peer.open("$/data", {}, 3);
    await peer.seen(({ type, id }) => type === "stream-refuse" && id === 3);
    peer.data(["still"]);
    ask(peer, 1, "ping", { data: 1 });
    await answer(peer, 1);
    expect(chunks).toEqual(["still"]);
  });

  it("a request with a stream that has failed before is handled, with that error", async () => {
    let seen: Promise<unknown> | undefined;
    const take = ({ input }: { input: ReadableStream }): string => {
      seen = rejection(input.getReader().read());
      return "taken";
    };
    const peer = await greeted({ methods: { take, ping: () => "pong" } as never });
    peer.open("$/value", { metadata: 7 });
    peer.send({ type: "stream-cancel", id: OPENED, reason: {} });
    peer.send({ type: "stream-error", id: OPENED, reason: { name: "Error", message: "early" } });
    ask(peer, 1, "ping");
    await answer(peer, 1);
    ask(peer, 2, "take", { params: { input: null }, streams: [[["input"], 7, "readable"]] });
    expect(await answer(peer, 2)).toMatchObject({ result: "taken" });
    expect(await seen).toMatchObject({ message: "early" });
  });

  it("a breach in an answer that would have to wait ends the channel", async () => {
    const { peer } = await watched();
    const call = rejection(peer.channel.call("first"));
    const { id } = await peer.seen((message) => message["method"] === "first");
    peer.send({ jsonrpc: "2.0", id, result: null, streams: "none", data: 2 });
    expect(await call).toMatchObject({ code: "BAD_MESSAGE" });
  });
}

/** What comes first: the meeting, `$/hello`, and what must not come before or again. */
import { expect, it } from "vitest";
import { greeted, HELLO, type Message, Peer, WINDOW } from "./peer.ts";

/** A peer whose channel waits for its hello. */
async function met(): Promise<Peer> {
  const peer = new Peer();
  await peer.next((message) => message["method"] === "$/hello");
  return peer;
}

const early: Readonly<Record<string, Message>> = {
  "a call": { jsonrpc: "2.0", id: 1, method: "ping" },
  "a batch": [{ jsonrpc: "2.0", id: 1, method: "ping" }] as never,
  "an answer": { jsonrpc: "2.0", id: 1, result: null },
  "$/cancel": { jsonrpc: "2.0", method: "$/cancel", params: { id: 1 } },
  "$/shutdown": { jsonrpc: "2.0", id: 1, method: "$/shutdown" },
  "stream-open": { type: "stream-open", id: 1, name: "", codec: "clone", readable: WINDOW },
  "stream-data": { type: "stream-data", id: 1, chunks: [], charged: 0 },
  "stream-credit": { type: "stream-credit", id: 2, limit: 1, bytes: 1 },
};

const { limits, initialCredit } = HELLO;
const wrong: Readonly<Record<string, Message>> = {
  "no limits": { limits: undefined },
  "limits of null": { limits: null },
  "limits.streams of NaN": { limits: { ...limits, streams: Number.NaN } },
  "limits.streams below 0": { limits: { ...limits, streams: -1 } },
  "limits.streams of 0": { limits: { ...limits, streams: 0 } },
  "limits.streams as text": { limits: { ...limits, streams: "5" } },
  "limits.unaccepted of NaN": { limits: { ...limits, unaccepted: Number.NaN } },
  "no limits.maxChunk": { limits: { ...limits, maxChunk: undefined } },
  "limits.maxChunk of NaN": { limits: { ...limits, maxChunk: Number.NaN } },
  "limits.window of NaN": { limits: { ...limits, window: Number.NaN } },
  "limits.window below 0": { limits: { ...limits, window: -5 } },
  "no initialCredit": { initialCredit: undefined },
  "initialCredit.chunks of NaN": { initialCredit: { ...initialCredit, chunks: Number.NaN } },
  "initialCredit.bytes below 0": { initialCredit: { ...initialCredit, bytes: -1 } },
  "initialCredit.bytes as text": { initialCredit: { ...initialCredit, bytes: "many" } },
  "initialCredit.chunks of 2^53": { initialCredit: { ...initialCredit, chunks: 2 ** 53 } },
  "initialCredit.bytes of 2^53": { initialCredit: { ...initialCredit, bytes: 2 ** 53 } },
};

export function helloRules(): void {
  it("a channel says hello first, once, when it has met its remote", async () => {
    const peer = await greeted();
    await peer.settled();
    const [first] = peer.messages;
    expect(first).toMatchObject({
      jsonrpc: "2.0",
      method: "$/hello",
      params: { version: 1, capabilities: { fork: false }, limits: { maxChunk: 16 * 1024 * 1024 } },
    });
    expect(peer.messages.filter(({ method }) => method === "$/hello").length).toBe(1);
  });

  for (const [what, message] of Object.entries(early)) {
    it(`${what} before $/hello → HELLO_EXPECTED`, async () => {
      const peer = await met();
      peer.send(message);
      await peer.accused("HELLO_EXPECTED");
    });
  }

  it("a second $/hello → DUPLICATE_HELLO", async () => {
    const peer = await greeted();
    peer.hello();
    await peer.accused("DUPLICATE_HELLO");
  });

  for (const version of [2, 0, "1", undefined, null]) {
    it(`version ${JSON.stringify(version)} in $/hello → VERSION_MISMATCH`, async () => {
      const peer = await met();
      const ready = peer.channel.ready.catch((error: unknown) => error);
      peer.hello({ version });
      await peer.accused("VERSION_MISMATCH");
      expect(await ready).toMatchObject({ code: "VERSION_MISMATCH" });
    });
  }

  for (const params of [undefined, null, 5, "hello"]) {
    it(`$/hello with params ${JSON.stringify(params)} → BAD_MESSAGE`, async () => {
      const peer = await met();
      peer.send({ jsonrpc: "2.0", method: "$/hello", params });
      await peer.accused("BAD_MESSAGE");
    });
  }

  for (const [what, changes] of Object.entries(wrong)) {
    it(`$/hello with ${what} → BAD_MESSAGE`, async () => {
      const peer = await met();
      peer.hello(changes);
      await peer.accused("BAD_MESSAGE");
    });
  }

  it("$/hello with keys that nobody knows → nothing", async () => {
    const peer = await met();
    peer.hello({ later: { than: "this" }, capabilities: { fork: false, fly: true } });
    await peer.unmoved();
  });

  it("$/hello with the least limits → nothing, and the channel works", async () => {
    const peer = await met();
    peer.hello({ limits: { streams: 1, unaccepted: 1, maxChunk: 1, window: 1 } });
    await peer.unmoved();
  });

  it("ready again, by the same remote → nothing", async () => {
    const peer = await greeted();
    peer.send({ sluice: "ready", nonce: "~peer", seen: null });
    await peer.unmoved();
  });

  it("ready by somebody else → the connection is lost", async () => {
    const peer = await greeted();
    peer.send({ sluice: "ready", nonce: "another", seen: null });
    await expect(peer.channel.closed).rejects.toMatchObject({ code: "CONNECTION_LOST" });
  });

  it("messages before the meeting are no part of it: nothing is sent until a ready has come", async () => {
    const { port1, port2 } = new MessageChannel();
    const { connect } = await import("sluice");
    const { messagePortLink } = await import("sluice/message-port");
    const channel = connect(messagePortLink(port1));
    channel.openStream("early");
    channel.call("early").catch(() => {});
    const seen: unknown[] = [];
    await new Promise<void>((resolve) => {
      port2.onmessage = ({ data }) => {
        seen.push(data);
        setImmediate(resolve);
      };
    });
    expect(seen).toMatchObject([{ sluice: "ready" }]);
    channel.abort();
    port2.close();
  });
}

/** What a channel sends, and when: data, ends, errors and cancels in their order; ports of streams; floods answered. */
import type { ChannelStream } from "sluice";
import { expect, it } from "vitest";
import { greeted, type Message, OPENED, OURS, type Peer, WINDOW } from "./peer.ts";

interface Opened {
  readonly peer: Peer;
  readonly stream: ChannelStream;
}

/** A stream of the channel's, accepted with a window of 256. */
async function opened(options: object = {}): Promise<Opened> {
  const peer = await greeted();
  const stream = peer.channel.openStream("ours", options);
  await peer.frame("stream-open");
  peer.accept();
  await peer.settled();
  return { peer, stream };
}

const types = (peer: Peer): unknown[] => peer.messages.map(({ type }) => type).filter((type) => type !== undefined);

export function sendingRules(): void {
  it("an idle stream posts its first chunk at once, and gathers what follows", async () => {
    const { peer, stream } = await opened();
    const writer = stream.writable.getWriter();
    const writes = Array.from({ length: 200 }, (_, i) => writer.write(i));
    await Promise.all(writes);
    await peer.settled();
    const frames = peer.frames("stream-data") as { chunks: unknown[] }[];
    expect(frames[0]?.chunks).toEqual([0]);
    expect(frames.flatMap(({ chunks }) => chunks)).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(frames.length).toBeLessThan(20);
  });

  it("data, then the end with its total; close() resolves with stream-ended, and not before", async () => {
    const { peer, stream } = await opened();
    const writer = stream.writable.getWriter();
    void writer.write("a");
    void writer.write("b");
    let closed = false;
    const close = writer.close().then(() => {
      closed = true;
    });
    expect(await peer.frame("stream-end")).toMatchObject({ id: OURS, chunks: 2 });
    await peer.settled();
    expect(closed).toBe(false);
    expect(types(peer).slice(-1)).toEqual(["stream-end"]);
    peer.send({ type: "stream-ended", id: OURS });
    await close;
  });

  it("stream-ended is sent when the end arrives, not when it is read", async () => {
    const peer = await greeted({ streams: { keep: () => new Promise(() => {}) } });
    peer.open("keep");
    peer.data([1, 2, 3]);
    peer.send({ type: "stream-end", id: OPENED, chunks: 3 });
    expect(await peer.frame("stream-ended")).toEqual({ type: "stream-ended", id: OPENED });
  });

  it("◆ close() that waits for stream-ended races the writer's abort, and reports stream-error", async () => {
    const { peer, stream } = await opened();
    const writer = stream.writable.getWriter();
    writer.closed.catch(() => {});
    const close = writer.close().catch((error: unknown) => error);
    await peer.frame("stream-end");
    void writer.abort(new RangeError("no more waiting")).catch(() => {});
    expect(await close).toMatchObject({ name: "RangeError", message: "no more waiting" });
    expect(await peer.frame("stream-error")).toMatchObject({
      id: OURS,
      reason: { name: "RangeError", message: "no more waiting" },
    });
  });

  it("close() that waits for stream-ended settles on stream-cancel, and on the signal", async () => {
    const cancelled = await opened();
    const close = cancelled.stream.writable.close();
    await cancelled.peer.frame("stream-end");
    cancelled.peer.send({ type: "stream-cancel", id: OURS, reason: { name: "TypeError", message: "not wanted" } });
    await expect(close).rejects.toMatchObject({ name: "TypeError", message: "not wanted" });
    const controller = new AbortController();
    const signalled = await opened({ signal: controller.signal });
    const waits = signalled.stream.writable.close();
    await signalled.peer.frame("stream-end");
    controller.abort(new RangeError("signal"));
    await expect(waits).rejects.toBe(controller.signal.reason);
    expect(await signalled.peer.frame("stream-error")).toMatchObject({ reason: { message: "signal" } });
  });

  it("close() that waits for stream-ended settles when the connection is lost", async () => {
    const { peer, stream } = await opened();
    const close = stream.writable.close();
    await peer.frame("stream-end");
    peer.close();
    await expect(close).rejects.toMatchObject({ code: "CONNECTION_LOST" });
  });

  it("after stream-cancel no data is sent any more", async () => {
    const { peer, stream } = await opened();
    const writer = stream.writable.getWriter();
    await writer.write("before");
    peer.send({ type: "stream-cancel", id: OURS, reason: {} });
    await writer.closed.catch(() => {});
    await writer.write("after").catch(() => {});
    await peer.settled();
    expect(peer.frames("stream-data").flatMap(({ chunks }) => chunks)).toEqual(["before"]);
    expect(peer.frames("stream-error")).toEqual([]);
  });

  it("an abort is told behind the data, a cancel at once; each once", async () => {
    const { peer, stream } = await opened();
    const writer = stream.writable.getWriter();
    writer.closed.catch(() => {});
    for (let i = 0; i < 5; i++) await writer.write(i);
    stream.abort(new Error("over"));
    stream.abort(new Error("again"));
    await peer.settled();
    const sent = types(peer);
    expect(sent.filter((type) => type === "stream-error").length).toBe(1);
    expect(sent.filter((type) => type === "stream-cancel").length).toBe(1);
    expect(sent.lastIndexOf("stream-data")).toBeLessThan(sent.indexOf("stream-error"));
    expect(peer.frames("stream-data").flatMap(({ chunks }) => chunks)).toEqual([0, 1, 2, 3, 4]);
    expect(peer.frames("stream-error")).toMatchObject([{ reason: { name: "Error", message: "over" } }]);
  });

  it("a signal that was aborted before the call: nothing is sent", async () => {
    const peer = await greeted();
    peer.channel.openStream("ours", { signal: AbortSignal.abort() });
    await peer.channel.call("never", undefined, { signal: AbortSignal.abort() }).catch(() => {});
    await peer.settled();
    expect(types(peer)).toEqual([]);
    expect(peer.messages.filter(({ method }) => method === "never")).toEqual([]);
  });

  it("a flood of streams that nobody takes is refused past the limit, and the channel's memory is bounded", async () => {
    const peer = await greeted({ limits: { unaccepted: 10 } });
    void peer.channel.incomingStreams;
    for (let i = 0; i < 1000; i++) peer.open("flood", {}, OPENED + 2 * i);
    const id = OPENED + 2 * 999;
    const last = await peer.next((message) => message["id"] === id || message["method"] === "$/abort");
    expect(last["type"] === "stream-refuse" || last["method"] === "$/abort").toBe(true);
    if (last["type"] === "stream-refuse") expect(last).toMatchObject({ reason: { code: "STREAM_LIMIT" } });
    expect(peer.frames("stream-refuse").length).toBeGreaterThanOrEqual(1000 - 20);
  });

  it("a flood of streams for a handler: no more run at once than the limit says", async () => {
    let running = 0;
    const handler = (): Promise<never> => {
      running++;
      return new Promise(() => {});
    };
    const peer = await greeted({ streams: { busy: handler }, limits: { streams: 5, unaccepted: 10 } });
    for (let i = 0; i < 200; i++) peer.open("busy", {}, OPENED + 2 * i);
    await peer.next((message) => message["type"] === "stream-refuse" || message["method"] === "$/abort");
    expect(running).toBe(5);
  });

  it("streams have ports of their own where both sides can: data travels there, and only there", async () => {
    const peer = await greeted({}, { capabilities: { fork: true } }, {});
    const stream = peer.channel.openStream("ours");
    const open = (await peer.frame("stream-open")) as { id: number; port: MessagePort };
    expect(open.port).toBeInstanceOf(MessagePort);
    const seen: Message[] = [];
    open.port.onmessage = ({ data }) => seen.push(data);
    open.port.postMessage({ type: "stream-accept", id: open.id, codec: "clone", readable: WINDOW });
    await stream.writable.getWriter().write("own port");
    while (seen.length === 0) await new Promise(setImmediate);
    expect(seen).toMatchObject([{ type: "stream-data", id: open.id, chunks: ["own port"] }]);
    expect(peer.frames("stream-data")).toEqual([]);
    // A port that its owner throws away harms nobody else.
    open.port.close();
    await peer.unmoved();
  });

  it("a remote that cannot fork gets no ports", async () => {
    const peer = await greeted({}, {}, {});
    peer.channel.openStream("ours");
    expect(await peer.frame("stream-open")).not.toHaveProperty("port");
  });

  const notPorts = { "an object": {}, "a number": 5, null: null, "what looks like one": { postMessage: 1, start: 1 } };
  for (const [what, port] of Object.entries(notPorts)) {
    it(`stream-open with ${what} as its port → BAD_FRAME`, async () => {
      const peer = await greeted({}, { capabilities: { fork: true } }, {});
      peer.open("keep", { port });
      await peer.accused("BAD_FRAME");
    });
  }

  const onThePort: Readonly<Record<string, readonly [unknown, string]>> = {
    "a frame of another stream": [{ type: "stream-end", id: 77, chunks: 0 }, "BAD_STREAM_ID"],
    "a call": [{ jsonrpc: "2.0", id: 1, method: "ping" }, "BAD_MESSAGE"],
    "a stream-open": [{ type: "stream-open", id: OPENED, name: "", codec: "clone", readable: WINDOW }, "BAD_STREAM_ID"],
    garbage: ["garbage", "BAD_MESSAGE"],
  };
  for (const [what, [message, code]] of Object.entries(onThePort)) {
    it(`${what} on the port of a stream → ${code}`, async () => {
      const streams = { keep: () => new Promise<never>(() => {}) };
      const peer = await greeted({ streams }, { capabilities: { fork: true } }, {});
      const { port1, port2 } = new MessageChannel();
      peer.send({ type: "stream-open", id: OPENED, name: "keep", codec: "clone", readable: WINDOW, port: port2 }, [
        port2,
      ]);
      port1.postMessage(message);
      await peer.seen(({ method }) => method === "$/abort");
      await peer.accused(code);
      port1.close();
    });
  }

  it("$/abort with garbage ends the channel all the same", async () => {
    for (const params of [undefined, null, 5, { reason: 5 }, { reason: null }]) {
      const peer = await greeted();
      peer.send({ jsonrpc: "2.0", method: "$/abort", params });
      await expect(peer.channel.closed).rejects.toSatisfy(() => true);
    }
  });

  it("$/shutdown is answered once nothing is under way", async () => {
    const peer = await greeted({ streams: { keep: () => new Promise(() => {}) } });
    peer.open("keep");
    await peer.frame("stream-accept");
    peer.send({ jsonrpc: "2.0", id: "bye", method: "$/shutdown", params: {} });
    await peer.settled();
    expect(peer.messages.some(({ id }) => id === "bye")).toBe(false);
    peer.open("late", {}, OPENED + 2);
    expect(await peer.frame("stream-refuse")).toMatchObject({ id: OPENED + 2, reason: { code: "CHANNEL_CLOSED" } });
  });

  it("answers to calls that were never made → RESPONSE_FLOOD, if the remote is not trusted", async () => {
    const peer = await greeted({}, {}, { fork: false, trusted: false });
    for (let i = 0; i < 10; i++) peer.send({ jsonrpc: "2.0", id: 1000 + i, result: null });
    await peer.unmoved();
    peer.send({ jsonrpc: "2.0", id: 2000, result: null });
    await peer.accused("RESPONSE_FLOOD");
  });
}

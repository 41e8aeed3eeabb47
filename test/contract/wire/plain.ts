/** `handshake: "optional"`: a remote that knows plain JSON-RPC 2.0 only can be called, and can call. */
import { type CallContext, connect, StreamError } from "sluice";
import { messagePortLink } from "sluice/message-port";
import { expect, it } from "vitest";
import type { Message } from "./peer.ts";
import { PlainPeer } from "./plain-peer.ts";

const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
const READY = { sluice: "ready", nonce: "~", seen: null };
const HELLO = {
  jsonrpc: "2.0",
  method: "$/hello",
  params: { version: 1, limits: { streams: 1, maxChunk: 1 }, initialCredit: { chunks: 0, bytes: 0 } },
};

const unsupported = { name: "StreamError", code: "STREAM_UNSUPPORTED" };

const methods = {
  ping: () => "pong",
  never: () => new Promise(() => {}),
  id: (params: unknown) => params,
};

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "it resolved",
    (error: unknown) => error,
  );

/** A channel that knows that its remote is plain. */
async function known(options: ConstructorParameters<typeof PlainPeer>[0] = {}): Promise<PlainPeer> {
  const peer = new PlainPeer({ methods, ...options });
  await peer.presumed();
  await peer.channel.ready;
  return peer;
}

export function plainRules(): void {
  it("a remote that has not met us within a second is called, and answers", async () => {
    const peer = new PlainPeer();
    peer.answer(({ params }) => ({ result: params }));
    const call = peer.channel.call("add", { a: 1 });
    await peer.scheduler.pass(999);
    await peer.settled();
    expect([peer.messages, peer.channel.remote, peer.channel.stats().state]).toEqual([[], undefined, "meeting"]);
    await peer.scheduler.pass(1);
    expect(await call).toEqual({ a: 1 });
    expect(peer.messages).toEqual([{ jsonrpc: "2.0", id: 1, method: "add", params: { a: 1 } }]);
    expect(peer.channel.stats().state).toBe("open");
  });

  it("a streaming method has a fallback there that gives an array", async () => {
    const peer = await known();
    peer.answer(({ method, params }) => ({ result: [method, params] }));
    const reader = peer.channel.stream("search", { q: "a" }, { fallback: "searchAll" }).getReader();
    expect([await reader.read(), await reader.read(), await reader.read()]).toEqual([
      { done: false, value: "searchAll" },
      { done: false, value: { q: "a" } },
      { done: true, value: undefined },
    ]);
  });

  it("a fallback is not used where the remote takes streams", async () => {
    const { port1, port2 } = new MessageChannel();
    const search = async function* (): AsyncGenerator<string> {
      yield "streamed";
    };
    const far = connect(messagePortLink(port2), { methods: { search, searchAll: () => ["listed"] } });
    const channel = connect(messagePortLink(port1));
    const reader = channel.stream("search", {}, { fallback: "searchAll" }).getReader();
    expect((await reader.read()).value).toBe("streamed");
    expect((await reader.read()).done).toBe(true);
    await channel.close();
    await far.closed;
  });

  it("a stream in a call to it → STREAM_UNSUPPORTED, and its source is cancelled", async () => {
    const peer = await known();
    let cancelled: unknown;
    const input = new ReadableStream({
      cancel(reason) {
        cancelled = reason;
      },
    });
    const error = await rejection(peer.channel.call("measure", { input }));
    expect(error).toMatchObject({ name: "StreamError", code: "STREAM_UNSUPPORTED" });
    await peer.settled();
    expect(cancelled).toBe(error);
    expect(peer.messages).toEqual([]);
  });

  it("a method whose result is a stream is answered with STREAM_UNSUPPORTED, and its source is stopped", async () => {
    let stopped: unknown;
    const source = new ReadableStream({
      cancel(reason) {
        stopped = reason;
      },
    });
    const peer = await known({ methods: { ...methods, search: () => source } });
    peer.send({ jsonrpc: "2.0", id: 1, method: "search" });
    await peer.settled();
    expect(peer.messages).toMatchObject([{ id: 1, error: { code: -32000, data: { reason: unsupported } } }]);
    expect(stopped).toMatchObject(unsupported);
  });

  it("the default stream → STREAM_UNSUPPORTED", async () => {
    const { channel } = await known();
    expect(await rejection(channel.sendData("chunk"))).toMatchObject(unsupported);
    expect(() => channel.data.writable).toThrow(expect.objectContaining(unsupported));
  });

  it("may be watched by a trace", async () => {
    const seen: unknown[] = [];
    const peer = await known({ trace: { calls: ({ message }) => void seen.push(message) } });
    peer.send(ping);
    await peer.settled();
    expect(seen).toEqual([ping, { jsonrpc: "2.0", id: 1, result: "pong" }]);
  });

  it("the second passes in real time where nobody says otherwise", async () => {
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = ({ data }) => {
      if (data.jsonrpc === "2.0" && "id" in data) port2.postMessage({ jsonrpc: "2.0", id: data.id, result: "pong" });
    };
    const channel = connect(messagePortLink(port1), { handshake: "optional" });
    expect(await channel.call("ping")).toBe("pong");
    await channel.close();
    port2.close();
  });

  it.each<[string, unknown]>([
    ["a request", ping],
    ["a notification", { jsonrpc: "2.0", method: "note" }],
    ["an answer", { jsonrpc: "2.0", id: 5, result: 1 }],
    ["a text", JSON.stringify(ping)],
    ["a text that is not JSON", "hello?"],
    ["a batch", [ping]],
  ])("a remote whose first message is %s is a plain one, at once", async (_, first) => {
    const peer = new PlainPeer({ methods });
    const call = peer.channel.call("add");
    call.catch(() => {});
    peer.send(first);
    await peer.channel.ready;
    await peer.settled();
    expect(peer.channel.remote).toMatchObject({ version: undefined, capabilities: { streams: false, fork: false } });
    expect(JSON.stringify(peer.messages)).toContain("add");
    expect(peer.scheduler.timers).toEqual([]);
  });

  it("both sides call each other", async () => {
    const peer = await known();
    peer.answer(() => ({ result: "theirs" }));
    expect(await peer.channel.call("ours")).toBe("theirs");
    expect(await peer.sends(ping)).toEqual([{ jsonrpc: "2.0", id: 1, result: "pong" }]);
  });

  it("errors of a plain remote are RpcErrors with their code, message and data", async () => {
    const peer = await known();
    peer.answer(() => ({ error: { code: -32_601, message: "Method not found", data: [1] } }));
    const expected = { name: "RpcError", code: -32_601, message: "Method not found", data: [1] };
    expect(await rejection(peer.channel.call("missing"))).toMatchObject(expected);
  });

  it("a remote that sends text gets text, answers as well as calls; one that sends objects gets objects", async () => {
    for (const form of [JSON.stringify, (value: unknown) => value]) {
      const peer = new PlainPeer({ methods });
      peer.answer(() => ({ result: "theirs" }));
      const sent = await peer.sends(form(ping));
      expect(sent).toEqual([form({ jsonrpc: "2.0", id: 1, result: "pong" })]);
      expect(await peer.channel.call("ours")).toBe("theirs");
      expect(peer.messages.at(-1)).toEqual(form({ jsonrpc: "2.0", id: 1, method: "ours" }));
    }
  });

  it("a remote that has sent text gets text from then on, whatever else it sends", async () => {
    const peer = await known();
    expect(typeof (await peer.sends(ping))[0]).toBe("object");
    expect(typeof (await peer.sends(JSON.stringify(ping)))[0]).toBe("string");
    expect(typeof (await peer.sends(ping))[0]).toBe("string");
  });

  it.each<[string, unknown, number]>([
    ["no JSON", "{", -32_700],
    ["a longer text than limits.message", `"${"x".repeat(1024 * 1024)}"`, -32_600],
    ["65 levels", `{"jsonrpc":"2.0","id":1,"method":"id","params":${"[".repeat(64)}${"]".repeat(64)}}`, -32_600],
    ["a key __proto__", '{"jsonrpc":"2.0","id":1,"method":"id","params":{"__proto__":{"polluted":1}}}', -32_600],
    ["a number", "5", -32_600],
    ["another version", '{"jsonrpc":"1.0","id":1,"method":"id"}', -32_600],
  ])("a text of %s is answered with an error whose id is null, and the channel goes on", async (_, text, code) => {
    const peer = new PlainPeer({ methods });
    const [answer] = (await peer.sends(text)) as string[];
    expect(JSON.parse(answer as string)).toMatchObject({ jsonrpc: "2.0", id: null, error: { code } });
    expect(await peer.sends(JSON.stringify(ping))).toHaveLength(1);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it("a text of 64 levels is read, and one as long as limits.message", async () => {
    const peer = new PlainPeer({ methods, limits: { message: 1_024 } });
    const deep = `{"jsonrpc":"2.0","id":1,"method":"id","params":${"[".repeat(63)}${"]".repeat(63)}}`;
    const long = JSON.stringify({ ...ping, id: "" });
    for (const text of [deep, long.replace('""', `"${"x".repeat(1_024 - long.length)}"`)]) {
      expect((await peer.sends(text))[0]).toContain('"result"');
    }
  });

  it.each<unknown>([5, null, {}, { sluice: 5 }, { type: "stream-open", id: 1 }, new ArrayBuffer(8), new Map()])(
    "what is no message is answered with -32600 once the remote is known: %o",
    async (message) => {
      const peer = await known();
      expect(await peer.sends(message)).toMatchObject([{ id: null, error: { code: -32_600 } }]);
      expect(peer.channel.stats().state).toBe("open");
    },
  );

  it("what is no message, first of all, is a breach as ever", async () => {
    const peer = new PlainPeer();
    peer.send(5);
    expect(await rejection(peer.channel.closed)).toMatchObject({ code: "BAD_MESSAGE" });
  });

  it("a result that JSON cannot carry is an error in the answer, on text too", async () => {
    for (const form of [JSON.stringify, (value: unknown) => value]) {
      const peer = new PlainPeer({ methods: { bad: () => () => 1 } });
      const [answer] = (await peer.sends(form({ ...ping, method: "bad" }))) as [string | Message];
      expect(typeof answer === "string" ? JSON.parse(answer) : answer).toMatchObject({
        id: 1,
        error: { code: -32_000 },
      });
    }
  });

  it("openStream() fails with STREAM_UNSUPPORTED, which says so; what was opened before errors with it", async () => {
    const peer = new PlainPeer();
    const early = peer.channel.openStream("early");
    await peer.presumed();
    const expected = { name: "StreamError", code: "STREAM_UNSUPPORTED", message: expect.stringContaining("early") };
    expect(await rejection(early.readable.getReader().closed)).toMatchObject(expected);
    expect(await rejection(early.writable.getWriter().closed)).toMatchObject(expected);
    expect(() => peer.channel.openStream("late")).toThrow(StreamError);
    expect(() => peer.channel.openStream("late")).toThrow(/"late".*JSON-RPC/);
    expect(peer.channel.stats()).toMatchObject({ state: "open", streams: [] });
  });

  it("a cancelled call is told by $/cancel, and its late answer is dropped", async () => {
    const peer = await known({ link: { trusted: false }, limits: { unsolicited: 1 } });
    const controller = new AbortController();
    const call = peer.channel.call("slow", {}, { signal: controller.signal });
    controller.abort("enough");
    expect(await rejection(call)).toBe("enough");
    const late = await peer.sends({ jsonrpc: "2.0", id: 1, result: "late" });
    expect(late).toMatchObject([{ method: "slow" }, { method: "$/cancel", params: { id: 1 } }]);
    expect(peer.channel.stats().state).toBe("open");
  });

  it("over 10 answers to calls never made end the channel of a stranger", async () => {
    const peer = await known({ link: { trusted: false } });
    for (let id = 100; id < 110; id++) peer.send({ jsonrpc: "2.0", id, result: 1 });
    await peer.settled();
    expect(peer.channel.stats().state).toBe("open");
    peer.send({ jsonrpc: "2.0", id: 0, result: 1 });
    expect(await rejection(peer.channel.closed)).toMatchObject({ code: "RESPONSE_FLOOD" });
  });

  it("calls of a stranger have 60 s unless they say otherwise", async () => {
    const peer = await known({ link: { trusted: false } });
    const call = rejection(peer.channel.call("slow"));
    await peer.scheduler.pass(60_000);
    expect(await call).toMatchObject({ name: "TimeoutError" });
  });

  it("a remote may cancel what it has called, and gets progress, if it knows how", async () => {
    const wait = async (_: unknown, { signal, progress }: CallContext): Promise<unknown> => {
      progress("half");
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return "stopped";
    };
    const peer = await known({ methods: { wait } });
    expect(await peer.sends({ ...ping, method: "wait" })).toMatchObject([{ params: { id: 1, value: "half" } }]);
    const cancel = { jsonrpc: "2.0", method: "$/cancel", params: { id: 1 } };
    expect(await peer.sends(cancel)).toMatchObject([{ id: 1, result: "stopped" }]);
  });

  it("is sent no ping, no $/hello and no $/shutdown: close() waits for pending calls, then closes", async () => {
    const peer = await known({ link: { heartbeat: 10 } });
    const call = peer.channel.call("slow");
    peer.send({ ...ping, method: "never" });
    await peer.scheduler.pass(1_000);
    const closed = peer.channel.close();
    await peer.settled();
    expect(peer.channel.stats().state).toBe("closing");
    expect(await peer.sends({ ...ping, id: 2 })).toMatchObject([{ id: 2, error: { code: -32_000 } }]);
    peer.send({ jsonrpc: "2.0", id: 1, result: "done" });
    expect(await call).toBe("done");
    expect(peer.closed).toBe(false);
    peer.send({ jsonrpc: "2.0", method: "$/cancel", params: { id: 1 } });
    peer.channel.abort();
    expect(await rejection(closed)).toMatchObject({ name: "AbortError" });
    const told = peer.messages.map((each) => (each as Message)["method"]).filter((each) => each !== undefined);
    expect(told).toEqual(["slow"]);
  });

  it("close() closes at once where nothing is under way, before the remote is known too", async () => {
    for (const peer of [await known(), new PlainPeer()]) {
      await peer.channel.close();
      await peer.settled();
      expect(peer.closed).toBe(true);
      expect(peer.scheduler.timers).toEqual([]);
    }
  });

  it("close() with a call that waits for the remote to be known finishes it", async () => {
    const peer = new PlainPeer();
    peer.answer(() => ({ result: "done" }));
    const call = peer.channel.call("slow");
    const closed = peer.channel.close();
    await peer.presumed();
    expect(await call).toBe("done");
    await closed;
  });

  it("a remote that leaves while nothing is under way has closed; else the connection is lost", async () => {
    const idle = await known();
    idle.close();
    await idle.channel.closed;
    const busy = await known();
    const call = rejection(busy.channel.call("slow"));
    busy.close();
    expect(await rejection(busy.channel.closed)).toMatchObject({ code: "CONNECTION_LOST" });
    expect(await call).toMatchObject({ code: "CONNECTION_LOST" });
  });

  it("with a Sluice remote everything is as ever, whichever of the two is optional", async () => {
    for (const [near, far] of [
      ["optional", "required"],
      ["required", "optional"],
      ["optional", "optional"],
    ] as const) {
      const { port1, port2 } = new MessageChannel();
      const echo = ({ readable, writable }: ReadableWritablePair) => readable.pipeTo(writable);
      const one = connect(messagePortLink(port1), { handshake: near });
      const other = connect(messagePortLink(port2), { handshake: far, methods, streams: { echo } });
      expect(one.remote).toBeUndefined();
      expect(await one.call("ping")).toBe("pong");
      expect(one.remote).toMatchObject({
        version: 1,
        capabilities: { streams: true, fork: true },
        limits: { streams: 16_384, calls: 1_024, maxChunk: 2 ** 24, window: Number.POSITIVE_INFINITY },
      });
      const { readable, writable } = one.openStream("echo");
      const writer = writable.getWriter();
      void writer.write(5);
      expect(await readable.getReader().read()).toEqual({ done: false, value: 5 });
      await Promise.all([writer.close(), one.close(), other.closed]);
    }
  });

  it("a Sluice remote's string is a breach, though the handshake was optional", async () => {
    for (const first of [[READY, HELLO], [HELLO, READY], [READY]]) {
      const peer = new PlainPeer({ methods });
      for (const message of first) peer.send(message);
      await peer.settled();
      expect(peer.channel.remote?.version).toBe(first.includes(HELLO as never) ? 1 : undefined);
      expect(await peer.sends(ping)).toMatchObject([{ id: 1, result: "pong" }]);
      peer.send(JSON.stringify(ping));
      expect(await rejection(peer.channel.closed)).toMatchObject({ code: "BAD_MESSAGE" });
    }
  });

  it("a request by the name of one of Sluice's notifications is answered: there is no such method", async () => {
    const peer = await known();
    for (const method of ["$/cancel", "$/progress", "$/abort"]) {
      const request = { ...ping, method, params: { id: 1, reason: {} } };
      expect(await peer.sends(request)).toMatchObject([{ id: 1, error: { code: -32_601 } }]);
    }
  });

  it("a Sluice remote that comes late is greeted, if nothing was sent to it that it could not take", async () => {
    const { port1, port2 } = new MessageChannel();
    const scheduler = new PlainPeer().scheduler;
    const near = connect(Object.assign(messagePortLink(port1), { scheduler }), { handshake: "optional" });
    await scheduler.pass(1_000);
    await near.ready;
    expect(near.remote?.version).toBeUndefined();
    const far = connect(messagePortLink(port2), { methods });
    await far.ready;
    expect(await far.call("missing").catch(({ code }) => code)).toBe(-32_601);
    expect(near.remote?.version).toBe(1);
    expect(await near.call("ping")).toBe("pong");
    await near.close();
    await far.closed;
  });

  it("once a late remote has met us, streams wait for its hello again", async () => {
    const peer = await known();
    peer.send(READY);
    await peer.settled();
    expect(peer.channel.remote).toBeUndefined();
    const { readable } = peer.channel.openStream("waits");
    expect(peer.channel.stats().streams).toHaveLength(1);
    peer.send(HELLO);
    await peer.settled();
    expect(peer.others).toMatchObject([{ sluice: "ready" }, { sluice: "ready" }, { type: "stream-open" }]);
    await readable.cancel();
  });

  it("two that are both optional meet late, with calls on their way already", async () => {
    const { port1, port2 } = new MessageChannel();
    const scheduler = new PlainPeer().scheduler;
    const near = connect(Object.assign(messagePortLink(port1), { scheduler }), { handshake: "optional" });
    const call = near.call("ping");
    await scheduler.pass(1_000);
    const far = connect(messagePortLink(port2), { handshake: "optional", methods });
    expect(await call).toBe("pong");
    await far.ready;
    expect(await near.call("id", [1])).toEqual([1]);
    expect([near.remote?.version, far.remote?.version]).toEqual([1, 1]);
    await near.close();
    await far.closed;
  });

  it("the handshake must be one of the two, and the link able to do without", () => {
    const { port1 } = new MessageChannel();
    const link = messagePortLink(port1);
    expect(() => connect(link, { handshake: "none" as never })).toThrow(TypeError);
    expect(() => connect(Object.assign(link, { carriesUnmet: false }), { handshake: "optional" })).toThrow(TypeError);
    port1.close();
  });
}

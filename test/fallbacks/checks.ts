/**
 * The public API as a user writes it, every export at least once, on a runtime that may lack a part of the platform.
 * One bundled script: it runs in a browser, and knows nothing of who runs it. Each check is a test of its own.
 */
import * as sluice from "sluice";
import * as messagePort from "sluice/message-port";
import * as worker from "sluice/worker";
import * as ponyfill from "web-streams-polyfill";
import { api } from "./api.ts";

const { connect, StreamError, LinkError, ProtocolError, RpcError, Channel, define } = sluice;
const { messagePortLink } = messagePort;
const { Worker, parentLink } = worker;
/** Where this is type-checked, `sluice/worker` is Node's. */
const workerLink = worker.workerLink as unknown as (started: globalThis.Worker) => sluice.Link;

/** What each entry exports: the test holds it against what the checks name. */
export const exported: Readonly<Record<string, string[]>> = {
  sluice: Object.keys(sluice),
  "sluice/message-port": Object.keys(messagePort),
  "sluice/worker": Object.keys(worker),
};

const given = ponyfill as unknown as sluice.StreamClasses & { TransformStream: typeof TransformStream };

function assert(holds: unknown, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

function same(seen: unknown, expected: unknown, what: string = "it"): void {
  const [is, should] = [seen, expected].map((each) => JSON.stringify(each));
  assert(is === should, `${what} is ${is}, and should be ${should}`);
}

async function rejection(promise: Promise<unknown>): Promise<Error & { code?: unknown }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("this should have rejected");
}

async function all(input: ReadableStream | AsyncIterable<unknown>): Promise<unknown[]> {
  const chunks: unknown[] = [];
  for await (const chunk of input) chunks.push(chunk);
  return chunks;
}

/** Two channels over a MessageChannel. */
function pair(near: sluice.ConnectOptions = {}, far: sluice.ConnectOptions = {}) {
  const { port1, port2 } = new MessageChannel();
  const other = connect(messagePortLink(port2), { ...api, ...far });
  return { channel: connect(messagePortLink(port1), near), other };
}

function source(Class: typeof ReadableStream, chunks: readonly unknown[]): ReadableStream {
  return new Class({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

function sink(Class: typeof WritableStream): { writable: WritableStream; chunks: unknown[]; closed: Promise<void> } {
  const chunks: unknown[] = [];
  let end = (): void => {};
  const closed = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { chunks, closed, writable: new Class({ write: (chunk) => void chunks.push(chunk), close: () => end() }) };
}

async function echoed(stream: sluice.ChannelStream, chunks: readonly unknown[]): Promise<unknown[]> {
  const write = async (): Promise<void> => {
    const writer = stream.writable.getWriter();
    for (const chunk of chunks) await writer.write(chunk);
    await writer.close();
  };
  const [back] = await Promise.all([all(stream.readable), write()]);
  return back;
}

/** Streams of another window, where there are windows. */
function otherRealm(): sluice.StreamClasses | undefined {
  if (typeof document === "undefined") return undefined;
  const frame = document.createElement("iframe");
  document.body.append(frame);
  return frame.contentWindow as unknown as sluice.StreamClasses;
}

const foreigners: Readonly<Record<string, () => sluice.StreamClasses | undefined>> = {
  "the runtime": () => globalThis,
  "web-streams-polyfill": () => given,
  "another window": otherRealm,
};

async function takesStreamsOf(classes: sluice.StreamClasses | undefined, near: sluice.ConnectOptions): Promise<void> {
  if (classes === undefined) return;
  const { channel } = pair(near);
  same(await channel.call("collect", { input: source(classes.ReadableStream, [1, 2, 3]) }), [1, 2, 3], "what came");
  const { writable, chunks, closed } = sink(classes.WritableStream);
  await channel.call("fill", { output: writable });
  await closed;
  same(chunks, [1, 2, 3], "what was written");
  // And as results.
  const methods = { give: () => source(classes.ReadableStream, ["a", "b"]) };
  const giver = pair(near, { methods });
  same(await all((await giver.channel.call("give")) as ReadableStream), ["a", "b"], "the result");
  same(await all(giver.channel.stream("give")), ["a", "b"], "what was streamed");
  await Promise.all([channel.close(), giver.channel.close()]);
}

/** Aborts a signal while nothing moves: `begin` starts what should then reject with the signal's own reason. */
async function settles(begin: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  const controller = new AbortController();
  const begun = rejection(begin(controller.signal));
  await new Promise((resolve) => setTimeout(resolve, 20));
  const reason = new RangeError("enough");
  controller.abort(reason);
  assert((await begun) === reason, "it rejects with the signal's own reason");
}

export interface Realm {
  /** The source of the worker's script. */
  readonly worker: string;
}

function startWorker(script: string): globalThis.Worker {
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  return new Worker(url, { type: "module" } as object) as unknown as globalThis.Worker;
}

type Check = (realm: Realm) => Promise<void>;

export const checks: Readonly<Record<string, Check>> = {
  "connect, messagePortLink: calls both ways, and the end": async () => {
    const { channel, other } = pair(api);
    same(await channel.call("add", { a: 1, b: 2 }), 3);
    same(await other.call("add", { a: 3, b: 4 }), 7);
    assert(channel instanceof Channel, "connect() gives a Channel");
    await channel.ready;
    same(channel.stats().state, "open");
    await channel.close();
    await other.closed;
  },

  "define: a mistake in it is told": async () => {
    try {
      define({ methods: { "$/mine": () => 1 } });
    } catch (error) {
      same((error as { code?: unknown }).code, "BAD_DEFINITION");
      return;
    }
    throw new Error("it was not told");
  },

  "for await over all that a channel gives": async () => {
    const { channel, other } = pair();
    same(await all(channel.stream("count", { to: 3 })), [1, 2, 3], "channel.stream()");
    same(await all((await channel.call("count", { to: 2 })) as ReadableStream), [1, 2], "a result");
    same(await all(channel.stream("list", { to: 2 })), [1, 2], "an array, streamed");
    same(await echoed(channel.openStream("echo"), [1, 2, 3]), [1, 2, 3], "a stream's readable");
    same(await echoed(channel.openStream("collect"), [1, 2]), [{ chunks: [1, 2] }], "a handler's readable");
    const incoming = all(other.incomingStreams);
    const stream = channel.openStream("nobody's");
    const taken = other.data.readable;
    const data = all(taken);
    await channel.sendData("default");
    await channel.data.writable.close();
    same(await data, ["default"], "channel.data.readable");
    stream.abort();
    await channel.close();
    assert((await incoming).length <= 1, "channel.incomingStreams ends");
  },

  "leaving a loop stops the producer": async () => {
    const { channel } = pair();
    let seen = 0;
    for await (const _ of channel.stream("count", { to: 1e6 })) if (++seen === 3) break;
    const [one, two] = channel.stream("count", { to: 3 }).tee();
    for await (const _ of one.values({ preventCancel: true })) break;
    same(
      [await all(one), await all(two)],
      [
        [2, 3],
        [1, 2, 3],
      ],
      "the branches of tee()",
    );
    channel.abort();
  },

  "a readable's pipeTo() and pipeThrough() end with their signal, however idle it is": async () => {
    const { channel } = pair();
    await settles((signal) => channel.openStream("idle").readable.pipeTo(new WritableStream(), { signal }));
    await settles((signal) => {
      const out = channel.openStream("idle").readable.pipeThrough(new TransformStream(), { signal });
      return out.getReader().read();
    });
    await settles((signal) => channel.stream("never", {}, { signal }).pipeTo(new WritableStream()));
    channel.abort();
  },

  "the signal of openStream ends what is piped into it, however idle the source": async () => {
    const { channel } = pair();
    await settles((signal) => new ReadableStream().pipeTo(channel.openStream("idle", { signal }).writable));
    channel.abort();
  },

  'readable: "bytes" gives bytes, and a BYOB reader where the runtime has byte streams': async () => {
    const { channel } = pair();
    const chunks = [new Uint8Array([1, 2]), new Uint8Array(0), new Uint8Array([3])];
    const back = (await echoed(channel.openStream("echo", { readable: "bytes" }), chunks)) as Uint8Array[];
    assert(
      back.every((each) => each instanceof Uint8Array && each.byteLength > 0),
      "the chunks are Uint8Arrays, none of them empty",
    );
    same(
      back.flatMap((each) => [...each]),
      [1, 2, 3],
    );
    const stream = channel.openStream("idle", { readable: "bytes", highWaterMark: 10 });
    same(stream.stats().incoming, { ...stream.stats().incoming, unit: "bytes", highWaterMark: 10 });
    if (typeof ReadableStreamBYOBReader === "undefined") {
      const reader = rejection(Promise.resolve().then(() => stream.readable.getReader({ mode: "byob" })));
      same((await reader).code, "NO_BYTE_STREAMS");
    } else {
      stream.readable.getReader({ mode: "byob" }).releaseLock();
    }
    channel.abort();
  },

  "ponyfill: BYOB and all else, whatever the runtime has": async () => {
    const { channel } = pair({ ponyfill: given }, { ponyfill: given });
    const { readable, writable } = channel.openStream("echo", { readable: "bytes" });
    assert(readable instanceof given.ReadableStream, "the readable is the ponyfill's");
    const writer = writable.getWriter();
    await writer.write(new Uint8Array([1, 2, 3]));
    const { value } = await readable.getReader({ mode: "byob" }).read(new Uint8Array(2));
    same([...(value ?? [])], [1, 2]);
    same(await all(channel.stream("count", { to: 3 })), [1, 2, 3]);
    await settles((signal) => channel.openStream("idle").readable.pipeTo(new given.WritableStream(), { signal }));
    channel.abort();
  },

  ...Object.fromEntries(
    Object.entries(foreigners).flatMap(([whose, classes]): [string, Check][] => [
      [`streams of ${whose} as params and results`, () => takesStreamsOf(classes(), {})],
      [
        `streams of ${whose} as params and results, with a ponyfill`,
        () => takesStreamsOf(classes(), { ponyfill: given }),
      ],
    ]),
  ),

  "a port of another window carries buffers in objects": async () => {
    const other = otherRealm() as unknown as typeof globalThis | undefined;
    if (other === undefined) return;
    const { port1, port2 } = new other.MessageChannel();
    connect(messagePortLink(port2, { fork: false }), api);
    const channel = connect(messagePortLink(port1, { fork: false }));
    const [back] = await echoed(channel.openStream("echo"), [{ data: new Uint8Array([1, 2, 3]) }]);
    same([...(back as { data: Uint8Array }).data], [1, 2, 3]);
    channel.abort();
  },

  "errors keep their class": async () => {
    const { channel, other } = pair();
    const dom = await rejection(channel.call("gives", { reason: "dom" }));
    assert(dom instanceof DOMException, "a DOMException stays one");
    same([dom.name, dom.message], ["TimeoutError", "late"]);
    const both = (await rejection(channel.call("gives", { reason: "aggregate" }))) as AggregateError;
    assert(both instanceof AggregateError, "an AggregateError stays one");
    assert(both.errors[0] instanceof RangeError && both.errors[1] instanceof SyntaxError, "with its errors");
    const rpc = (await rejection(channel.call("gives", { reason: "rpc" }))) as sluice.RpcError;
    assert(rpc instanceof RpcError, "an RpcError stays one");
    same([rpc.code, rpc.data], [7, { seven: 7 }]);
    const { readable } = channel.openStream("nobody's");
    const missing = await rejection(readable.getReader().read());
    assert(missing instanceof StreamError, "a StreamError stays one");
    same(missing.code, "STREAM_NOT_FOUND");
    for (const reason of [new LinkError("CONNECTION_LOST", "mine"), new ProtocolError("BAD_STATE", "mine")]) {
      const { writable } = channel.openStream("idle");
      const { signal } = channel.openStream("idle");
      assert(!signal.aborted, "nothing has failed");
      await writable.abort(reason);
    }
    channel.abort(new LinkError("CONNECTION_LOST", "mine"));
    const lost = await rejection(other.closed);
    assert(lost instanceof LinkError, "a LinkError stays one");
  },

  "an Error of another window crosses as one": async () => {
    const other = otherRealm() as unknown as typeof globalThis | undefined;
    if (other === undefined) return;
    const { channel } = pair({}, { methods: { fail: () => Promise.reject(new other.TypeError("theirs")) } });
    const error = await rejection(channel.call("fail"));
    assert(error instanceof TypeError, "it is a TypeError here");
    same(error.message, "theirs");
    await channel.close();
  },

  "a channel is disposed of, or closed by name": async () => {
    const { channel } = pair();
    const { asyncDispose } = Symbol as { asyncDispose?: symbol };
    assert(!("undefined" in channel), 'no member is called "undefined"');
    const disposable = channel as unknown as Record<symbol, () => Promise<void>>;
    if (asyncDispose === undefined) await channel.close();
    else await disposable[asyncDispose]?.();
    same(channel.stats().state, "closed");
  },

  "transfer: true moves buffers": async () => {
    const { channel } = pair();
    const bytes = new Uint8Array([1, 2, 3]);
    const [back] = await echoed(channel.openStream("echo", { transfer: true }), [bytes]);
    same([bytes.byteLength, ...(back as Uint8Array)], [0, 1, 2, 3]);
    await channel.close();
  },

  "Worker, workerLink, parentLink: the first example of the README": async (realm) => {
    const channel = connect(workerLink(startWorker(realm.worker)));
    const { readable, writable } = channel.openStream("gzip", { transfer: true });
    const text = "sluice ".repeat(10_000);
    const bytes = readable as ReadableStream<BufferSource>;
    const [back] = await Promise.all([
      new Response(bytes.pipeThrough(new DecompressionStream("gzip"))).text(),
      new Blob([text]).stream().pipeTo(writable),
    ]);
    assert(back === text, "the text comes back");
    same(await all(channel.stream("count", { to: 3 })), [1, 2, 3]);
    await channel.close();
  },

  "a worker that is terminated fails its streams and calls": async (realm) => {
    const started = startWorker(realm.worker);
    const channel = connect(workerLink(started));
    await channel.ready;
    const call = rejection(channel.call("never"));
    const read = rejection(channel.openStream("idle").readable.getReader().read());
    started.terminate();
    same([(await call).code, (await read).code], ["CONNECTION_LOST", "CONNECTION_LOST"]);
  },

  "parentLink: no parent is told": async () => {
    // Where it is a worker that runs the checks, its parent is not ours to talk to.
    if (typeof document === "undefined") return;
    try {
      parentLink();
    } catch (error) {
      same((error as { code?: unknown }).code, "NO_PARENT");
      return;
    }
    throw new Error("it was not told");
  },
};

/** Runs them one after the other; a check that fails does not keep the others. */
export default async function main(realm: Realm, report: (outcome: Outcome) => void): Promise<void> {
  for (const [name, check] of Object.entries(checks)) {
    try {
      await Promise.race([check(realm), late()]);
      report({ name });
    } catch (error) {
      const { message, stack } = error as Error;
      report({ name, error: `${message}\n${stack}` });
    }
  }
}

/** Milliseconds until a check counts as hung: the others still get their turn. */
const PATIENCE = 20_000;

function late(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`it has not settled within ${PATIENCE / 1000} s`)), PATIENCE);
  });
}

export interface Outcome {
  readonly name: string;
  readonly error?: string;
}

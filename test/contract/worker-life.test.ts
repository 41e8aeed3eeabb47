/** Workers in particular: who loads first, what else goes over their port, and how they die. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Channel, type ConnectOptions, connect, LinkError } from "sluice";
import { messagePortLink } from "sluice/message-port";
import { parentLink, Worker, workerLink } from "sluice/worker";
import { expect, it, onTestFinished } from "vitest";
import { startWorker } from "./pairs/worker.ts";
import { Far } from "./suite/far.ts";
import type { FarSpec } from "./suite/pair.ts";
import { eventually, numbers, readAll, rejection, through, withCode } from "./suite/tools.ts";

interface Started {
  readonly worker: Worker;
  readonly far: Far;
  ask(question: string, ...args: unknown[]): Promise<unknown>;
  link(options?: ConnectOptions): Channel;
}

function start(spec: FarSpec = {}): Started {
  const { worker, ask } = startWorker(spec);
  onTestFinished(async () => void (await worker.terminate()));
  return { worker, ask, far: new Far(ask), link: (options) => connect(workerLink(worker), options) };
}

it("a worker that connects half a second late is met, with all that was opened and written", async () => {
  const { link, far } = start({ late: true });
  const near = link();
  const back = through(near.openStream("echo"), numbers(100));
  await far.ping();
  await sleep(500);
  await far.start();
  expect(await back).toEqual(numbers(100));
});

it("a worker that connects too late, or never, ends the channel with START_TIMEOUT", async () => {
  const { worker } = start({ late: true });
  const link = workerLink(worker);
  expect(link.startTimeout).toBe(30_000);
  const near = connect(link, { startTimeout: 200 });
  const read = near.openStream("echo").readable.getReader().read();
  await expect(near.ready).rejects.toMatchObject({ code: "START_TIMEOUT" });
  await expect(read).rejects.toMatchObject({ code: "CONNECTION_LOST", cause: { code: "START_TIMEOUT" } });
});

it("a worker, or a port, has one channel: a second one is refused, and the first goes on", async () => {
  const { worker, link } = start();
  const near = link();
  await near.ready;
  expect(() => connect(workerLink(worker))).toThrow(expect.objectContaining({ code: "BAD_LINK" }));
  expect(await through(near.openStream("echo"), [1])).toEqual([1]);
  const { port1, port2 } = new MessageChannel();
  const [one, other] = [
    connect(messagePortLink(port1)),
    connect(messagePortLink(port2), { methods: { ping: () => 1 } }),
  ];
  expect(() => connect(messagePortLink(port1))).toThrow(/the port has a channel already/);
  expect(await one.call("ping")).toBe(1);
  await Promise.all([one.close(), other.closed]);
});

it("a parent that links half a second late is met, with all that the worker opened and wrote", async () => {
  const { link, far } = start();
  const stream = far.open("early", "taken");
  const write = stream.write("written early");
  await sleep(500);
  const near = link();
  const incoming = near.incomingStreams.getReader();
  const { value } = await incoming.read();
  expect(await readAll((value as { readable: ReadableStream }).readable.pipeThrough(first()))).toEqual([
    "written early",
  ]);
  expect(await write).toEqual({});
  expect(await through(near.openStream("echo"), [1])).toEqual([1]);
});

it.each(["close", "abort"] as const)(
  "a link that is given up by %s() before the worker was met may be made anew",
  async (how) => {
    const giveUp = async ({ link }: Started): Promise<void> => {
      const early = link();
      early.closed.catch(() => {});
      await early[how]();
    };
    const loading = start();
    await giveUp(loading);
    expect(await loading.link().call("ping")).toBe("pong");
    // It waits for a parent already, and is left alone for a moment.
    const loaded = start();
    await loaded.far.ping();
    await giveUp(loaded);
    await sleep(100);
    expect(await loaded.link().call("ping")).toBe("pong");
  },
);

/** Lets one chunk through and ends. */
function first(): TransformStream {
  return new TransformStream({
    transform(chunk, controller) {
      controller.enqueue(chunk);
      controller.terminate();
    },
  });
}

it("a parent may link before the worker has loaded, or long after", async () => {
  const early = start();
  expect(await through(early.link().openStream("echo"), [1])).toEqual([1]);
  const late = start();
  await late.far.ping();
  expect(await through(late.link().openStream("echo"), [1])).toEqual([1]);
});

it("messages of others on the worker's own port are left alone, both ways", async () => {
  const { worker, link, ask } = start();
  const seen: unknown[] = [];
  worker.on("message", (message) => seen.push(message));
  const foreign = [
    "text",
    null,
    5,
    { sluice: "ready" },
    { sluice: "ready", nonce: 5, seen: null },
    { sluice: "port", to: "nobody" },
    { jsonrpc: "2.0", id: 1, method: "ping" },
    { type: "stream-open", id: 1, name: "echo" },
    ["list"],
  ];
  for (const message of foreign) await ask("postForeign", message);
  const near = link();
  for (const message of foreign) worker.postMessage(message);
  expect(await through(near.openStream("echo"), numbers(100))).toEqual(numbers(100));
  for (const message of foreign) {
    worker.postMessage(message);
    await ask("postForeign", message);
  }
  expect(await near.call("ping")).toBe("pong");
  const own = (message: unknown): boolean =>
    typeof (message as { sluice?: unknown })?.sluice === "string" &&
    typeof (message as { nonce?: unknown; to?: unknown }).nonce === "string";
  await eventually(
    () => seen.filter((message) => !own(message)).length,
    (count) => count === 2 * foreign.length,
  );
  expect(seen.filter((message) => !own(message))).toEqual([...foreign, ...foreign]);
  const received = (await ask("foreign")) as unknown[];
  expect(received.filter((message) => !own(message))).toEqual([...foreign, ...foreign]);
});

it("a worker that exits in the middle ends its channel with CONNECTION_LOST, which tells the code", async () => {
  const { link, ask, far } = start();
  const near = link();
  const { readable, writable } = near.openStream("puppet");
  await far.stream("puppet").describe();
  const waits = [readable.getReader().read(), writable.getWriter().closed, near.call("never"), near.closed];
  const errors = waits.map(rejection);
  void ask("exit", 3);
  for (const error of await Promise.all(errors)) expect(error).toEqual(withCode("CONNECTION_LOST"));
  const lost = (await errors[3]) as LinkError;
  expect(lost).toBeInstanceOf(LinkError);
  expect(lost.message).toContain("3");
});

it("a worker that crashes ends its channel with CONNECTION_LOST, which has the error as its cause", async () => {
  const { worker, link, ask, far } = start();
  worker.on("error", () => {});
  const near = link();
  const { readable } = near.openStream("puppet");
  await far.stream("puppet").describe();
  const read = rejection(readable.getReader().read());
  const closed = rejection(near.closed);
  void ask("crash", "out of luck");
  expect(await read).toEqual(withCode("CONNECTION_LOST"));
  expect(((await closed) as Error).cause).toMatchObject({ message: "out of luck" });
});

it("a worker that cannot be loaded ends its channel, and all that was opened", async () => {
  const worker = new Worker(new URL("../fixtures/no-such-file.mjs", import.meta.url));
  worker.on("error", () => {});
  const near = connect(workerLink(worker));
  const { readable, writable } = near.openStream("echo");
  const waits = [near.ready, near.closed, readable.getReader().read(), writable.close(), near.call("ping")];
  for (const error of await Promise.all(waits.map(rejection))) expect(error).toEqual(withCode("CONNECTION_LOST"));
});

it("a worker that ends before it connects ends the channel", async () => {
  const worker = new Worker("0", { eval: true });
  const near = connect(workerLink(worker));
  expect(await rejection(near.openStream("echo").writable.close())).toEqual(withCode("CONNECTION_LOST"));
});

it("linking a worker that has ended already ends the channel", async () => {
  const { worker, link } = start();
  await worker.terminate();
  const near = link();
  expect(await rejection(near.closed)).toEqual(withCode("CONNECTION_LOST"));
});

it("a closed channel leaves the worker to others, and a new one may be made", async () => {
  const { link, ask, far } = start();
  const near = link();
  await near.ready;
  await near.close();
  expect(await far.ping()).toBe("pong");
  await ask("start");
  const again = link();
  expect(await through(again.openStream("echo"), [1])).toEqual([1]);
});

it("terminate() in the middle of 100 pipes: every pipe settles, and leaves no handle", async () => {
  const { worker, link } = start();
  const near = link();
  const pipes = numbers(100).map((i) => {
    const { readable, writable } = near.openStream("echo");
    const source = new ReadableStream({ pull: (controller) => controller.enqueue({ i }) });
    const sink = new WritableStream();
    return [source.pipeTo(writable), readable.pipeTo(sink)].map(rejection);
  });
  await eventually(
    () => near.stats().streams.filter(({ incoming }) => incoming.chunks > 100).length,
    (busy) => busy === 100,
  );
  await worker.terminate();
  for (const error of await Promise.all(pipes.flat())) expect(error).toEqual(withCode("CONNECTION_LOST"));
  expect(near.stats().streams).toEqual([]);
});

it("terminate() in the middle of 100 calls with streams both ways: all of them settle", async () => {
  const { worker, link } = start();
  const near = link();
  const ended: Promise<unknown>[] = [];
  const settled = numbers(100).map((i) => {
    let end = (_reason: unknown): void => {};
    ended.push(new Promise((resolve) => (end = resolve)));
    const input = new ReadableStream({ pull: (controller) => controller.enqueue(i), cancel: (reason) => end(reason) });
    const sum = near.call("sum", { input });
    const given = near.stream("generate", { key: `${i}` }).pipeTo(new WritableStream());
    return [sum, given].map(rejection);
  });
  await eventually(
    () => near.stats().streams.filter(({ incoming, outgoing }) => incoming.chunks + outgoing.chunks > 100).length,
    (busy) => busy === 200,
  );
  await worker.terminate();
  for (const error of await Promise.all([...settled.flat(), ...ended]))
    expect(error).toEqual(withCode("CONNECTION_LOST"));
  expect(near.stats()).toMatchObject({ calls: 0, streams: [] });
});

it("parentLink() in the main thread is a TypeError", () => {
  expect(() => parentLink()).toThrow(TypeError);
  expect(() => parentLink()).toThrow(expect.objectContaining({ code: "NO_PARENT" }));
});

/** What is malformed kills nothing but what it belongs to: a line itself, a chunk its stream, a frame its channel. */
import { json } from "sluice/codecs/json";
import { spawn, type WorkerProcess } from "sluice/process";
import { describe, expect, it, onTestFinished } from "vitest";
import { type garbage, garbage as makers, sockets } from "./garbage.mjs";
import { script } from "./runtimes.ts";

type Kind = keyof typeof garbage;
const kinds: Kind[] = ["noise", "text", "ones"];

const settled = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

async function start(): Promise<{ worker: WorkerProcess; strays: Error[] }> {
  const strays: Error[] = [];
  const { command, args } = script("node", "flow-worker.mjs");
  const worker = await spawn(command, args, { onStray: (error) => strays.push(error) });
  onTestFinished(async () => {
    worker.kill("SIGKILL");
    await worker.exited;
  });
  return { worker, strays };
}

/** A call, and a stream of 16 MiB there and its digest back. */
async function works(worker: WorkerProcess): Promise<void> {
  expect(await worker.call("echo", { value: "still" })).toBe("still");
  const { readable, writable } = worker.openStream("digest");
  const writer = writable.getWriter();
  const answer = readable.getReader().read();
  for (let n = 0; n < 256; n++) await writer.write(new Uint8Array(64 * 1024));
  await writer.close();
  expect((await answer).value).toMatch(/^[0-9a-f]{64}$/);
}

describe("A malformed line on stdout", () => {
  const lines: Record<string, string> = {
    "that is no JSON": "{{{{",
    "that is JSON of something else": '{"level":"info"}',
    "that is no object": '"2.0"',
    "that is cut off": '{"jsonrpc":"2.0","id":1,"method":"echo","par',
  };
  it.each(Object.keys(lines))("%s is told, and kills nothing", async (name) => {
    const { worker, strays } = await start();
    const call = worker.call("print", { text: `${lines[name]}\n` });
    await call;
    await works(worker);
    expect(strays).toEqual([expect.objectContaining({ code: "STRAY_LINE" })]);
  });

  it("that something else was printed into ends the channel, and says what to do", async () => {
    const { worker } = await start();
    const answer = JSON.stringify({ jsonrpc: "2.0", id: 4711, result: "x".repeat(100_000) });
    const text = `${answer.slice(0, 65_536)}noise\nmore noise\n${answer.slice(65_536)}\n`;
    const call = settled(worker.call("print", { text }));
    expect(await call).toMatchObject({ code: "CONNECTION_LOST", cause: { code: "BAD_MESSAGE" } });
    expect(await settled(worker.closed)).toMatchObject({
      code: "BAD_MESSAGE",
      message: expect.stringMatching(/inherit its stdout, or use control: "fd"/),
    });
  });

  it("of bytes that are no text is told, and kills nothing", async () => {
    const { worker, strays } = await start();
    await worker.call("printBytes", { bytes: [0xff, 0xfe, 0x00, 0xc3, 0x28, 10] });
    await works(worker);
    expect(strays).toHaveLength(1);
  });

  const messages: Record<string, string> = {
    "that is no request": '{"jsonrpc":"2.0"}',
    "of a method that is no string": '{"jsonrpc":"2.0","method":5,"id":"x"}',
    "with params that are none": '{"jsonrpc":"2.0","method":"echo","params":5,"id":"x"}',
    "that answers no call": '{"jsonrpc":"2.0","id":4711,"result":1}',
    "that cancels no call": '{"jsonrpc":"2.0","method":"$/cancel","params":{"id":[]}}',
    "that is an empty batch": "[]",
  };
  it.each(Object.keys(messages))("%s kills nothing", async (name) => {
    const { worker } = await start();
    await worker.call("print", { text: `${messages[name]}\n` });
    await works(worker);
  });
});

describe("A malformed chunk", () => {
  it("ends its direction of its stream at both ends with CODEC_FAILED, and nothing else", async () => {
    const { worker } = await start();
    const other = worker.openStream("hold");
    const { readable, writable } = worker.openStream("brokenJson", { codec: json() });
    expect(await settled(readable.getReader().read())).toMatchObject({ code: "CODEC_FAILED" });
    const writer = writable.getWriter();
    await writer.write({});
    await writer.close();
    expect(await worker.call("brokenEnd")).toBe("CODEC_FAILED");
    await works(worker);
    expect(other.stats().outgoing.state).toBe("open");
  });
});

describe.each(kinds)("What is no frame (%s)", (kind) => {
  it.each(["from the child", "from the parent"])("%s ends its channel and child, and no other", async (from) => {
    const { worker: other } = await start();
    const { worker } = await start();
    const { readable, writable } = worker.openStream("flood", { metadata: { key: "x" } });
    const waits = [
      settled(readable.pipeTo(new WritableStream())),
      settled(new ReadableStream({ pull: (to) => to.enqueue(1) }).pipeTo(writable)),
      settled(worker.call("never-answered")),
      settled(worker.closed),
    ];
    // Of the other, which is idle, no connection keeps this process alive.
    if (from === "from the child") worker.notify("cry", { kind });
    else for (const socket of sockets()) socket.write(makers[kind]());
    const [read, written, , closed] = await Promise.all(waits);
    expect(read).toBeInstanceOf(Error);
    expect(written).toBeInstanceOf(Error);
    expect(closed).toMatchObject({ name: "ProtocolError" });
    await worker.exited;
    await works(other);
  });
});

/** What Python sends and takes, frame by frame, held against docs/protocol.md by a parent that is scripted. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { DATA } from "../unit/support/bytes.ts";
import { withPython } from "./python.ts";
import { ACCEPT, CANCEL, CREDIT, END, ENDED, ERROR, floats, OPEN, REFUSE, ScriptedParent } from "./scripted.ts";

const MORE = 1;
const REST = 2;
/** Long enough for what must not come. */
const QUIET = 100;

const numbersIn = (parent: ScriptedParent, stream: number): number =>
  parent.frames.filter((frame) => frame.type === DATA && frame.stream === stream).length;

/** The child's breach of the channel: what it says, and that it has ended. */
async function breach(parent: ScriptedParent): Promise<unknown> {
  const exited = once(parent.child, "exit");
  const { method, params } = (await parent.message()) as { method: string; params: { reason: { code: string } } };
  expect(method).toBe("$/abort");
  expect((await exited)[0]).toBe(1);
  return params.reason.code;
}

withPython("Control", () => {
  it("is answered for pings, and for what is no request", async () => {
    const parent = await ScriptedParent.meet();
    parent.call("p", "$/ping");
    expect(await parent.message()).toEqual({ jsonrpc: "2.0", id: "p", result: null });
    const codes: [unknown, unknown, number][] = [
      [{ jsonrpc: "2.0", id: 1, method: "constructor" }, 1, -32601],
      [{ jsonrpc: "2.0", id: 1.5, method: "add", params: 3 }, 1.5, -32602],
      [{ jsonrpc: "2.0", id: null, method: "nothing" }, null, -32601],
      [{ jsonrpc: "2.0", id: [], method: "add", params: [] }, null, -32600],
      [{ jsonrpc: "2.0", id: 2 }, 2, -32600],
      [{ jsonrpc: "2.0", id: "s", method: 5 }, "s", -32600],
      [{ jsonrpc: "2.0", id: 3, method: "add", params: JSON.parse("[".repeat(65) + "]".repeat(65)) }, null, -32600],
    ];
    for (const [message, id, code] of codes) {
      parent.say(message as Record<string, unknown>);
      expect(await parent.message()).toMatchObject({ jsonrpc: "2.0", id, error: { code } });
    }
    parent.line('{"jsonrpc":"2.0","id":4,"method":"add","params":{"__proto__":1}}');
    expect(await parent.message()).toMatchObject({ id: null, error: { code: -32600 } });
    parent.line(JSON.stringify({ jsonrpc: "2.0", id: 5, method: "tell", params: ["x".repeat(1 << 20)] }));
    expect(await parent.message()).toMatchObject({ id: null, error: { code: -32600 } });
    parent.call(6, "slow");
    parent.call(6, "add", [1]);
    expect(await parent.message()).toMatchObject({ id: 6, error: { code: -32600 } });
    parent.say({ jsonrpc: "2.0", method: "$/cancel", params: { id: 6 } });
    expect(await parent.message()).toMatchObject({ id: 6, error: { code: -32000 } });
  });

  it("goes on after a line that is garbage, which is told on stderr", async () => {
    const parent = await ScriptedParent.meet();
    parent.line("garbage\r");
    parent.line("");
    parent.line("[1, 2]");
    parent.line('{"level": "info"}');
    parent.line(Buffer.from([0xff, 0xfe, 0x7b]));
    parent.call(1, "add", [1, 2]);
    expect(await parent.message()).toEqual({ jsonrpc: "2.0", id: 1, result: 3 });
    expect(parent.stderr.trim().split("\n")).toHaveLength(4);
    expect(parent.stderr).toContain("garbage");
  });

  it("takes batches", async () => {
    const parent = await ScriptedParent.meet();
    const call = (id: number, method: string, params: unknown = {}) => ({ jsonrpc: "2.0", id, method, params });
    parent.say([call(1, "nap", { seconds: 0.05 }), call(2, "add", [1, 2]), 5, call(3, "$/ping")]);
    expect(await parent.message()).toMatchObject([
      { id: 1, result: "awake" },
      { id: 2, result: 3 },
      { id: null, error: { code: -32600 } },
      { id: 3, error: { code: -32600 } },
    ]);
    parent.say([{ jsonrpc: "2.0", method: "tell", params: [1] }]);
    parent.say(Array.from({ length: 51 }, (_, id) => call(id, "add", [1])));
    expect(await parent.message()).toMatchObject({ id: null, error: { code: -32600 } });
    parent.call(9, "what_was_told");
    expect(await parent.message()).toMatchObject({ id: 9, result: [[1]] });
  });

  it("ends with a second hello, and with a line without end", async () => {
    const parent = await ScriptedParent.meet();
    parent.say({ jsonrpc: "2.0", method: "$/hello", params: {} });
    expect(await breach(parent)).toBe("DUPLICATE_HELLO");
    const other = await ScriptedParent.meet();
    const exited = once(other.child, "exit");
    other.child.stdin.write("x".repeat(4 * 1024 * 1024 + 1));
    await exited;
    expect(other.stderr).toContain("LINE_TOO_LONG");
  });

  it("that ends, ends Python, and so does data", async () => {
    const parent = await ScriptedParent.meet();
    parent.child.stdin.end();
    expect((await once(parent.child, "exit"))[0]).toBe(1);
    const other = await ScriptedParent.meet();
    other.cutData();
    expect((await once(other.child, "exit"))[0]).toBe(1);
  });

  it("closes in order: $/shutdown in a frame, answered once nothing is under way, then $/bye", async () => {
    const parent = await ScriptedParent.meet();
    parent.call(1, "nap", { seconds: 0.2 });
    parent.open(1, "echo", "raw", 100);
    parent.send(1, 0, { jsonrpc: "2.0", id: 2, method: "$/shutdown", params: {} });
    expect(await parent.message()).toMatchObject({ id: 1, result: "awake" });
    await parent.frame(ACCEPT, 1);
    await sleep(QUIET);
    expect(parent.messages).toEqual([]);
    parent.send(END, 1, floats(0));
    await parent.frame(END, 1);
    parent.send(ENDED, 1);
    expect(await parent.message()).toEqual({ jsonrpc: "2.0", id: 2, result: null });
    // Data may end before the last message is read.
    parent.cutData();
    await sleep(QUIET);
    parent.say({ jsonrpc: "2.0", method: "$/bye" });
    parent.child.stdin.end();
    expect((await once(parent.child, "exit"))[0]).toBe(0);
  });

  it("closes in order from the other side: $/ping, $/shutdown in a frame, and $/bye", async () => {
    const parent = await ScriptedParent.meet();
    parent.call(1, "leave");
    expect(await parent.message()).toMatchObject({ id: 1, result: null });
    const ping = await parent.message();
    expect(ping).toMatchObject({ method: "$/ping" });
    parent.say({ jsonrpc: "2.0", id: ping["id"], result: null });
    const { payload } = await parent.frame(1, 0);
    const shutdown = JSON.parse(payload.toString());
    expect(shutdown).toMatchObject({ method: "$/shutdown" });
    parent.call(2, "add", [1]);
    expect(await parent.message()).toMatchObject({ id: 2, error: { data: { reason: { code: "CHANNEL_CLOSED" } } } });
    parent.open(1, "echo", "raw", 100);
    const refused = await parent.frame(REFUSE, 1);
    expect(JSON.parse(refused.payload.toString())).toMatchObject({ reason: { code: "CHANNEL_CLOSED" } });
    parent.say({ jsonrpc: "2.0", id: shutdown.id, result: null });
    expect(await parent.message()).toEqual({ jsonrpc: "2.0", method: "$/bye" });
    expect((await once(parent.child, "exit"))[0]).toBe(0);
  });
});

withPython("Credit", () => {
  it("is never exceeded, in chunks", async () => {
    const parent = await ScriptedParent.meet();
    parent.open(1, "numbers", "json", 3);
    await parent.frame(ACCEPT, 1);
    for (let count = 0; count < 3; count += 1) await parent.frame(DATA, 1);
    await sleep(QUIET);
    expect(numbersIn(parent, 1)).toBe(0);
    parent.credit(1, 2);
    parent.credit(1, 5);
    for (let count = 0; count < 2; count += 1) await parent.frame(DATA, 1);
    await sleep(QUIET);
    expect(numbersIn(parent, 1)).toBe(0);
    parent.send(CANCEL, 1, { reason: { value: "enough" } });
    await parent.frame(CANCEL, 1);
  });

  it("is never exceeded in bytes, but by the end of one chunk; a window of 0 gives nothing", async () => {
    const parent = await ScriptedParent.meet();
    parent.open(1, "echo", "raw", 10, "bytes");
    parent.open(3, "echo", "raw", 0, "bytes");
    for (const stream of [1, 3]) for (let count = 0; count < 5; count += 1) parent.send(DATA, stream, Buffer.alloc(6));
    // What `initialCredit` of this side allows stands: one chunk.
    await parent.frame(DATA, 3);
    await parent.frame(DATA, 1);
    await parent.frame(DATA, 1);
    await sleep(QUIET);
    expect(numbersIn(parent, 1)).toBe(0);
    expect(numbersIn(parent, 3)).toBe(0);
    parent.credit(1, 13);
    await parent.frame(DATA, 1);
    await sleep(QUIET);
    expect(numbersIn(parent, 1)).toBe(0);
  });

  it("of the account of bytes holds as well", async () => {
    const parent = await ScriptedParent.meet({ initialCredit: { chunks: 0, bytes: 0 } });
    const readable = { unit: "chunks", limit: null, bytes: 2 * (64 + 1), fixed: true };
    parent.send(OPEN, 1, { name: "numbers", codec: "json", readable });
    await parent.frame(DATA, 1);
    await parent.frame(DATA, 1);
    await sleep(QUIET);
    expect(numbersIn(parent, 1)).toBe(0);
  });

  it("comes when half of the window was taken, and not when something arrives", async () => {
    const parent = await ScriptedParent.meet();
    parent.open(1, "hold", "raw", 10);
    const { payload } = await parent.frame(ACCEPT, 1);
    const window = { unit: "bytes", limit: 1 << 20, bytes: 8 << 20, fixed: true };
    expect(JSON.parse(payload.toString())).toEqual({ codec: "raw", readable: window });
    for (let count = 0; count < 16; count += 1) parent.send(DATA, 1, Buffer.alloc(65_536));
    parent.call(1, "read", { chunks: 7 });
    expect(await parent.message()).toMatchObject({ id: 1, result: 7 * 65_536 });
    await sleep(QUIET);
    expect(parent.frames).toEqual([]);
    parent.call(2, "read", { chunks: 1 });
    const credit = await parent.frame(CREDIT, 1);
    expect(credit.payload).toEqual(floats((1 << 20) + 8 * 65_536, (8 << 20) + 8 * (65_536 + 64)));
    parent.call(3, "read", { chunks: 8 });
    expect((await parent.frame(CREDIT, 1)).payload.readDoubleLE(0)).toBe(2 << 20);
  });

  it("that was not given is a breach, at the chunk that starts beyond it", async () => {
    const parent = await ScriptedParent.meet();
    parent.open(1, "hold", "raw", 10);
    // One overdraws, the next one may not start.
    parent.send(DATA, 1, Buffer.alloc((1 << 20) - 1));
    parent.send(DATA, 1, Buffer.alloc(1_000));
    parent.call(1, "add", []);
    expect(await parent.message()).toMatchObject({ id: 1 });
    parent.send(DATA, 1, Buffer.alloc(1));
    expect(await breach(parent)).toBe("CREDIT_OVERRUN");
  });
});

withPython("Frames", () => {
  it("of a chunk in fragments, between those of others", async () => {
    const parent = await ScriptedParent.meet();
    parent.open(1, "echo", "raw", 10);
    parent.open(3, "echo", "raw", 10);
    parent.send(DATA, 1, Buffer.from("one "), MORE, 13);
    parent.send(DATA, 3, Buffer.from("other "), MORE, 9);
    parent.credit(1, 20);
    parent.send(DATA, 1, Buffer.from("chunk "), MORE | REST);
    parent.send(DATA, 3, Buffer.from("one"), REST);
    parent.send(DATA, 1, Buffer.from("end"), REST);
    expect((await parent.frame(DATA, 1)).payload.toString()).toBe("one chunk end");
    expect((await parent.frame(DATA, 3)).payload.toString()).toBe("other one");
  });

  it("of a large chunk come in fragments", async () => {
    const parent = await ScriptedParent.meet();
    parent.open(1, "echo", "raw", 10);
    parent.send(DATA, 1, Buffer.alloc(600_000, "x"));
    const parts = [await parent.frame(DATA, 1), await parent.frame(DATA, 1), await parent.frame(DATA, 1)];
    expect(parts.map(({ flags }) => flags)).toEqual([MORE, MORE | REST, REST]);
    expect(Buffer.concat(parts.map(({ payload }) => payload)).equals(Buffer.alloc(600_000, "x"))).toBe(true);
  });

  it("of a chunk that is given up are forgotten", async () => {
    const parent = await ScriptedParent.meet();
    parent.open(1, "watched", "json", 10);
    parent.send(DATA, 1, Buffer.from("[1,"), MORE, 5);
    parent.send(ERROR, 1, { reason: { name: "RangeError", message: "no more" } });
    expect(JSON.parse((await parent.frame(ERROR, 1)).payload.toString())).toMatchObject({
      reason: { name: "RangeError" },
    });
    // Old news.
    parent.send(DATA, 1, Buffer.from("2]"), REST);
    parent.send(CREDIT, 1, floats(100, 100));
    parent.call(1, "add", [1]);
    expect(await parent.message()).toMatchObject({ id: 1, result: 1 });
  });

  it("that a codec cannot read cancel their stream alone", async () => {
    const parent = await ScriptedParent.meet();
    parent.open(1, "totals", "json", 10);
    parent.send(DATA, 1, Buffer.from('{"a":'));
    const cancel = await parent.frame(CANCEL, 1);
    expect(JSON.parse(cancel.payload.toString())).toMatchObject({ reason: { code: "CODEC_FAILED" } });
    parent.call(1, "add", [1]);
    expect(await parent.message()).toMatchObject({ id: 1, result: 1 });
  });

  const breaches: [string, (parent: ScriptedParent) => void, string][] = [
    ["of a type that is none", (parent) => parent.send(11, 1), "BAD_FRAME"],
    ["that open a stream of the wrong parity", (parent) => parent.open(2, "echo", "raw", 1), "BAD_STREAM_ID"],
    ["of a stream that was never opened", (parent) => parent.send(DATA, 3), "BAD_STREAM_ID"],
    ["with flags where none belong", (parent) => parent.send(ENDED, 1, Buffer.alloc(0), MORE), "BAD_FRAME"],
    ["that lack a field", (parent) => parent.send(CANCEL, 1, {}), "BAD_FRAME"],
    ["that are no JSON", (parent) => parent.send(CANCEL, 1, Buffer.from("{")), "BAD_FRAME"],
    ["that end after another number of chunks", (parent) => parent.send(END, 1, floats(1)), "BAD_FRAME"],
    ["that acknowledge an end that was not", (parent) => parent.send(ENDED, 1), "BAD_STATE"],
    ["that accept what was accepted", (parent) => parent.send(ACCEPT, 1, { codec: "raw", readable: {} }), "BAD_STATE"],
    ["of a fragment without a first", (parent) => parent.send(DATA, 1, Buffer.alloc(1), REST), "BAD_FRAME"],
    ["of a chunk too large", (parent) => parent.send(DATA, 1, Buffer.alloc(8), MORE, 17 << 20), "CHUNK_TOO_LARGE"],
    [
      "of data after the end",
      (parent) => {
        parent.send(END, 1, floats(0));
        parent.send(DATA, 1);
      },
      "BAD_STATE",
    ],
  ];
  it.each(breaches)("%s are a breach", async (_, misbehave, code) => {
    const parent = await ScriptedParent.meet();
    parent.open(1, "hold", "raw", 10);
    await parent.frame(ACCEPT, 1);
    misbehave(parent);
    expect(await breach(parent)).toBe(code);
  });
});

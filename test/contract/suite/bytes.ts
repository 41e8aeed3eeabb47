/** Readable byte streams: `readable: "bytes"`. They keep bytes, not the borders of chunks. */
import { raw } from "sluice/codecs/raw";
import { expect } from "vitest";
import { poolWorks } from "../../fixtures/values.mjs";
import type { Contract } from "./pair.ts";
import { bytes, eventually, isPending, numbers, rejection, withCode, writeAll } from "./tools.ts";

/** All bytes, read into a buffer of our own. */
async function readInto(readable: ReadableStream, size: number): Promise<number[]> {
  const reader = readable.getReader({ mode: "byob" });
  const all: number[] = [];
  let buffer = new ArrayBuffer(size);
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(buffer));
    all.push(...(value ?? []));
    if (done) return all;
    buffer = value.buffer as ArrayBuffer;
  }
}

const asked = { readable: "bytes" } as const;

export function byteReadables({ test }: Contract): void {
  test("bytes are read into one's own buffers, whatever the borders of the chunks", async (make) => {
    const { near } = make({});
    const { readable, writable } = near.openStream("echo", asked);
    const all = bytes(10_000);
    const chunks = [1, 99, 900, 4000, 5000].map((length, at, lengths) => {
      const start = lengths.slice(0, at).reduce((sum, each) => sum + each, 0);
      return all.slice(start, start + length);
    });
    const [back] = await Promise.all([readInto(readable, 1024), writeAll(writable, chunks)]);
    expect(back).toEqual([...all]);
  });

  test("a default reader of a byte readable gets Uint8Arrays", async (make) => {
    const { near, far } = make({});
    const reader = near.openStream("puppet", asked).readable.getReader();
    await far.stream("puppet").write(bytes(5));
    const { value } = await reader.read();
    expect(value).toEqual(bytes(5));
  });

  test("a BYOB read that waits is filled by the next chunk, and the rest is kept", async (make) => {
    const { near, far } = make({});
    const reader = near.openStream("puppet", asked).readable.getReader({ mode: "byob" });
    const read = reader.read(new Uint8Array(4));
    await far.stream("puppet").write(bytes(10));
    expect((await read).value).toEqual(bytes(10).subarray(0, 4));
    expect((await reader.read(new Uint8Array(100))).value).toEqual(bytes(10).subarray(4));
  });

  test("a BYOB read into a wider view gets whole elements", async (make) => {
    const { near, far } = make({});
    const reader = near.openStream("puppet", asked).readable.getReader({ mode: "byob" });
    const puppet = far.stream("puppet");
    await puppet.write(new Uint8Array([1, 0, 2]));
    expect((await reader.read(new Uint16Array(4))).value).toEqual(new Uint16Array([1]));
    await puppet.write(new Uint8Array([0]));
    expect((await reader.read(new Uint16Array(4))).value).toEqual(new Uint16Array([2]));
  });

  test("a BYOB read that waits is done when the stream ends, and gives its buffer back", async (make) => {
    const { near, far } = make({});
    const reader = near.openStream("puppet", asked).readable.getReader({ mode: "byob" });
    const reads = [reader.read(new Uint8Array(8)), reader.read(new Uint8Array(16))];
    await far.stream("puppet").close();
    const [one, two] = await Promise.all(reads);
    expect(one).toEqual({ done: true, value: new Uint8Array(0) });
    expect(one?.value?.buffer.byteLength).toBe(8);
    expect(two?.value?.buffer.byteLength).toBe(16);
  });

  test("a BYOB read after bytes that do not fill an element when the stream ends rejects with a TypeError", async (make) => {
    const { near, far } = make({});
    const reader = near.openStream("puppet", asked).readable.getReader({ mode: "byob" });
    const read = rejection(reader.read(new Uint16Array(4)));
    await far.stream("puppet").write(new Uint8Array([1]));
    await far.stream("puppet").close();
    expect(await read).toBeInstanceOf(TypeError);
    // The channel has other streams.
    await near.call("ping");
  });

  test("a BYOB read that waits ends with the reader's own cancel", async (make) => {
    const { near, far } = make({});
    const reader = near.openStream("puppet", asked).readable.getReader({ mode: "byob" });
    const read = reader.read(new Uint8Array(8));
    await reader.cancel("enough");
    expect((await read).done).toBe(true);
    expect((await far.stream("puppet").writerClosed()).error).toEqual({ value: "enough" });
  });

  test("a BYOB read that waits rejects with the reason of an abort", async (make) => {
    const { near, far } = make({});
    const reader = near.openStream("puppet", asked).readable.getReader({ mode: "byob" });
    const read = rejection(reader.read(new Uint8Array(8)));
    await far.stream("puppet").abort("coded");
    expect(await read).toEqual(withCode("E_MINE"));
  });

  test("empty chunks are skipped and harm nothing", async (make) => {
    const { near } = make({});
    const { readable, writable } = near.openStream("echo", asked);
    const chunks = [bytes(0), bytes(3), bytes(0), bytes(0), bytes(2), bytes(0)];
    const [back] = await Promise.all([readInto(readable, 16), writeAll(writable, chunks)]);
    expect(back).toEqual([...bytes(3), ...bytes(2)]);
  });

  test("10,000 empty chunks do not stall a byte stream", async (make) => {
    const { near } = make({ near: { limits: { streamBytes: 4096 } }, far: { limits: { streamBytes: 4096 } } });
    const { readable, writable } = near.openStream("echo", { ...asked, highWaterMark: 100 });
    const chunks = numbers(10_000).map(() => bytes(0));
    const [back] = await Promise.all([readInto(readable, 16), writeAll(writable, [...chunks, bytes(1)])]);
    expect(back).toEqual([0]);
  });

  test("◆ a pooled Buffer is never detached: small Buffers still work at both ends", async (make) => {
    const { near, far } = make({ far: { streams: { bytes: { handler: "puppet", readable: "bytes" } } } });
    const { readable, writable } = near.openStream("bytes", { ...asked, transfer: true });
    const puppet = far.stream("bytes");
    const pooled = Buffer.from("pooled");
    await writable.getWriter().write(pooled);
    expect((await puppet.read()).chunk).toMatchObject({ byteLength: 6 });
    await puppet.writeMade("pooled");
    const reader = readable.getReader();
    expect(Buffer.from((await reader.read()).value as Uint8Array).toString()).toBe("pooled");
    expect(pooled.toString()).toBe("pooled");
    expect(poolWorks()).toBe(true);
    expect(await far.poolWorks()).toBe(true);
  });

  test("the window of a byte readable counts bytes", async (make) => {
    const pair = make({ far: { initialCredit: { chunks: 0, bytes: 0 } } });
    const { near, far } = pair;
    const stream = near.openStream("puppet", { ...asked, highWaterMark: 10 });
    const puppet = far.stream("puppet");
    for (let i = 0; i < 3; i++) await puppet.write(bytes(4));
    const fourth = puppet.write(bytes(4));
    expect(await isPending(pair, fourth)).toBe(true);
    const reader = stream.readable.getReader({ mode: "byob" });
    await reader.read(new Uint8Array(8));
    await fourth;
    expect(stream.stats().incoming).toMatchObject({ unit: "bytes", highWaterMark: 10 });
  });

  test("bytes taken in parts give their credit back in whole", async (make) => {
    const { near } = make({});
    const { readable, writable } = near.openStream("echo", { ...asked, highWaterMark: 1000 });
    const sent = numbers(50).map((i) => bytes(777, i));
    const [back] = await Promise.all([readInto(readable, 10), writeAll(writable, sent)]);
    expect(back).toEqual(sent.flatMap((each) => [...each]));
  });

  test("highWaterMark 0: a byte readable asks for a chunk for each read that waits", async (make) => {
    const pair = make({});
    const { near, far } = pair;
    const reader = near.openStream("puppet", { ...asked, highWaterMark: 0 }).readable.getReader({ mode: "byob" });
    const puppet = far.stream("puppet");
    const write = puppet.write(bytes(3));
    expect(await isPending(pair, write)).toBe(true);
    for (let i = 0; i < 5; i++) {
      const read = reader.read(new Uint8Array(3));
      if (i > 0) await puppet.write(bytes(3));
      expect((await read).value).toEqual(bytes(3));
    }
  });

  test("highWaterMark 0: an empty chunk does not use up the read that waits", async (make) => {
    const { near, far } = make({});
    const reader = near.openStream("puppet", { ...asked, highWaterMark: 0 }).readable.getReader();
    const read = reader.read();
    const puppet = far.stream("puppet");
    for (let i = 0; i < 5; i++) await puppet.write(bytes(0));
    await puppet.write(bytes(2));
    expect((await read).value).toEqual(bytes(2));
  });

  test("a byte readable with size() is a TypeError at the call", async (make) => {
    const { near } = make({});
    const size = (): number => 1;
    expect(() => near.openStream("echo", { ...asked, size })).toThrow(TypeError);
    expect(() => near.openStream("echo", { ...asked, readableStrategy: { highWaterMark: 1, size } })).toThrow(
      TypeError,
    );
  });

  test("a byte readable wants a codec of bytes: the far side may not send objects", async (make) => {
    const { near, far } = make({});
    const { readable } = near.openStream("puppet", asked);
    const read = rejection(readable.getReader().read());
    expect((await far.stream("puppet").write({})).error).toMatchObject({ class: "TypeError" });
    expect(await read).toBeInstanceOf(TypeError);
  });

  test("a far side that reads bytes takes them from a stream of the raw codec", async (make) => {
    const { near, far } = make({ far: { streams: { bytes: { handler: "collect", readable: "bytes" } } } });
    const { writable } = near.openStream("bytes", { codec: raw(), metadata: { key: "all" } });
    await writeAll(
      writable,
      numbers(100).map((i) => bytes(1000, i)),
    );
    expect(await far.report("all")).toMatchObject({ bytes: 100_000, done: true });
  });

  test("all bytes are read after the stream has ended", async (make) => {
    const { near, far } = make({});
    const stream = near.openStream("puppet", asked);
    const puppet = far.stream("puppet");
    await puppet.write(bytes(100));
    await puppet.close();
    await eventually(
      () => stream.stats().incoming.state,
      (state) => state === "ended",
    );
    expect(await readInto(stream.readable, 7)).toEqual([...bytes(100)]);
  });
}

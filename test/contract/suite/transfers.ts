/** What is moved rather than copied, and what can be neither. */

import { raw } from "sluice/codecs/raw";
import { expect } from "vitest";
import type { Contract } from "./pair.ts";
import { bytes, failure, flood, hashOf, readSome, rejection, through, withCode } from "./tools.ts";

/** What structured clone refuses. */
const uncloneable: readonly unknown[] = [() => {}, { f() {} }, Symbol("s"), new WeakMap(), Promise.resolve()];

export function transfers({ test }: Contract): void {
  test("transfer: true moves whole buffers, at the top and inside", async (make) => {
    const { near } = make({});
    const view = bytes(10);
    const buffer = bytes(20).buffer;
    const inside = { list: [bytes(30)] };
    const back = await through<unknown>(near.openStream("echo", { transfer: true }), [view, buffer, inside]);
    expect(back).toEqual([bytes(10), bytes(20).buffer, { list: [bytes(30)] }]);
    expect([view.byteLength, buffer.byteLength, inside.list[0]?.byteLength]).toEqual([0, 0, 0]);
  });

  test("◆ a buffer that transfer: true moves is gone once its write is done, also while chunks gather", async (make) => {
    const { near } = make({});
    const { readable, writable } = near.openStream("echo", { transfer: true });
    const writer = writable.getWriter();
    await writer.write("first");
    for (const chunk of [bytes(4), bytes(20_000, 1), bytes(0)]) {
      await writer.write(chunk);
      expect(chunk.byteLength).toBe(0);
      expect(await rejection(near.openStream("echo").writable.getWriter().write(chunk))).toEqual(
        withCode("CHUNK_DETACHED"),
      );
    }
    const back = await readSome(readable.getReader(), 4);
    expect(back).toEqual(["first", bytes(4), bytes(20_000, 1), bytes(0)]);
  });

  test("◆ a buffer that fills a message is gone once its write is done, and comes behind those that gathered", async (make) => {
    const { near } = make({});
    const { readable, writable } = near.openStream("echo", { transfer: true });
    const writer = writable.getWriter();
    await writer.write("first");
    const [small, large] = [bytes(4), bytes(1_048_576, 1)];
    await writer.write(small);
    await writer.write(large);
    await writer.write("last");
    expect([small.byteLength, large.byteLength]).toEqual([0, 0]);
    const back = await readSome(readable.getReader(), 4);
    const shown = back.map((chunk) => (chunk instanceof Uint8Array ? hashOf(chunk) : chunk));
    expect(shown).toEqual(["first", hashOf(bytes(4)), hashOf(bytes(1_048_576, 1)), "last"]);
  });

  test("◆ a buffer in a chunk that transfer: true moves is gone once its write is done, also while chunks gather", async (make) => {
    const { near } = make({});
    const { readable, writable } = near.openStream("echo", { transfer: true });
    const writer = writable.getWriter();
    await writer.write("first");
    await writer.write({ n: 1 });
    const whole = bytes(20);
    await writer.write({ whole, again: whole.buffer, part: whole.subarray(2, 4) });
    expect(whole.byteLength).toBe(0);
    await writer.write({ n: 2 });
    const back = await readSome(readable.getReader(), 4);
    const [part, again] = [bytes(20).subarray(2, 4), bytes(20).buffer];
    expect(back).toEqual(["first", { n: 1 }, { whole: bytes(20), again, part }, { n: 2 }]);
  });

  test("transfer: true copies a view of a part, and leaves its buffer alone", async (make) => {
    const { near } = make({});
    const whole = bytes(10);
    const [back] = await through(near.openStream("echo", { transfer: true }), [whole.subarray(2, 5)]);
    expect(back).toEqual(bytes(10).subarray(2, 5));
    expect(whole).toEqual(bytes(10));
  });

  test("a transfer function moves what it names, and nothing else", async (make) => {
    const { near } = make({});
    const chunk = { moved: bytes(10), copied: bytes(10, 1) };
    const transfer = (each: unknown): ArrayBuffer[] => [(each as typeof chunk).moved.buffer];
    const [back] = await through(near.openStream("echo", { transfer }), [chunk]);
    expect(back).toEqual({ moved: bytes(10), copied: bytes(10, 1) });
    expect(chunk.moved.byteLength).toBe(0);
    expect(chunk.copied.byteLength).toBe(10);
  });

  test("a transfer function may move the buffer of a view of a part", async (make) => {
    const { near } = make({});
    const part = bytes(10).subarray(2, 5);
    const transfer = (each: unknown): ArrayBufferLike[] => [(each as Uint8Array).buffer];
    const [back] = await through(near.openStream("echo", { transfer: transfer as never }), [part]);
    expect(back).toEqual(bytes(10).subarray(2, 5));
    expect(part.byteLength).toBe(0);
  });

  test("a MessagePort crosses in a chunk and back, and works", async (make) => {
    const { near } = make({ far: { streams: { ports: { handler: "echo", transfer: "port" } } } });
    const { port1, port2 } = new MessageChannel();
    const transfer = (chunk: unknown): Transferable[] => [(chunk as { port: Transferable }).port];
    const [back] = await through(near.openStream("ports", { transfer }), [{ port: port2 }]);
    const heard = new Promise((resolve) => {
      port1.onmessage = ({ data }) => resolve(data);
    });
    back?.port.postMessage("hello");
    expect(await heard).toBe("hello");
    port1.close();
  });

  test("a transfer function that throws, or gives no array, fails its write and its stream", async (make) => {
    const { near, far } = make({});
    const thrower = (): Transferable[] => {
      throw new SyntaxError("no list");
    };
    const bad = near.openStream("puppet", { transfer: thrower }).writable.getWriter();
    expect(await failure(bad.write({}))).toMatchObject({ class: "SyntaxError", message: "no list" });
    expect((await far.stream("puppet").readerClosed()).error).toMatchObject({ class: "SyntaxError" });
    const none = near.openStream("echo", { transfer: (() => 5) as never }).writable.getWriter();
    expect(await rejection(none.write({}))).toBeInstanceOf(TypeError);
    expect(await through(near.openStream("echo"), [1])).toEqual([1]);
  });

  test("a detached chunk rejects its write with a TypeError", async (make) => {
    const { near, far } = make({});
    const gone = bytes(8);
    structuredClone(gone, { transfer: [gone.buffer] });
    for (const options of [{}, { transfer: true }, { codec: raw() }, { transfer: () => [gone.buffer] }]) {
      const key = JSON.stringify(Object.keys(options));
      const { writable } = near.openStream("puppet", { ...options, metadata: { key } });
      expect(await rejection(writable.getWriter().write(gone))).toBeInstanceOf(TypeError);
      expect((await far.stream(key).read()).error).toMatchObject({ class: "TypeError" });
    }
    const nested = near.openStream("echo").writable.getWriter();
    expect(await rejection(nested.write({ gone }))).toBeInstanceOf(TypeError);
  });

  test("a buffer that was moved by one write rejects the next with a TypeError", async (make) => {
    const { near, far } = make({});
    const writer = near.openStream("puppet", { transfer: true }).writable.getWriter();
    const puppet = far.stream("puppet");
    const reads = await puppet.readAtOnce(3);
    await writer.write("first");
    const buffer = bytes(8);
    const [one, two] = flood(writer, [buffer, buffer]);
    await one;
    expect(await rejection(two as Promise<void>)).toEqual(withCode("CHUNK_DETACHED"));
    expect(await rejection(two as Promise<void>)).toBeInstanceOf(TypeError);
    const seen = await reads.seen;
    expect(seen[1]).toMatchObject({ chunk: { byteLength: 8, bytes: [...bytes(8)] } });
    expect(seen[2]).toMatchObject({ error: { class: "TypeError" } });
  });

  test("what cannot be cloned fails the stream with a DataCloneError, after all that was written before it", async (make) => {
    for (const bad of uncloneable) {
      const { near, far } = make({});
      const writer = near.openStream("puppet").writable.getWriter();
      const puppet = far.stream("puppet");
      const reads = await puppet.readAtOnce(6);
      flood(writer, [1, { two: 2 }, bytes(3), [4], bad, "never"]);
      expect(await failure(writer.closed)).toMatchObject({ name: "DataCloneError" });
      const seen = await reads.seen;
      expect(seen.slice(0, 4).map(({ chunk }) => chunk)).toMatchObject([1, { two: 2 }, { byteLength: 3 }, [4]]);
      expect(seen.slice(4).map(({ error }) => error)).toMatchObject([
        { name: "DataCloneError" },
        { name: "DataCloneError" },
      ]);
    }
  });

  test("a write of what cannot be cloned rejects with a DataCloneError", async (make) => {
    for (const bad of uncloneable) {
      const { near, far } = make({});
      const writer = near.openStream("puppet").writable.getWriter();
      await near.ready;
      expect(await failure(writer.write(bad))).toMatchObject({ name: "DataCloneError" });
      expect((await far.stream("puppet").read()).error).toMatchObject({ name: "DataCloneError" });
      expect(await through(near.openStream("echo"), [1])).toEqual([1]);
    }
  });

  test("a getter that throws fails the stream with its error", async (make) => {
    const { near, far } = make({});
    const chunk = {
      get bad(): unknown {
        throw new SyntaxError("getter");
      },
    };
    const writer = near.openStream("puppet").writable.getWriter();
    expect(await failure(Promise.all(flood(writer, ["first", chunk])))).toMatchObject({ class: "SyntaxError" });
    expect((await far.stream("puppet").readerClosed()).error).toMatchObject({ class: "SyntaxError" });
  });
}

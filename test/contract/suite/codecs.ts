/** Codecs, metadata, and the size of a chunk. */
import type { Codec } from "sluice";
import { raw } from "sluice/codecs/raw";
import { expect } from "vitest";
import { EMPTY_HASH, fold } from "../../fixtures/values.mjs";
import type { Contract } from "./pair.ts";
import { pooled } from "./realm.ts";
import { bytes, failure, numbers, readAll, readSome, rejection, through, withCode } from "./tools.ts";

export function codecs({ test }: Contract): void {
  test("4 MiB through a pipe arrive whole", async (make) => {
    const { near, far, classes } = make({});
    const { readable, writable } = near.openStream("collect", { metadata: { key: "all" } });
    let hash = EMPTY_HASH;
    let left = 64;
    const source = new classes.ReadableStream<Uint8Array>({
      pull(controller) {
        const chunk = bytes(64 * 1024, left);
        hash = fold(hash, chunk);
        controller.enqueue(chunk);
        if (--left === 0) controller.close();
      },
    });
    await source.pipeTo(writable);
    expect(await readAll(readable)).toEqual([{ count: 64, bytes: 4 * 1024 * 1024, hash }]);
    expect((await far.report("all")).done).toBe(true);
  });

  test("the far side's source arrives in order", async (make) => {
    const { near } = make({});
    const { readable, writable } = near.openStream("source", { metadata: { count: 1000 } });
    await writable.close();
    expect(await readAll(readable)).toEqual(numbers(1000));
  });

  test("the raw codec keeps the borders of chunks and gives aligned Uint8Arrays", async (make) => {
    const { near, far } = make({});
    const { writable } = near.openStream("puppet", { codec: raw() });
    const writer = writable.getWriter();
    const puppet = far.stream("puppet");
    const lengths = [1, 0, 7, 8, 13];
    for (const length of lengths) await writer.write(bytes(64, 3).subarray(3, 3 + length));
    for (const length of lengths) {
      const { chunk } = await puppet.read();
      expect(chunk).toMatchObject({ type: "Uint8Array", byteLength: length });
      expect((chunk as { bytes: number[] }).bytes).toEqual([...bytes(64, 3).subarray(3, 3 + length)]);
      expect((chunk as { byteOffset: number }).byteOffset % 8).toBe(0);
    }
  });

  test("the raw codec takes every kind of buffer", async (make) => {
    const { near } = make({});
    const sent = [
      new Uint8Array([1, 2]).buffer,
      new Uint16Array([3]),
      new DataView(new ArrayBuffer(3)),
      pooled("\u0004"),
    ];
    const back = (await through(near.openStream("echo", { codec: raw() }), sent)) as unknown[];
    expect(back.map((chunk) => [...(chunk as Uint8Array)])).toEqual([[1, 2], [3, 0], [0, 0, 0], [4]]);
    for (const chunk of back) expect(Object.getPrototypeOf(chunk)).toBe(Uint8Array.prototype);
  });

  test("raw(Float32Array) gives that view", async (make) => {
    const { near, far } = make({ far: { streams: { floats: { handler: "puppet", codec: "Float32Array" } } } });
    const { readable, writable } = near.openStream("floats", { codec: raw(Float32Array) });
    await writable.getWriter().write(new Float32Array([1, 2.5]));
    expect((await far.stream("floats").read()).chunk).toMatchObject({ type: "Float32Array", byteLength: 8 });
    await far.stream("floats").write(new Float32Array([0.5]));
    expect(await readSome(readable.getReader(), 1)).toEqual([new Float32Array([0.5])]);
  });

  test("what is no buffer rejects the write to a raw stream with a TypeError", async (make) => {
    const { near, far } = make({});
    const { writable } = near.openStream("puppet", { codec: raw() });
    const error = await rejection(writable.getWriter().write("text" as never));
    expect(error).toBeInstanceOf(TypeError);
    expect((await far.stream("puppet").read()).error).toMatchObject({ class: "TypeError" });
  });

  test("two sides with different codecs fail that stream with CODEC_MISMATCH, at both ends", async (make) => {
    const { near } = make({ far: { streams: { raw: { handler: "puppet", codec: "raw" } } } });
    const { readable, writable } = near.openStream("raw");
    expect(await rejection(readable.getReader().read())).toEqual(withCode("CODEC_MISMATCH"));
    expect(await rejection(writable.getWriter().closed)).toEqual(withCode("CODEC_MISMATCH"));
    expect(await through(near.openStream("echo"), [1])).toEqual([1]);
  });

  test("a codec of the user's own encodes and decodes", async (make) => {
    const { near } = make({});
    const text: Codec<string> = {
      name: "raw",
      unit: "bytes",
      encode: (chunk) => new TextEncoder().encode(chunk),
      decode: (chunk) => new TextDecoder().decode(chunk),
    };
    expect(await through(near.openStream("echo", { codec: text as Codec }), ["ä", "", "bc"])).toEqual(["ä", "", "bc"]);
  });

  test("a codec that throws fails its stream with that error, and no other", async (make) => {
    const { near, far } = make({});
    const broken: Codec = {
      name: "raw",
      unit: "bytes",
      encode() {
        throw new RangeError("cannot encode");
      },
      decode: (chunk) => chunk,
    };
    const { writable } = near.openStream("puppet", { codec: broken });
    const expected = { class: "RangeError", message: "cannot encode" };
    expect(await failure(writable.getWriter().write("x"))).toMatchObject(expected);
    expect((await far.stream("puppet").read()).error).toMatchObject(expected);
    expect(await through(near.openStream("echo"), [1])).toEqual([1]);
  });

  test("a codec that cannot decode fails its stream at both ends", async (make) => {
    const { near, far } = make({});
    const broken: Codec = {
      name: "raw",
      unit: "bytes",
      encode: (chunk) => chunk as Uint8Array,
      decode() {
        throw new RangeError("cannot decode");
      },
    };
    const { readable } = near.openStream("puppet", { codec: broken });
    const expected = {
      class: "StreamError",
      code: "CODEC_FAILED",
      cause: { class: "RangeError", message: "cannot decode" },
    };
    await far.stream("puppet").write(bytes(3));
    expect(await failure(readable.getReader().read())).toMatchObject(expected);
    expect((await far.stream("puppet").writerClosed()).error).toMatchObject(expected);
  });

  test("the far side finds the name and the metadata", async (make) => {
    const { near, far } = make({});
    const metadata = { list: [1, "two"], buffer: bytes(3), when: new Date(5), none: undefined };
    near.openStream("puppet", { metadata: { key: "with", ...metadata } });
    const seen = await far.stream("with").describe();
    expect(seen.name).toBe("puppet");
    expect(seen.metadata).toMatchObject({
      key: "with",
      list: [1, "two"],
      buffer: { type: "Uint8Array", byteLength: 3 },
    });
  });

  test("a stream without metadata has undefined", async (make) => {
    const { near, far } = make({});
    const stream = near.openStream("puppet");
    expect(stream.metadata).toBe(undefined);
    expect((await far.stream("puppet").describe()).metadata).toBe(undefined);
  });

  test("metadata that cannot be cloned fails that stream with a DataCloneError, and no other", async (make) => {
    const { near, far } = make({});
    const { readable } = near.openStream("puppet", { metadata: { f() {} } });
    expect(await failure(readable.getReader().read())).toMatchObject({ name: "DataCloneError" });
    expect(await through(near.openStream("echo"), [1])).toEqual([1]);
    expect(await far.taken()).toEqual([]);
    await near.close();
  });

  test("a chunk larger than maxChunk rejects its write with a RangeError", async (make) => {
    const { near, far } = make({ far: { limits: { maxChunk: 1000 } } });
    const { writable } = near.openStream("puppet");
    await near.ready;
    const writer = writable.getWriter();
    await writer.write(bytes(1000));
    expect(await failure(writer.write(bytes(1001)))).toMatchObject({ class: "RangeError", code: "CHUNK_TOO_LARGE" });
    const puppet = far.stream("puppet");
    expect((await far.stream("puppet").readerClosed()).error).toMatchObject({ class: "RangeError" });
    expect((await puppet.write(1)).error).toBe(undefined);
    expect(await through(near.openStream("echo"), [1])).toEqual([1]);
  });

  test("chunks of any size up to maxChunk arrive", async (make) => {
    const { near } = make({});
    const sent = [0, 1, 16 * 1024 - 1, 16 * 1024, 1024 * 1024 + 1].map((length) => bytes(length));
    const moved = sent.map((each) => each.slice());
    const sums = sent.map((each) => fold(EMPTY_HASH, each));
    const copies = await through(near.openStream("echo"), sent);
    expect(copies.map((each) => fold(EMPTY_HASH, each))).toEqual(sums);
    const back = await through(near.openStream("echo", { transfer: true }), moved);
    expect(back.map((each) => fold(EMPTY_HASH, each))).toEqual(sums);
  });
}

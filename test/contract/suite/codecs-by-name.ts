/** The codecs that are entries of their own: what each carries, and what becomes of a stream that it cannot serve. */
import { create } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { type Table, tableFromArrays } from "apache-arrow";
import type { Codec } from "sluice";
import { raw } from "sluice/codecs/raw";
import { expect } from "vitest";
import { type CodecName, codecs } from "../../fixtures/codecs.mjs";
import type { Contract, PairOptions } from "./pair.ts";
import { bytes, failure, flood, hashOf, readAll, rejection, through, withCode } from "./tools.ts";

const names: readonly CodecName[] = ["json", "msgpack", "protobuf", "arrow"];

/** A far side whose streams "echo" and "puppet" have that codec. */
const farOf = (codec: CodecName): PairOptions => ({
  far: { streams: { coded: { handler: "echo", codec }, puppet: { handler: "puppet", codec } } },
});

const row = (id: number): object => ({ id, name: `row ${id}`, score: id / 7, tags: ["a", "ä"], none: null });
/** Made when they are needed: where no code may be made of strings, Arrow can make no table. */
const samples: Readonly<Record<CodecName, () => readonly unknown[]>> = {
  json: () => [...Array.from({ length: 300 }, (_, id) => row(id)), "text", 5, null, [], "ü".repeat(100_000)],
  msgpack: () => [
    ...Array.from({ length: 300 }, (_, id) => row(id)),
    { when: new Date(5), bytes: Uint8Array.of(1, 2), vector: new Float32Array(768).fill(0.5) },
    [new Float64Array(3), new BigInt64Array([5n])],
    new Uint8Array(100_000).fill(7),
    null,
  ],
  protobuf: () => Array.from({ length: 300 }, (_, nanos) => create(TimestampSchema, { seconds: 5n, nanos })),
  arrow: () => [1, 10, 3_000].map((length) => tableFromArrays({ a: new Float32Array(length).fill(length), b: ["x"] })),
};
/** What the codec refuses to carry, and how it says so. */
const unfit: Readonly<Record<CodecName, readonly [unknown, string]>> = {
  json: [{ when: new Date(0) }, "chunk.when is a Date"],
  msgpack: [{ list: [new Map()] }, "chunk.list[0] is a Map"],
  protobuf: [{ seconds: 5 }, "google.protobuf.Timestamp"],
  arrow: [[{ a: 1 }], "Table"],
};
/** What the codec cannot read, and what its library says. */
const unreadable: Readonly<Record<CodecName, readonly [Uint8Array, RegExp]>> = {
  json: [new TextEncoder().encode('{"a":'), /JSON/],
  msgpack: [Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff), /MessagePack/],
  protobuf: [Uint8Array.of(0xff), /EOF/],
  arrow: [Uint8Array.of(1, 2, 3, 4), /Arrow/],
};
/** What is compared of a chunk: tables have accessors where others have data; of many bytes `expect` looks long at each. */
const plain = (chunk: unknown): unknown => {
  if (chunk instanceof Uint8Array) return hashOf(chunk);
  return typeof (chunk as Table | null)?.toArray === "function" ? (chunk as Table).toArray().map(String) : chunk;
};

export function codecsByName({ test }: Contract): void {
  for (const name of names) {
    test(`the ${name} codec carries its chunks there and back, each as it was written`, async (make) => {
      const { near } = make(farOf(name));
      const chunks = samples[name]();
      const back = await through(near.openStream("coded", { codec: codecs[name]() }), chunks);
      expect(back.map(plain)).toEqual(chunks.map(plain));
    });

    test(`the ${name} codec keeps chunks apart that are written at once`, async (make) => {
      const { near } = make(farOf(name));
      const { readable, writable } = near.openStream("coded", { codec: codecs[name]() });
      const chunks = samples[name]().slice(0, 50);
      const writer = writable.getWriter();
      const writes = flood(writer, chunks);
      const [back] = await Promise.all([readAll(readable), writer.close(), ...writes]);
      expect(back.map(plain)).toEqual(chunks.map(plain));
    });

    test(`what the ${name} codec cannot carry rejects its write with a TypeError, and no other stream`, async (make) => {
      const { near, far } = make(farOf(name));
      const [chunk, message] = unfit[name];
      const writer = near.openStream("puppet", { codec: codecs[name]() }).writable.getWriter();
      const failed = await failure(writer.write(chunk));
      expect(failed).toMatchObject({ class: "TypeError", code: "BAD_CHUNK" });
      expect(failed.message).toContain(message);
      expect((await far.stream("puppet").read()).error).toMatchObject({ class: "TypeError", code: "BAD_CHUNK" });
      const [first] = samples[name]();
      expect((await through(near.openStream("coded", { codec: codecs[name]() }), [first])).length).toBe(1);
    });

    test(`what the ${name} codec cannot read errors its stream at both ends, and no other`, async (make) => {
      const { near, far } = make(farOf(name));
      const [bytes, message] = unreadable[name];
      const liar: Codec = { ...codecs[name](), encode: () => bytes };
      const { writable } = near.openStream("puppet", { codec: liar });
      const writer = writable.getWriter();
      void flood(writer, [1]);
      // The codec's own error, or one that has it as its cause.
      const { error } = await far.stream("puppet").read();
      expect(`${error?.message} ${error?.cause?.message}`).toMatch(message);
      const told = await failure(writer.closed);
      expect(`${told.message} ${told.cause?.message}`).toMatch(message);
      const [first] = samples[name]();
      expect((await through(near.openStream("coded", { codec: codecs[name]() }), [first])).length).toBe(1);
    });
  }

  test("a stream whose two sides name different codecs errors by name at both ends, and no other", async (make) => {
    const { near } = make(farOf("msgpack"));
    for (const codec of [codecs.json(), codecs.arrow()]) {
      const { readable, writable } = near.openStream("coded", { codec });
      const error = await rejection(readable.getReader().read());
      expect(error).toEqual(withCode("CODEC_MISMATCH"));
      expect((error as Error).message).toContain(`"${codec.name}"`);
      expect((error as Error).message).toContain('"msgpack"');
      expect(await rejection(writable.getWriter().closed)).toEqual(withCode("CODEC_MISMATCH"));
    }
    expect(await through(near.openStream("coded", { codec: codecs.msgpack() }), [1])).toEqual([1]);
  });

  test("two messages of protobuf are two codecs: their names tell them apart", async (make) => {
    const { near } = make(farOf("protobuf"));
    const other: Codec = { ...codecs.protobuf(), name: "protobuf:shop.Row" };
    const error = await rejection(near.openStream("coded", { codec: other }).readable.getReader().read());
    expect(error).toEqual(withCode("CODEC_MISMATCH"));
    expect((error as Error).message).toMatch(/"protobuf:shop\.Row".*"protobuf:google\.protobuf\.Timestamp"/);
  });

  test("a transfer function is given the chunk itself, and what it names is gone", async (make) => {
    const { near } = make(farOf("msgpack"));
    const seen: unknown[] = [];
    const [chunk, named] = [{ list: bytes(4) }, bytes(8)];
    const transfer = (given: unknown): ArrayBuffer[] => {
      seen.push(given);
      return [named.buffer];
    };
    const back = await through(near.openStream("coded", { codec: codecs.msgpack(), transfer }), [chunk]);
    expect([back, seen[0] === chunk, seen.length]).toEqual([[{ list: bytes(4) }], true, 1]);
    expect([named.byteLength, chunk.list.byteLength]).toEqual([0, 4]);
  });

  test("a transfer function may move what its codec sends as it is", async (make) => {
    const { near } = make({ far: { streams: { bytes: { handler: "echo", codec: "raw" } } } });
    const transfer = (chunk: unknown): ArrayBuffer[] => [(chunk as Uint8Array<ArrayBuffer>).buffer];
    const chunks = [bytes(10), bytes(20_000, 1).subarray(5), bytes(3)];
    const back = await through(near.openStream("bytes", { codec: raw(), transfer }), chunks);
    expect(back).toEqual([bytes(10), bytes(20_000, 1).subarray(5), bytes(3)]);
    expect(chunks.map(({ byteLength }) => byteLength)).toEqual([0, 0, 0]);
  });

  test("codecs that write their memory again are not moved with it", async (make) => {
    const { near } = make({
      far: { streams: { coded: { handler: "echo", codec: "msgpack", transfer: true } } },
    });
    const chunks = Array.from({ length: 100 }, (_, id) => ({ id, bytes: new Uint8Array(1000).fill(id) }));
    const stream = near.openStream("coded", { codec: codecs.msgpack(), transfer: true });
    const shown = (list: readonly unknown[]): unknown[] =>
      (list as typeof chunks).map(({ id, bytes }) => [id, hashOf(bytes)]);
    expect(shown(await through(stream, chunks))).toEqual(shown(chunks));
    // Just as long as the memory of the encoder: the whole of it is one chunk.
    const whole = Array.from({ length: 5 }, (_, id) => new Uint8Array(2045).fill(id));
    const back = await through(near.openStream("coded", { codec: codecs.msgpack(), transfer: true }), whole);
    expect(back.map(plain)).toEqual(whole.map(plain));
  });
}

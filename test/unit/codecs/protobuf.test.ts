/** The protobuf codecs, of both libraries: one name and the same bytes. */
import { create } from "@bufbuild/protobuf";
import {
  AnySchema,
  StructSchema,
  type Timestamp,
  TimestampSchema,
  type Value,
  ValueSchema,
} from "@bufbuild/protobuf/wkt";
import protobufjs from "protobufjs";
import { describe, expect, it } from "vitest";
import type { Codec } from "../../../src/codecs/codec.ts";
import { protobuf } from "../../../src/codecs/protobuf.ts";
import { protobuf as withoutImport } from "../../../src/codecs/protobufjs.ts";
import { thrownBy } from "../support/error-of.ts";
import { amid, taken } from "../support/memory.ts";

interface Row {
  id: string;
  score?: number;
  tags?: string[];
  raw?: Uint8Array;
  inner?: Row;
}
const { root } = protobufjs.parse(`
  syntax = "proto3";
  package shop;
  message Row { string id = 1; float score = 2; repeated string tags = 3; bytes raw = 4; Row inner = 5; }
  message Empty {}
  message Timestamp { int64 seconds = 1; int32 nanos = 2; }
`);
const type = (name: string): protobufjs.Type => root.lookupType(name);
const row = (codec: Codec<Row> = withoutImport<Row>(type("shop.Row") as never)): Codec<Row> => codec;

/** A message inside of a message, so many times, by these fields in turn. */
function nested(fields: readonly number[], depth: number): Uint8Array {
  let bytes: number[] = [];
  for (let level = depth; level > 0; level--) {
    const length: number[] = [];
    for (let left = bytes.length; left > 127; left >>>= 7) length.push((left & 127) | 128);
    length.push(bytes.length >>> (7 * length.length));
    bytes = [(fields[level % fields.length] ?? 0) * 8 + 2, ...length, ...bytes];
  }
  return Uint8Array.from(bytes);
}

describe("protobuf() of a @bufbuild/protobuf schema", () => {
  it("is named after its message, and counts chunks", () => {
    const { name, unit, reuses } = protobuf(TimestampSchema);
    expect({ name, unit, reuses }).toEqual({ name: "protobuf:google.protobuf.Timestamp", unit: "chunks" });
    expect(protobuf(StructSchema).name).toBe("protobuf:google.protobuf.Struct");
  });

  it("gives back its messages", () => {
    const codec: Codec<Timestamp> = protobuf(TimestampSchema);
    for (const seconds of [0n, -1n, 2n ** 62n]) {
      const message = create(TimestampSchema, { seconds, nanos: 5 });
      expect(codec.decode(taken(codec as Codec, message), 0)).toEqual(message);
    }
  });

  it.each<[string, unknown, string]>([
    ["a plain object", { seconds: 5n }, "create()"],
    ["another message", create(StructSchema), "create()"],
    ["null", null, "create()"],
    ["a wrong field", { ...create(TimestampSchema), seconds: "x" }, "Timestamp.seconds"],
  ])("refuses %s with the library's message", (_, chunk, message) => {
    const { error, code } = thrownBy(() => protobuf(TimestampSchema).encode(chunk as never));
    expect([error.name, code]).toEqual(["TypeError", "BAD_CHUNK"]);
    expect(error.message).toContain("it is no google.protobuf.Timestamp");
    expect((error.cause as Error).message).toContain(message);
  });

  it.each([[[0xff]], [[8]], [[7]], [[0x0a, 0xff, 0xff, 0xff, 0xff, 0x07]]])("refuses the bytes %j", (bytes) => {
    expect(thrownBy(() => protobuf(StructSchema).decode(Uint8Array.from(bytes), 0)).error).toBeInstanceOf(Error);
  });

  it("refuses what is nested without end, without running out of stack", () => {
    // A value's list is field 6, and a list's values are field 1.
    const codec: Codec<Value> = protobuf(ValueSchema);
    expect(codec.decode(nested([6, 1], 49), 0)).toBeDefined();
    expect(thrownBy(() => codec.decode(nested([6, 1], 3001), 0)).error.message).toMatch(/depth/);
  });

  it("does not hold a whole batch by one small chunk", () => {
    const codec = protobuf(AnySchema);
    const bytes = amid(taken(codec as Codec, create(AnySchema, { typeUrl: "a", value: Uint8Array.of(1, 2) })));
    const { value } = codec.decode(bytes, 0);
    expect([[...value], value.buffer.byteLength]).toEqual([[1, 2], bytes.byteLength]);
  });
});

describe("protobuf() of a protobufjs type", () => {
  it("is named after its message, by either entry", () => {
    expect([row().name, row().unit]).toEqual(["protobuf:shop.Row", "chunks"]);
    expect(protobuf(type("shop.Row") as never).name).toBe("protobuf:shop.Row");
    // As `pbjs` generates them: without a full name, with a URL.
    const { encode, decode, verify } = type("shop.Row");
    const getTypeUrl = (prefix = "type.googleapis.com"): string => `${prefix}/shop.Row`;
    expect(withoutImport({ encode, decode, verify, getTypeUrl } as never).name).toBe("protobuf:shop.Row");
  });

  it("refuses what is no type, with what to pass", () => {
    for (const wrong of [{}, { encode() {} }]) {
      const { error, code } = thrownBy(() => withoutImport(wrong as never));
      expect([error.name, code]).toEqual(["TypeError", "BAD_OPTION"]);
    }
  });

  it("gives back its messages", () => {
    const chunk = { id: "a", score: 1.5, tags: ["x", "y"], raw: Uint8Array.of(1, 2), inner: { id: "b", tags: [] } };
    const back = row().decode(taken(row() as Codec, chunk), 0);
    expect(type("shop.Row").toObject(back as never, { arrays: true })).toEqual(chunk);
  });

  it("writes and reads the bytes of the other library", () => {
    const ours = protobuf(TimestampSchema);
    const theirs = withoutImport<{ nanos: number }>(type("shop.Timestamp") as never);
    const bytes = taken(ours as Codec, create(TimestampSchema, { nanos: 5 }));
    expect(theirs.decode(bytes, 0).nanos).toBe(5);
    expect(taken(theirs as Codec, { nanos: 5 })).toEqual(bytes);
  });

  it.each<[string, unknown, string]>([
    ["a wrong field", { id: 5 }, "id: string expected"],
    ["a wrong field inside", { inner: { tags: 5 } }, "inner.tags: array expected"],
    ["null", null, "object expected, not Null"],
    ["text", "x", "object expected, not String"],
    ["a list", [], "object expected, not Array"],
    ["a Map", new Map(), "object expected, not Map"],
  ])("refuses %s with the library's message", (_, chunk, message) => {
    const { error, code } = thrownBy(() => row().encode(chunk as never));
    expect([error.name, code]).toEqual(["TypeError", "BAD_CHUNK"]);
    expect(error.message).toBe(`Cannot write a chunk: it is no shop.Row: ${message}`);
    expect((error.cause as Error).message).toBe(message);
  });

  it.each([[[0xff]], [[0x0a]], [[0x0a, 0xff, 0xff, 0xff, 0xff, 0x07]], [[7]]])("refuses the bytes %j", (bytes) => {
    expect(thrownBy(() => row().decode(Uint8Array.from(bytes), 0)).error).toBeInstanceOf(Error);
  });

  it("refuses what is nested without end, without running out of stack", () => {
    expect(row().decode(nested([5], 50), 0)).toBeDefined();
    expect(thrownBy(() => row().decode(nested([5], 3_000), 0)).error.message).toMatch(/depth/);
  });

  it("does not hold a whole batch by one small chunk", () => {
    const bytes = amid(taken(row() as Codec, { id: "a", raw: Uint8Array.of(1, 2) }));
    const { raw } = row().decode(bytes, 0);
    expect(raw?.buffer.byteLength).toBe(bytes.byteLength);
  });
});

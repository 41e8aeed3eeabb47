/** The arrow codec: tables and record batches, as views of what came. */
import {
  Dictionary,
  Field,
  Int32,
  List,
  RecordBatch,
  Schema,
  Table,
  Timestamp,
  TimeUnit,
  tableFromArrays,
  tableFromIPC,
  tableFromJSON,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arrow } from "../../../src/codecs/arrow.ts";
import type { Codec } from "../../../src/codecs/codec.ts";
import { thrownBy } from "../support/error-of.ts";
import { amid, taken } from "../support/memory.ts";

const MIB = 1024 * 1024;
const table = (): Table => tableFromArrays({ score: Float32Array.of(1, 2, 3), name: ["x", "y", "ä"] }) as never;
const rows = (each: Table | RecordBatch): string[] => each.toArray().map(String);
const batchOf = (each: Table): RecordBatch => each.batches[0] as RecordBatch;
const written = (chunk: unknown): Uint8Array => taken(arrow() as Codec, chunk);

describe("arrow()", () => {
  it("is named arrow, and counts bytes", () => {
    const { name, unit, reuses } = arrow();
    expect({ name, unit, reuses }).toEqual({ name: "arrow", unit: "bytes" });
  });

  it("gives back tables, as Arrow's own reader does", () => {
    const bytes = written(table());
    expect(rows(arrow().decode(bytes, 0))).toEqual(rows(table()));
    expect(rows(tableFromIPC(bytes))).toEqual(rows(table()));
    expect(arrow().decode(bytes, 0)).toBeInstanceOf(Table);
  });

  it("gives back columns of any length", () => {
    fc.assert(
      fc.property(fc.float64Array({ maxLength: 200 }), fc.array(fc.string(), { maxLength: 20 }), (numbers, texts) => {
        const back = arrow().decode(written(tableFromArrays({ numbers })), 0);
        expect(back.getChild("numbers")?.toArray() ?? new Float64Array(0)).toEqual(numbers);
        fc.pre(texts.length > 0);
        const again = arrow().decode(written(tableFromArrays({ texts })), 0);
        expect([...(again.getChild("texts") ?? [])]).toEqual(texts);
      }),
      { numRuns: 30 },
    );
  });

  it("gives back columns that take no bytes, as those of nulls", () => {
    const nulls: Table = tableFromJSON(Array.from({ length: 10_000 }, () => ({ note: null })));
    const codec = arrow();
    const read = codec.decode(new Uint8Array(codec.encode(nulls) as Uint8Array), 0);
    expect(read.numRows).toBe(10_000);
  });

  it("takes and gives record batches where asked for", () => {
    const batches: Codec<RecordBatch> = arrow({ as: "batch" });
    const back = batches.decode(written(batchOf(table())), 0);
    expect(back).toBeInstanceOf(RecordBatch);
    expect(rows(back)).toEqual(rows(table()));
    expect(rows(arrow().decode(written(batchOf(table())), 0))).toEqual(rows(table()));
    expect(batches.decode(written(tableFromArrays({ a: new Float32Array(0) })), 0).numRows).toBe(0);
    const batch = batchOf(table());
    const two = new Table([batch, batch]);
    expect(arrow().decode(written(two), 0).numRows).toBe(6);
    expect(thrownBy(() => batches.decode(written(two), 0)).code).toBe("BAD_CHUNK");
  });

  it("gives columns as views of the bytes that came", () => {
    const bytes = written(tableFromArrays({ score: new Float32Array(1000) }));
    expect(arrow().decode(bytes, 0).getChild("score")?.data[0]?.values.buffer).toBe(bytes.buffer);
  });

  it("does not hold a whole batch of chunks by a small table", () => {
    const bytes = amid(written(table()));
    const values = arrow().decode(bytes, 0).getChild("score")?.data[0]?.values;
    expect(values?.buffer.byteLength).toBe(bytes.byteLength);
  });

  it("takes a table that it gave, and refuses one of a file", () => {
    const back = arrow().decode(written(table()), 0);
    expect(rows(arrow().decode(written(back), 0))).toEqual(rows(table()));
    expect(thrownBy(() => arrow().decode(tableToIPC(table(), "file"), 0)).code).toBe("BAD_CHUNK");
  });

  it("carries columns of all kinds: nested, of dictionaries, with nulls, dates, decimals and metadata", () => {
    const field = Field.new("m", new List(Field.new("item", new Utf8(), true)), true, new Map([["k", "v"]]));
    const lists = vectorFromArray([["a"], null, ["b", "c"]], field.type);
    const chunk = new Table({
      lists,
      structs: vectorFromArray([
        { a: 1, b: { c: "x" } },
        { a: 2, b: { c: "y" } },
        { a: 3, b: { c: "z" } },
      ]),
      when: vectorFromArray([new Date(1), new Date(2), new Date(3)]),
      stamp: vectorFromArray([1n, 2n, 3n], new Timestamp(TimeUnit.MILLISECOND, "Europe/Berlin")),
      words: vectorFromArray(["x", "y", "x"], new Dictionary(new Utf8(), new Int32())),
      flags: vectorFromArray([true, false, null]),
      big: vectorFromArray([1n, 2n, 3n]),
      none: vectorFromArray([null, null, null]),
    });
    expect(rows(arrow().decode(written(chunk), 0))).toEqual(rows(chunk));
    expect(arrow().decode(written(new Table()), 0).numRows).toBe(0);
    const named = new Table(new Schema([field], new Map([["of", "all"]])), { m: lists } as never);
    expect(arrow().decode(written(named), 0).schema.metadata.get("of")).toBe("all");
  });

  it.each([undefined, null, "text", 5, {}, [1], new Map(), new Uint8Array(8)])("refuses to write %o", (chunk) => {
    const { error, code } = thrownBy(() => arrow().encode(chunk as never));
    expect([error.name, code]).toEqual(["TypeError", "BAD_CHUNK"]);
    expect(error.message).toContain("Table");
  });

  it.each([
    [[]],
    [[0, 0, 0, 0]],
    [[1, 2, 3, 4, 5]],
    [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    [[0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff]],
    [[16, 0, 0, 0, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7]],
  ])("refuses the bytes %j", (bytes) => {
    expect(thrownBy(() => arrow().decode(Uint8Array.from(bytes), 0)).error).toBeInstanceOf(Error);
  });

  it("refuses a table that is cut off in its schema, its columns, or between its messages' parts", () => {
    const bytes = written(table());
    for (let end = 1; end < bytes.length - 40; end += 13) {
      const cut = bytes.slice(0, end);
      let read: Table;
      try {
        read = arrow().decode(cut, 0);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        continue;
      }
      // Between two messages Arrow's stream may end: then it holds the batches up to there.
      expect([0, 3]).toContain(read.numRows);
    }
  });

  it("survives a wrong count, or a wrong offset, in any place", () => {
    const bytes = written(tableFromArrays({ a: new Float32Array(1) }));
    const changed = new Uint8Array(bytes);
    for (let at = 0; at < bytes.length - 4; at += 4) {
      for (const value of [1, 4, 16, 0x7fffffff, 0xffffffff]) {
        changed.set(bytes);
        new DataView(changed.buffer).setUint32(at, value, true);
        expect(() => survives(changed)).not.toThrow();
      }
    }
  });

  it("survives any change of its bytes: an error, or a table of no more rows than it may have, soon", () => {
    const bytes = written(table());
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = bytes.slice();
        for (const [at, value] of changes) changed[at] = value;
        survives(changed);
      }),
      { numRuns: 2000 },
    );
  });
});

/** An error or a table, and no memory beyond what such a chunk takes. */
function survives(bytes: Uint8Array): void {
  const before = process.memoryUsage().heapUsed;
  try {
    expect(arrow().decode(bytes, 0).numRows).toBeLessThanOrEqual(Math.max(65_536, 8 * bytes.length));
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
  }
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(8 * MIB);
}

/** Small chunks side by side in one frame, for codecs that read them together. */
import { describe, expect, it } from "vitest";
import { msgpack } from "../../../src/codecs/msgpack.ts";
import { chunksOf, countOf } from "../../../src/wire/frames.ts";
import { Gather } from "../../../src/wire/gather.ts";
import { PACKED } from "../../../src/wire/layout.ts";
import { Memories } from "../../../src/wire/memories.ts";
import { OutQueue } from "../../../src/wire/out-queue.ts";
import { readPayload } from "../../../src/wire/payload.ts";
import { decoded, joined } from "../support/bytes.ts";
import { thrownBy } from "../support/error-of.ts";

const chunk = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill);

/** What a queue makes of chunks of these lengths, as it is read. */
function through(lengths: readonly number[]) {
  const queue = new OutQueue(1, new Memories());
  for (const [at, length] of lengths.entries()) queue.push(chunk(length, at + 1), 0, undefined, false, true);
  const gather = new Gather();
  queue.deficit = 1_000_000;
  queue.drain(gather, 1_000_000);
  return decoded(joined(...gather.end())).map(({ payload, ...header }) => ({
    header,
    read: readPayload({ ...header, length: payload.length, total: 0 }, payload),
  }));
}

describe("packed chunks", () => {
  it("stand side by side, without padding, and come apart again", () => {
    const [{ header, read }] = through([3, 0, 5, 256]) as [ReturnType<typeof through>[number]];
    expect(header.flags & PACKED).toBe(PACKED);
    expect(read.packed?.lengths).toEqual([3, 0, 5, 256]);
    expect(read.packed?.bytes).toHaveLength(264);
    const frame = { type: "stream-data", id: 1, ...(read.packed && { packed: read.packed }) } as const;
    expect(countOf(frame)).toBe(4);
    expect(chunksOf(frame)).toEqual([chunk(3, 1), chunk(0, 2), chunk(5, 3), chunk(256, 4)]);
  });

  it("are not made of a chunk alone, nor of larger ones, which are aligned", () => {
    expect(through([3]).map(({ header }) => header.flags)).toEqual([0]);
    expect(through([3, 3, 257, 257, 3, 3]).map(({ header }) => [header.flags, header.count])).toEqual([
      [PACKED, 2],
      [0, 2],
      [PACKED, 2],
    ]);
  });

  it("whose lengths are not those of the payload are a breach", () => {
    const table = Uint8Array.of(3, 0, 0, 0, 9, 0, 0, 0, 1, 2, 3);
    const header = { length: 11, type: 5, flags: PACKED, count: 2, stream: 1, total: 0 };
    expect(thrownBy(() => readPayload(header, table))).toMatchObject({ code: "BAD_FRAME" });
  });
});

describe("msgpack().decodeAll()", () => {
  const codec = msgpack();
  const packed = (values: readonly unknown[]) => {
    const chunks = values.map((value) => new Uint8Array(codec.encode(value) as Uint8Array));
    return { bytes: joined(...chunks), lengths: chunks.map(({ length }) => length) };
  };

  it("gives what decode() gives of each", () => {
    const values = [{ id: 1, tags: ["a"] }, null, "text", [1, [2]], new Date(5).getTime()];
    const { bytes, lengths } = packed(values);
    expect(codec.decodeAll?.(bytes, lengths)).toEqual(values);
  });

  it("leaves chunks with binary to be decoded one by one", () => {
    const { bytes, lengths } = packed([1, { data: chunk(5, 1) }]);
    expect(codec.decodeAll?.(bytes, lengths)).toBeUndefined();
  });

  it("refuses chunks that do not end where they should", () => {
    const { bytes, lengths } = packed(["one", "two"]);
    const [first = 0, second = 0] = lengths;
    expect(thrownBy(() => codec.decodeAll?.(bytes, [first - 1, second + 1]))).toMatchObject({ code: "BAD_CHUNK" });
  });
});

/** Chunks that come in fragments: when the sender may go on before all of one has come. */
import { describe, expect, it } from "vitest";
import { raw } from "../../../src/codecs/raw.ts";
import { platformMark } from "../../../src/stream/held.ts";
import { Incoming, type IncomingOptions } from "../../../src/stream/incoming.ts";
import type { Strategy } from "../../../src/stream/strategy.ts";
import type { Frame } from "../../../src/wire/frames.ts";
import { ownerOf } from "../support/owner.ts";
import { settle } from "../support/scheduler.ts";

const CHUNK = 1_000;

type CreditFrame = Extract<Frame, { type: "stream-credit" }>;

/** A direction whose grants are kept, and its reader. */
async function incoming(strategy: Partial<Strategy>, bytes: false | "stream" = false) {
  const limits: number[] = [];
  const owner = ownerOf(CHUNK, {
    lane: { post: (message) => limits.push((message as CreditFrame).limit), listen() {}, close() {} },
  });
  const whole: Strategy = { unit: "bytes", highWaterMark: CHUNK, size: undefined, ...strategy };
  const mark = platformMark(whole, bytes === "stream");
  const byteWindow = 1_000_000;
  const options: IncomingOptions = {
    bytes,
    codec: raw(),
    schema: undefined,
    strategy: whole,
    fixed: true,
    byteWindow,
    mark,
  };
  const direction = new Incoming(owner, options, undefined);
  const reader = new ReadableStream(direction as never, direction.queuing).getReader();
  await settle();
  let number = 0;
  return {
    limits,
    reader,
    begin: () => direction.begins(CHUNK),
    finish: () => direction.data({ type: "stream-data", id: 1, chunks: [new Uint8Array(CHUNK).fill(number++)] }),
  };
}

describe("A chunk that comes in fragments", () => {
  it("is as good as taken where a read waits for it: the next one may start at once", async () => {
    const { limits, reader, begin, finish } = await incoming({});
    for (let n = 0; n < 3; n++) {
      const read = reader.read();
      await settle();
      begin();
      expect(limits).toEqual(Array.from({ length: n + 1 }, (_, i) => (i + 2) * CHUNK));
      finish();
      expect((await read).value).toEqual(new Uint8Array(CHUNK).fill(n));
      await settle();
    }
  });

  it("is so too if the read comes later than its first fragment", async () => {
    const { limits, reader, begin, finish } = await incoming({});
    begin();
    expect(limits).toEqual([]);
    const read = reader.read();
    await settle();
    expect(limits).toEqual([2 * CHUNK]);
    finish();
    await read;
    begin();
    const next = reader.read();
    await settle();
    expect(limits).toEqual([2 * CHUNK, 3 * CHUNK]);
    finish();
    await next;
  });

  it("lets nothing more come for a read of a byte stream, which may take a part of it only", async () => {
    const { limits, reader, begin } = await incoming({}, "stream");
    reader.read().catch(() => {});
    await settle();
    begin();
    await settle();
    expect(limits).toEqual([]);
  });

  it("lets nothing more come where no read waits", async () => {
    const { limits, begin, finish } = await incoming({});
    begin();
    finish();
    await settle();
    begin();
    await settle();
    expect(limits).toEqual([]);
  });

  it.each<[string, Partial<Strategy>]>([
    [
      "a highWaterMark of 0, for a second read is granted after the first was filled",
      { unit: "chunks", highWaterMark: 0 },
    ],
    ["a size() of the receiver's own", { unit: "weight", highWaterMark: 10, size: () => 10 }],
    ["a sender that weighs", { unit: "weight", highWaterMark: 10 }],
    ["a window that is far from spent", { highWaterMark: 10 * CHUNK }],
  ])("lets nothing more come with %s", async (_, strategy) => {
    const { limits, reader, begin } = await incoming(strategy);
    const reads = [reader.read(), reader.read()];
    for (const read of reads) read.catch(() => {});
    await settle();
    const before = [...limits];
    begin();
    await settle();
    expect(limits).toEqual(before);
  });
});

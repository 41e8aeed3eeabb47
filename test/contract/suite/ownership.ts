/** Chunks belong to the stream from `write()` on: what is copied, what is moved, and that no byte more is carried. */

import { raw } from "sluice/codecs/raw";
import { expect } from "vitest";
import type { Contract } from "./pair.ts";
import { pooled } from "./realm.ts";
import { bytes, readSome, through } from "./tools.ts";

/** Ways to put a view into a chunk. */
const wrappings: Readonly<Record<string, (view: Uint8Array) => unknown>> = {
  "as the chunk": (view) => view,
  "in an object": (view) => ({ deep: { view } }),
  "in an array": (view) => [[view]],
  "in a Map": (view) => new Map([["view", view]]),
  "in a Set": (view) => new Set([view]),
  "in an instance of a class": (view) => new Holder(view),
};

class Holder {
  readonly view: Uint8Array;
  constructor(view: Uint8Array) {
    this.view = view;
  }
}

/** The first description of a buffer in what the far side described. */
function findBuffer(described: unknown): { byteLength: number; bufferLength: number; bytes: number[] } | undefined {
  if (typeof described !== "object" || described === null) return undefined;
  if ("bufferLength" in described) return described as ReturnType<typeof findBuffer>;
  for (const value of Object.values(described)) {
    const found = findBuffer(value);
    if (found) return found;
  }
  return undefined;
}

export function ownership({ test }: Contract): void {
  for (const [where, wrap] of Object.entries(wrappings)) {
    test(`◆ a reused buffer written five times arrives with five contents, ${where}`, async (make) => {
      const { near, far } = make({});
      const { writable } = near.openStream("puppet");
      const writer = writable.getWriter();
      const buffer = new Uint8Array(4);
      for (let i = 1; i <= 5; i++) {
        buffer.fill(i);
        await writer.write(wrap(buffer));
      }
      buffer.fill(99);
      const seen = await far.stream("puppet").readMany(5);
      expect(seen.map((chunk) => findBuffer(chunk)?.bytes)).toEqual([1, 2, 3, 4, 5].map((i) => [i, i, i, i]));
    });

    test(`◆ a view of a pooled buffer does not carry the pool, ${where}`, async (make) => {
      const { near, far } = make({});
      const { writable } = near.openStream("puppet");
      const view = pooled("four");
      expect(view.buffer.byteLength).toBeGreaterThan(4);
      await writable.getWriter().write(wrap(view));
      const seen = findBuffer((await far.stream("puppet").read()).chunk);
      expect(seen).toMatchObject({ byteLength: 4, bufferLength: 4, bytes: [...view] });
    });
  }

  test("◆ a view of a pooled buffer does not carry the pool, with transfer: true and with a codec", async (make) => {
    const { near } = make({});
    for (const options of [{ transfer: true }, { codec: raw() }, { codec: raw(), transfer: true }]) {
      const view = pooled("four");
      const [back] = (await through(near.openStream("echo", options), [view])) as Uint8Array[];
      expect(back?.buffer.byteLength).toBe(4);
      expect(new TextDecoder().decode(view)).toBe("four");
    }
  });

  test("◆ a reused object written five times arrives with five contents", async (make) => {
    const { near } = make({});
    const inner = { n: 0 };
    const list = [0];
    for (const chunk of [
      inner,
      { inner },
      { deep: { inner }, other: "x" },
      list,
      [list],
      new Map([["inner", inner]]),
    ]) {
      const { readable, writable } = near.openStream("echo");
      const writer = writable.getWriter();
      const reader = readable.getReader();
      for (let i = 1; i <= 5; i++) {
        inner.n = i;
        list[0] = i;
        await writer.write(chunk);
      }
      inner.n = 99;
      list[0] = 99;
      const seen = (await readSome(reader, 5)).map((each) => JSON.stringify(each instanceof Map ? [...each] : each));
      expect(seen.map((text) => Number(/\d/.exec(text)?.[0]))).toEqual([1, 2, 3, 4, 5]);
      expect(seen.join()).not.toContain("99");
    }
  });

  test("a reused large buffer arrives with five contents", async (make) => {
    const { near, far } = make({});
    const writer = near.openStream("puppet").writable.getWriter();
    const buffer = new Uint8Array(100_000);
    for (let i = 1; i <= 5; i++) await writer.write(buffer.fill(i));
    const seen = await far.stream("puppet").readMany(5);
    expect(seen.map((chunk) => findBuffer(chunk)?.bytes[0])).toEqual([1, 2, 3, 4, 5]);
  });

  test("a reused ArrayBuffer and a reused DataView arrive with five contents each", async (make) => {
    const { near } = make({});
    const view = new DataView(new ArrayBuffer(2));
    for (const chunk of [view, view.buffer]) {
      const { readable, writable } = near.openStream("echo");
      const writer = writable.getWriter();
      const reader = readable.getReader();
      for (let i = 0; i < 5; i++) {
        view.setUint16(0, i);
        await writer.write(chunk);
      }
      const back = (await readSome(reader, 5)) as (DataView | ArrayBuffer)[];
      const values = back.map((each) => (each instanceof DataView ? each : new DataView(each)).getUint16(0));
      expect(values).toEqual([0, 1, 2, 3, 4]);
    }
  });

  test("buffers are copied by default, whole ones too", async (make) => {
    const { near } = make({});
    const sent = [bytes(10), bytes(100_000), bytes(10).buffer];
    await through(near.openStream("echo"), sent);
    expect(sent.map((each) => each.byteLength)).toEqual([10, 100_000, 10]);
  });
}

import { expect } from "vitest";
import type { Contract } from "./pair.ts";
import { bytes, numbers, readAll, through, writeAll } from "./tools.ts";

export function chunks({ test }: Contract): void {
  test("1,000 small objects come back from an echo in order", async (make) => {
    const { near } = make({});
    const sent = numbers(1000).map((i) => ({ i, text: `chunk ${i}` }));
    expect(await through(near.openStream("echo"), sent)).toEqual(sent);
  });

  test("every value that can be cloned is a chunk", async (make) => {
    const { near } = make({});
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    const sent = [
      undefined,
      null,
      0,
      -0,
      Number.NaN,
      "",
      "text",
      true,
      12n,
      new Date(0),
      /x/gi,
      new Map([["a", new Set([1])]]),
      [1, [2, [3]]],
      { deep: { er: [{}] } },
      new Float64Array([1, 2.5]),
      new BigUint64Array([1n]),
      new DataView(new ArrayBuffer(3)),
      new ArrayBuffer(5),
      new RangeError("an error"),
      cyclic,
    ];
    const back = await through(near.openStream("echo"), sent);
    expect(back).toEqual(sent);
    expect(Object.is(back[3], -0)).toBe(true);
    expect(back[16]).toBeInstanceOf(DataView);
    const [last] = back.slice(-1) as { self?: unknown }[];
    expect(last?.self).toBe(last);
  });

  test("records arrive with their own keys, in their order, whatever came before them", async (make) => {
    const { near } = make({});
    const sent: Record<string, unknown>[] = [
      { a: 1, b: 2 },
      { a: 3, b: undefined },
      { b: 4, a: 5 },
      { a: 6 },
      { a: 7, b: 8, c: 9 },
      { 2: "two", 1: "one" },
      JSON.parse('{ "__proto__": 1, "a": 2 }'),
      { constructor: 1, hasOwnProperty: 2, toString: 3 },
      {},
      { "": "empty" },
      { a: [1], b: { c: new Date(1) } },
      { a: 1, b: bytes(3) },
      { a: 1, b: 2 },
    ];
    const back = await through(near.openStream("echo"), [...sent, ...sent]);
    expect(back.length).toBe(2 * sent.length);
    for (const [at, record] of back.entries()) {
      const original = sent[at % sent.length] as object;
      expect(Object.entries(record)).toEqual(Object.entries(original));
      expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
    }
  });

  test("one and the same buffer twice in a chunk arrives as one", async (make) => {
    const { near } = make({});
    const buffer = bytes(8);
    const [back] = await through(near.openStream("echo"), [{ a: buffer, b: buffer }]);
    expect(back?.a).toEqual(buffer);
    expect(back?.b).toBe(back?.a);
  });

  test("a chunk of a million characters arrives", async (make) => {
    const { near } = make({});
    const text = "é".repeat(1_000_000);
    expect(await through(near.openStream("echo"), [text])).toEqual([text]);
  });

  test("a chunk that is nested 10,000 levels deep arrives, or fails alone", async (make) => {
    const { near } = make({});
    let deep: unknown = 0;
    for (let i = 0; i < 10_000; i++) deep = [deep];
    const back = await through(near.openStream("echo"), [deep]).catch((error: unknown) => error);
    expect(Array.isArray(back) || back instanceof Error || back instanceof DOMException).toBe(true);
    expect(await through(near.openStream("echo"), ["fine"])).toEqual(["fine"]);
  });

  test("tee gives every chunk to both branches", async (make) => {
    const { near } = make({});
    const { readable, writable } = near.openStream("echo");
    const [one, two] = readable.tee();
    const [a, b] = await Promise.all([readAll(one), readAll(two), writeAll(writable, numbers(300))]);
    expect(a).toEqual(numbers(300));
    expect(b).toEqual(numbers(300));
  });

  test("a for await loop reads to the end", async (make) => {
    const { near } = make({});
    const { readable, writable } = near.openStream("echo");
    const written = writeAll(writable, numbers(10));
    const seen: unknown[] = [];
    for await (const chunk of readable) seen.push(chunk);
    await written;
    expect(seen).toEqual(numbers(10));
  });
}

/** `own()`: a chunk belongs to the stream from `write()` on, as a copy. */
import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { own, type Transfer } from "../../../src/stream/chunk.ts";
import { anyValue, names, values } from "../support/values.ts";

const make = (name: string): unknown => (values[name] as () => unknown)();

function copied<T>(chunk: T, transfer: Transfer = undefined): T {
  return own(chunk, transfer).chunk as T;
}

/** What is moved when the chunk is posted. */
function moves(chunk: unknown, transfer: Transfer = undefined): Transferable[] {
  return own(chunk, transfer).moves;
}

describe("own(), copying", () => {
  it.each(names())("arrives as the chunk itself would: %s", (name) => {
    deepStrictEqual(structuredClone(copied(make(name))), structuredClone(make(name)));
  });

  it("arrives as the chunk itself would, for any value", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        deepStrictEqual(structuredClone(copied(value)), structuredClone(value));
      }),
      { numRuns: 500 },
    );
  });

  it("leaves the chunk as it was", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const before = structuredClone(value);
        copied(value);
        deepStrictEqual(structuredClone(value), before);
      }),
      { numRuns: 200 },
    );
  });

  it("is not changed by what its writer does next, for bytes anywhere in it", () => {
    const bytes = new Uint8Array([1, 2, 3, 4]);
    const chunk = { bytes, list: [bytes.subarray(1, 3)], map: new Map([["k", bytes]]), set: new Set([bytes.buffer]) };
    const expected = structuredClone(chunk);
    const mine = copied(chunk);
    bytes.fill(9);
    expect(structuredClone(mine)).toStrictEqual(expected);
  });

  it.each<[string, unknown, (chunk: never) => void]>([
    ["an object", { n: 1 }, (chunk: { n: number }) => chunk.n++],
    ["an array", [1], (chunk: number[]) => chunk.push(2)],
    ["a Map", new Map([["a", 1]]), (chunk: Map<string, number>) => chunk.set("b", 2)],
    ["a Set", new Set([1]), (chunk: Set<number>) => chunk.add(2)],
    [
      "a class's instance",
      new (class Point {
        x = 1;
      })(),
      (chunk: { x: number }) => chunk.x++,
    ],
    ["a Date", new Date(5), (chunk: Date) => chunk.setTime(6)],
    ["a Date in a record", { at: new Date(5) }, (chunk: { at: Date }) => chunk.at.setTime(6)],
    ["an Error", new Error("first"), (chunk: Error) => Object.assign(chunk, { message: "second" })],
  ])("is not changed by what its writer does next, for %s", (_, chunk, change) => {
    const expected = structuredClone(chunk);
    const mine = copied(chunk);
    change(chunk as never);
    expect(structuredClone(mine)).toStrictEqual(expected);
  });

  it.each(names(["shared memory", "a view of shared memory", "a record of shared memory"]))(
    "carries no byte beside those of its views: %s",
    (name) => {
      for (const view of viewsIn(structuredClone(copied(make(name))))) {
        expect(view.byteLength).toBe(view.buffer.byteLength);
      }
    },
  );

  it("gives views whose offset is 0, so that they are aligned", () => {
    expect(copied(new Uint8Array(new ArrayBuffer(32), 3, 5)).byteOffset).toBe(0);
  });

  it("moves its own copies of much, and clones those of little", () => {
    expect(moves(new Uint8Array(100)).length).toBe(0);
    const large = new Uint8Array(100_000);
    const list = moves({ large });
    expect(list).toHaveLength(1);
    expect(list[0]).not.toBe(large.buffer);
    expect((list[0] as ArrayBuffer).byteLength).toBe(100_000);
  });

  it("leaves shared memory shared", () => {
    const memory = new SharedArrayBuffer(8);
    expect(copied(memory)).toBe(memory);
    expect(copied(new Uint8Array(memory)).buffer).toBe(memory);
  });

  it("keeps cycles and what occurs twice", () => {
    const part = { n: 1 };
    const chunk: Record<string, unknown> = { part, again: part, list: [part], bytes: new Uint8Array(1) };
    chunk["self"] = chunk;
    const mine = copied(chunk);
    expect(mine["self"]).toBe(mine);
    expect(mine["again"]).toBe(mine["part"]);
    expect((mine["list"] as unknown[])[0]).toBe(mine["part"]);
    expect(mine["part"]).not.toBe(part);
  });

  it("keeps a typed array's kind, and makes of a subclass what it clones to", () => {
    expect(copied(new Int16Array([1, -2]))).toStrictEqual(new Int16Array([1, -2]));
    expect(copied(new DataView(new ArrayBuffer(4), 1)).byteLength).toBe(3);
    expect(copied(Buffer.from("a")).constructor).toBe(Uint8Array);
  });

  it("does not touch a prototype by a property named __proto__", () => {
    const mine = copied(JSON.parse('{"__proto__": {"polluted": true}}'));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(mine)).toBe(Object.prototype);
    expect(Object.keys(mine)).toEqual(["__proto__"]);
  });
});

function viewsIn(value: unknown, seen: Set<unknown> = new Set()): ArrayBufferView[] {
  if (typeof value !== "object" || value === null || seen.has(value)) return [];
  seen.add(value);
  if (ArrayBuffer.isView(value)) return [value];
  const parts = value instanceof Map || value instanceof Set ? [...value].flat() : Object.values(value);
  if (value instanceof Error) parts.push(value.cause);
  return parts.flatMap((part) => viewsIn(part, seen));
}

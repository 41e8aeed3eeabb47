/** ◆ Both ends must charge a chunk exactly alike, or the stream stalls for good: one test for each kind of chunk. */
import { expect } from "vitest";
import type { Contract } from "./pair.ts";
import { inAnotherRealm, pooled } from "./realm.ts";
import { bytes, eventually, writeAll } from "./tools.ts";

const LENGTH = 1000;

class Holder {
  readonly data = bytes(LENGTH);
}
class Tagged {
  readonly data = bytes(LENGTH);
  get [Symbol.toStringTag](): string {
    return "Tagged";
  }
}
class Inheriting extends Holder {
  readonly more = new ArrayBuffer(LENGTH);
  get derived(): Uint8Array {
    return bytes(LENGTH);
  }
}
class HoldingMap extends Map<string, unknown> {
  readonly data = bytes(LENGTH);
}
class HoldingArray extends Array<unknown> {
  readonly data = bytes(LENGTH);
}
class HoldingError extends Error {
  readonly data = bytes(LENGTH);
}

/** Chunks that hold buffers, where the two ends might see different things. */
const kinds: Readonly<Record<string, () => unknown>> = {
  "a string": () => "x".repeat(LENGTH),
  "an ArrayBuffer": () => new ArrayBuffer(LENGTH),
  "a view of a part": () => bytes(LENGTH * 2).subarray(5, 5 + LENGTH),
  "a pooled Node Buffer": () => Buffer.from("pooled".repeat(20)),
  "a large Node Buffer": () => Buffer.alloc(100_000),
  "a DataView": () => new DataView(new ArrayBuffer(LENGTH), 4, 16),
  "an object with buffers": () => ({ a: bytes(LENGTH), b: bytes(LENGTH).buffer, c: 1 }),
  "an object with Node Buffers": () => ({ a: Buffer.from("pooled"), list: [Buffer.from("pooled")] }),
  "an object with nested buffers": () => ({ deep: { er: { data: bytes(LENGTH) } } }),
  "an object with one buffer twice": () => {
    const data = bytes(LENGTH);
    return { a: data, b: data };
  },
  "an object with two views of one buffer": () => {
    const { buffer } = bytes(LENGTH);
    return { a: new Uint8Array(buffer, 0, 10), b: new Uint8Array(buffer, 10, 20) };
  },
  "an object without a prototype": () => Object.assign(Object.create(null), { data: bytes(LENGTH) }),
  "an object with inherited buffers": () => Object.create({ inherited: bytes(LENGTH) }),
  "an object with hidden buffers": () =>
    Object.defineProperty({ seen: 1, [Symbol("s")]: bytes(LENGTH) }, "hidden", { value: bytes(LENGTH) }),
  "an object with a getter": () => ({
    get data() {
      return bytes(LENGTH);
    },
  }),
  "an object with an own toStringTag": () => ({ [Symbol.toStringTag]: "Custom", data: bytes(LENGTH) }),
  "an instance of a class": () => new Holder(),
  "an instance of a subclass": () => new Inheriting(),
  "an instance of a class with a toStringTag": () => new Tagged(),
  "an instance in an instance": () => ({ holder: new Holder(), data: bytes(LENGTH) }),
  "an Error holding buffers": () => Object.assign(new Error("holds"), { data: bytes(LENGTH) }),
  "an Error whose cause is a buffer": () => new Error("holds", { cause: bytes(LENGTH) }),
  "an instance of an Error's subclass": () => new HoldingError("holds"),
  "an object with an Error holding buffers": () => ({ error: new HoldingError("holds"), data: bytes(LENGTH) }),
  "a Map with buffers": () => new Map([["data", bytes(LENGTH)]]),
  "a Map with a property": () => new HoldingMap(),
  "a Set with buffers": () => new Set([bytes(LENGTH)]),
  "a Date with a property": () => Object.assign(new Date(0), { data: bytes(LENGTH) }),
  "a RegExp with a property": () => Object.assign(/x/, { data: bytes(LENGTH) }),
  "a boxed string with a property": () => Object.assign(Object("boxed"), { data: bytes(LENGTH) }),
  "an array with buffers": () => [bytes(LENGTH), pooled("pooled"), bytes(LENGTH).buffer],
  "an array with a property": () => Object.assign([bytes(LENGTH)], { data: bytes(LENGTH) }),
  "an instance of an Array's subclass": () => HoldingArray.from([bytes(LENGTH)]),
  "a sparse array": () => {
    const sparse: unknown[] = [bytes(LENGTH)];
    sparse[5000] = bytes(LENGTH);
    return sparse;
  },
  "an array of 3,000 buffers": () => Array.from({ length: 3000 }, () => bytes(1)),
  "an object with 3,000 buffers": () => Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`k${i}`, bytes(1)])),
  "an arguments object": () =>
    (function (..._: unknown[]) {
      // biome-ignore lint/complexity/noArguments: this is about such an object
      return arguments;
    })(bytes(LENGTH)),
  "an object of another realm": () => inAnotherRealm("({ data: new Uint8Array(1000) })"),
  "an array of another realm": () => inAnotherRealm("[new Uint8Array(1000)]"),
  "a buffer of another realm": () => inAnotherRealm("new Uint8Array(1000).buffer"),
  "an Error of another realm": () => inAnotherRealm("Object.assign(new Error('x'), { data: new Uint8Array(1000) })"),
  "a view of shared memory": () => new Uint8Array(new SharedArrayBuffer(LENGTH)),
  "shared memory": () => ({ shared: new SharedArrayBuffer(LENGTH), data: bytes(LENGTH) }),
};

export const chargedKinds: readonly string[] = Object.keys(kinds);

const COUNT = 30;
/** Of the chunks that are large by themselves. */
const FEW = 3;

export function charges({ test }: Contract): void {
  for (const [kind, make] of Object.entries(kinds)) {
    test(`◆ both ends charge alike: ${kind}`, async (makePair) => {
      // Small windows, so that a difference would soon be felt.
      const { near, far } = makePair({ far: { limits: { streamBytes: 4096 } } });
      const stream = near.openStream("collect", { metadata: { key: "all" } });
      const count = kind.includes("3,000") ? FEW : COUNT;
      await writeAll(stream.writable, Array.from({ length: count }, make));
      const seen = await far.report("all");
      expect(seen.error).toBe(undefined);
      expect(seen.count).toBe(count);
      expect(stream.stats().outgoing.chunks).toBe(count);
    });
  }

  test("◆ both ends charge alike: moved buffers", async (make) => {
    const { near, far } = make({});
    const stream = near.openStream("puppet", { transfer: true });
    const writer = stream.writable.getWriter();
    await writer.write(bytes(1000));
    await writer.write({ a: bytes(1000), b: [bytes(1000)], c: bytes(100).subarray(10) });
    const puppet = far.stream("puppet");
    const incoming = await eventually(
      async () => (await puppet.stats()).incoming,
      ({ chunks }) => chunks === 2,
    );
    expect(incoming.bytes).toBe(1000 + 64 + 2090 + 64);
    expect(stream.stats().outgoing.bytes).toBe(incoming.bytes);
  });

  test("a chunk is charged the buffers in it and 64 bytes, at both ends", async (make) => {
    const { near, far } = make({});
    const stream = near.openStream("puppet");
    const writer = stream.writable.getWriter();
    const puppet = far.stream("puppet");
    let total = 0;
    for (const [chunk, charge] of [
      ["text", 0],
      [bytes(10), 10],
      [{ a: bytes(10), b: { c: [bytes(10)] } }, 20],
      [[bytes(1), bytes(2)], 3],
      [null, 0],
    ] as const) {
      await writer.write(chunk);
      await puppet.read();
      total += charge + 64;
      expect((await puppet.stats()).incoming.bytes).toBe(total);
      expect(stream.stats().outgoing.bytes).toBe(total);
    }
  });
}

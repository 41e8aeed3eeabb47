/** Values that structured clone takes, of every kind that it treats in a way of its own. Made anew for each use. */
import fc from "fast-check";

class Point {
  x = 1;
  data: Uint8Array = new Uint8Array(24);
  get sum(): number {
    return this.x + 1;
  }
}

class Tagged {
  data: Uint8Array = new Uint8Array(10);
  get [Symbol.toStringTag](): string {
    return "Tagged";
  }
}

class List extends Array<unknown> {}

class Index extends Map<unknown, unknown> {}

class Samples extends Float32Array<ArrayBuffer> {}

const buffer = (length: number): ArrayBuffer => new Uint8Array(length).map((_, at) => at % 251).buffer;

function own<T extends object>(target: T, key: PropertyKey, value: unknown, enumerable: boolean = true): T {
  return Object.defineProperty(target, key, { value, enumerable, configurable: true, writable: true });
}

function inheriting(): object {
  const base = { inherited: new Uint8Array(500) };
  return Object.assign(Object.create(base), { own: new Uint8Array(5) });
}

function cycle(): object {
  const value: Record<string, unknown> = { bytes: new Uint8Array(8) };
  value["self"] = value;
  return value;
}

function shared(): object {
  const bytes = new Uint8Array(16);
  const part = { bytes };
  return { first: bytes, again: bytes, part, samePart: part };
}

function deep(levels: number): unknown {
  let value: unknown = new Uint8Array(3);
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? { value } : [value];
  return value;
}

/** By name: what makes it. */
export const values: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  "a number": () => 1.5,
  "minus zero": () => -0,
  NaN: () => Number.NaN,
  "a bigint": () => 2n ** 100n,
  "a string": () => "text",
  "an empty object": () => ({}),
  "a record": () => ({ id: 1, name: "a", tags: ["x"], at: null }),
  "an array": () => [1, "a", null, undefined],
  "an empty array": () => [],
  "a sparse array": () => {
    const list: unknown[] = [1];
    list[5] = new Uint8Array(7);
    return list;
  },
  "a very sparse array": () => {
    const list: unknown[] = [];
    list[2 ** 31] = 1;
    return list;
  },
  "an array longer than is counted": () => Array.from({ length: 1_500 }, (_, at) => (at % 500 === 0 ? buffer(9) : at)),
  "an array with keys of its own": () => Object.assign([1, 2], { total: 3, bytes: new Uint8Array(4) }),
  "an array with as many keys of its own as holes": () => Object.assign(new Array(2), { 1: "b", total: 3 }),
  "the match of a regular expression": () => /(?<year>\d+)-(\d+)/.exec("in 2024-05"),
  "all matches of a regular expression": () => [..."a1b2".matchAll(/[a-z](\d)/g)],
  "an array of a subclass": () => List.of<unknown>(new Uint8Array(3), 2),
  "a Uint8Array": () => new Uint8Array(buffer(100)),
  "a view of a part": () => new Uint8Array(buffer(100), 8, 16),
  "an empty view": () => new Uint8Array(buffer(100), 8, 0),
  "a Float64Array": () => new Float64Array([1.5, -0, Number.NaN]),
  "a Uint8ClampedArray": () => new Uint8ClampedArray([300, 1]),
  "a BigInt64Array": () => new BigInt64Array(3),
  "a DataView": () => new DataView(buffer(100), 10, 20),
  "an ArrayBuffer": () => buffer(33),
  "an empty ArrayBuffer": () => new ArrayBuffer(0),
  "a pooled Buffer": () => Buffer.from("pooled"),
  "a Buffer of its own": () => Buffer.alloc(50_000, 1),
  "a typed array's subclass": () => new Samples(buffer(16)),
  "a record of buffers": () => ({ head: buffer(8), body: new Uint8Array(buffer(40), 8), n: 1 }),
  "an array of buffers": () => [buffer(8), new Uint8Array(5), Buffer.from("abc")],
  "buffers deeper down": () => ({ list: [buffer(99)], part: { bytes: new Uint8Array(50) } }),
  "an object without a prototype": () => Object.assign(Object.create(null), { bytes: new Uint8Array(12) }),
  "an object with inherited properties": inheriting,
  "a class's instance": () => new Point(),
  "an instance of a class with a tag": () => new Tagged(),
  "an instance of a class without own properties": () => new (class Empty {})(),
  "a property named __proto__": () => JSON.parse('{"__proto__": {"polluted": 1}, "a": 1}'),
  "a property named constructor": () => ({ constructor: 1, toString: 2, hasOwnProperty: 3 }),
  "an array with a property named __proto__": () => own([1], "__proto__", { polluted: 1 }),
  "a property with a getter": () => ({
    get bytes() {
      return new Uint8Array(6);
    },
  }),
  "a property that is not enumerable": () => own({ a: 1 }, "hidden", new Uint8Array(9), false),
  "a property with a symbol for its key": () => own({ a: 1 }, Symbol("s"), new Uint8Array(9)),
  "a frozen record": () => Object.freeze({ a: 1, list: Object.freeze([1]) }),
  "integer keys": () => ({ 10: "b", 2: "a", x: 1, "-1": 0 }),
  "a Map": () =>
    new Map<unknown, unknown>([
      ["a", new Uint8Array(5)],
      [{ k: 1 }, 2],
    ]),
  "a Map of a subclass": () => new Index([["a", 1]]),
  "a Set": () => new Set<unknown>([1, "a", { b: 1 }, new Uint8Array(3)]),
  "a Date": () => new Date(1_700_000_000_000),
  "a RegExp": () => /a+/giu,
  "boxed primitives": () => [Object(1), Object("text"), Object(true), Object(5n)],
  "an Error": () => new RangeError("text", { cause: { bytes: new Uint8Array(3) } }),
  "an Error without a message": () => new TypeError(),
  "an Error whose cause is a pooled Buffer": () => new Error("text", { cause: Buffer.from("pooled") }),
  "an Error with a buffer": () => own(new Error("text"), "bytes", new Uint8Array(77)),
  "an AggregateError": () => new AggregateError([new Error("a")], "both"),
  "a record of everything": () => ({ date: new Date(0), map: new Map([[1, new Date(1)]]), error: new TypeError("t") }),
  "a cycle": cycle,
  "an array in itself": () => {
    const list: unknown[] = [1];
    list.push(list);
    return list;
  },
  "a Map in itself": () => {
    const map = new Map<unknown, unknown>();
    return map.set("self", map).set(map, 1);
  },
  "shared references": shared,
  "two views of one buffer": () => {
    const whole = buffer(32);
    return { left: new Uint8Array(whole, 0, 16), right: new Uint8Array(whole, 16), whole };
  },
  "something deep": () => deep(100),
  "something wide": () => Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`k${at}`, at])),
  "shared memory": () => new SharedArrayBuffer(64),
  "a view of shared memory": () => new Uint8Array(new SharedArrayBuffer(64), 8, 8),
  "a record of shared memory": () => ({
    memory: new SharedArrayBuffer(64),
    view: new Int32Array(new SharedArrayBuffer(8)),
  }),
};

/** The names of those that `test` is for. */
export function names(except: readonly string[] = []): string[] {
  return Object.keys(values).filter((name) => !except.includes(name));
}

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, true, -0, Number.NaN, 1, "", "text", 5n),
  fc.integer(),
  fc.string({ maxLength: 8 }),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ maxLength: 40 }),
  fc.uint8Array({ minLength: 4, maxLength: 40 }).map((bytes) => bytes.subarray(1, 3)),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => bytes.buffer),
  fc.float32Array({ maxLength: 6 }),
);

const key = fc.oneof(
  fc.constantFrom("a", "b", "c", "id", "__proto__", "constructor", "toString", "0", "10"),
  fc.string({ maxLength: 4 }),
);

/** Any value of the kinds that clone: nested, shared, sparse, with awkward keys. */
export const anyValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown; part: unknown }>((tie) => ({
  part: fc.oneof({ maxDepth: 4, depthIdentifier: "value" }, leaf, tie("value")),
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: "value" },
    leaf,
    fc.array(tie("part"), { maxLength: 5 }),
    fc.sparseArray(tie("part"), { maxLength: 8 }),
    fc.dictionary(key, tie("part"), { maxKeys: 5 }),
    fc.array(fc.tuple(tie("part"), tie("part")), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(tie("part"), { maxLength: 3 }).map((list) => new Set(list)),
    fc
      .dictionary(fc.string({ maxLength: 3 }), tie("part"), { maxKeys: 3 })
      .map((parts) => Object.assign(new Point(), parts)),
    tie("part").map((part) => own(new Error("text"), "extra", part)),
    tie("part").map((part) => ({ first: part, again: part })),
  ),
})).value;

/** The chunks of a run: how they are made, what they should cost, and whether what arrived is what was written. */
import type { Random } from "./random.ts";
import type { ChunkKind, FlowPlan, SizeName } from "./scenario.ts";

/** A chunk by its recipe, so that nothing has to be kept to compare it later. */
export interface Spec {
  readonly kind: ChunkKind;
  readonly index: number;
  /** Where its bytes stand in the pattern, and how many there are. */
  readonly offset: number;
  readonly length: number;
}

/** A chunk ready to be written, and the buffers that belong to it. */
export interface Built {
  readonly value: unknown;
  /** Whole buffers, which `transfer: true` moves. */
  readonly whole: readonly ArrayBuffer[];
  /** Buffers of which the chunk is only a part: never moved. */
  readonly shared: readonly ArrayBuffer[];
}

/** A string of that many units, or fewer, is not charged for. */
const FREE_STRING = 1_024;
const LONGEST = 100_000;
/** Over bytes such a chunk goes in fragments. */
const HUGE = 600_000;
const OWN_LENGTH = 1000;
const TABLE = 16;
const ROOM_BEHIND = 32;
const PATTERN = new Uint8Array(HUGE + 60_000);
for (let i = 0, state = 1; i < PATTERN.length; i++) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  PATTERN[i] = state >>> 24;
}

/** A class of the user's own: structured clone makes a plain object of its instances. */
class Parcel {
  readonly index: number;
  readonly data: Uint8Array;
  constructor(index: number, data: Uint8Array) {
    this.index = index;
    this.data = data;
  }
}

export function hasByteLength(kind: ChunkKind): boolean {
  return ["bytes", "sub", "pooled", "reused", "rewritten", "buffer", "doubles"].includes(kind);
}

export function makeSpec(random: Random, { kind, lengths }: FlowPlan, index: number): Spec {
  const range = lengths !== "mixed" ? lengths : random.pick(["empty", "small", "small", "medium", "medium"] as const);
  const ranges = {
    empty: [0, 0],
    small: [1, 100],
    medium: [100, 4096],
    large: [20_000, LONGEST],
    huge: [200_000, HUGE],
  } as const;
  const [least, most] = ranges[range];
  let length = random.int(least, most);
  if (lengths === "mixed" && random.chance(0.03)) length = random.int(...ranges.large);
  if (kind === "doubles") length -= length % 8;
  if (kind === "rewritten") length = OWN_LENGTH;
  return { kind, index, offset: random.int(0, PATTERN.length - HUGE), length };
}

/** The buffer that a writer writes again and again: as a whole, or parts of it. */
export function ownBuffer(kind: ChunkKind): Uint8Array {
  return new Uint8Array(kind === "rewritten" ? OWN_LENGTH : kind === "reused" ? HUGE + 8 : 0);
}

export function build({ kind, index, offset, length }: Spec, own: Uint8Array): Built {
  const content = PATTERN.subarray(offset, offset + length);
  const whole = (value: unknown, ...buffers: ArrayBufferLike[]): Built => ({
    value,
    whole: buffers as ArrayBuffer[],
    shared: [],
  });
  const copy = (): Uint8Array => content.slice();
  switch (kind) {
    case "number":
      return whole(index);
    case "text":
      return whole(`chunk ${index}`.padEnd(length, "."));
    case "object":
      return whole({ index, text: `chunk ${index}`, list: [index, [true, null], {}] });
    case "record":
      // Mostly of one shape, some with a key more, in another order, or without any.
      if (index % 11 === 7) return whole({ index, [`key${index % 2}`]: null });
      if (index % 11 === 9) return whole({ text: "", index });
      return index % 11 === 10 ? whole({}) : whole({ index, text: `${index}`.padEnd(length, ".") });
    case "bytes": {
      const data = copy();
      return whole(data, data.buffer);
    }
    case "buffer": {
      const { buffer } = copy();
      return whole(buffer, buffer);
    }
    case "doubles": {
      const { buffer } = copy();
      return whole(new Float64Array(buffer), buffer);
    }
    case "sub": {
      const pool = new Uint8Array(length + 64);
      pool.set(content, 24);
      return { value: pool.subarray(24, 24 + length), whole: [], shared: [pool.buffer] };
    }
    case "pooled": {
      // Node's own pool for small ones; a large one has a buffer of its own.
      const value = Buffer.from(content);
      const part = value.byteLength < value.buffer.byteLength;
      const buffers = [value.buffer as ArrayBuffer];
      return { value, whole: part ? [] : buffers, shared: part ? buffers : [] };
    }
    case "reused":
    case "rewritten":
      own.set(content);
      return { value: own.subarray(0, length), whole: [], shared: [own.buffer as ArrayBuffer] };
    case "holder": {
      const data = copy();
      const tail = new Float64Array([index]).buffer;
      return whole({ index, data, tail }, data.buffer, tail);
    }
    case "instance": {
      const data = copy();
      return whole(new Parcel(index, data), data.buffer);
    }
    case "deep": {
      const data = copy();
      return whole({ index, inner: { data } }, data.buffer);
    }
    case "map": {
      const data = copy();
      const entries: [string, unknown][] = [
        ["index", index],
        ["data", data],
      ];
      return whole(new Map(entries), data.buffer);
    }
    case "list": {
      const first = content.slice(0, length >> 1);
      const second = content.slice(length >> 1);
      // Two views of one buffer: it can be moved only once.
      return whole([first, second, index, new Uint8Array(first.buffer)], first.buffer, second.buffer);
    }
  }
}

/** What the byte account has to charge: 64, and the buffers and long strings, but for those in a Map. */
export function charged({ kind, index, length }: Pick<Spec, "kind" | "index" | "length">): number {
  const hasText = kind === "text" || (kind === "record" && ![7, 9, 10].includes(index % 11));
  if (hasText && length > FREE_STRING) return 64 + length;
  if (hasByteLength(kind) || kind === "instance" || kind === "deep") return 64 + length;
  if (kind === "list") return 64 + length + (length >> 1);
  return kind === "holder" ? 64 + length + 8 : 64;
}

/** The same over bytes: 64, and what crosses. */
export function chargedOverBytes(spec: Spec): number {
  if (hasByteLength(spec.kind)) return charged(spec);
  return 64 + JSON.stringify(build(spec, PATTERN).value).length;
}

/** Says what is wrong with a chunk that arrived; `raw` streams deliver plain bytes. */
export function complaint(spec: Spec, value: unknown, raw: boolean): string | undefined {
  const { kind, index } = spec;
  const problem = (what: string): string => `chunk ${index} (${kind}, ${spec.length} bytes) ${what}`;
  const wrong = (ok: boolean): string | undefined => (ok ? undefined : problem("is not what was written"));
  const record = value as Record<string, unknown>;
  const bytes = (data: unknown): string | undefined =>
    data instanceof Uint8Array ? badBytes(spec, data) : problem(`came without its bytes: ${String(data)}`);
  const plain = (): boolean => Object.getPrototypeOf(value) === Object.prototype && record["index"] === index;
  const both = (ok: boolean, data: unknown): string | undefined => wrong(ok) ?? bytes(data);
  if (raw) return bytes(value);
  switch (kind) {
    case "number":
      return wrong(value === index);
    case "text":
    case "object":
    case "record":
      return wrong(JSON.stringify(value) === JSON.stringify(build(spec, PATTERN).value));
    case "bytes":
    case "sub":
    case "pooled":
    case "reused":
    case "rewritten":
      return bytes(value);
    case "buffer":
      return value instanceof ArrayBuffer ? bytes(new Uint8Array(value)) : problem("is no ArrayBuffer");
    case "doubles":
      return value instanceof Float64Array ? bytes(bytesOf(value)) : problem("is no Float64Array");
    case "holder":
      return both(plain() && new Float64Array(record["tail"] as ArrayBuffer)[0] === index, record["data"]);
    case "instance":
      return both(plain(), record["data"]);
    case "deep":
      return both(plain(), (record["inner"] as { data: unknown }).data);
    case "map":
      return both(value instanceof Map && value.get("index") === index, (value as Map<string, unknown>).get("data"));
    case "list": {
      const [first, second, at, again] = value as [Uint8Array, Uint8Array, number, Uint8Array];
      const all = new Uint8Array(Buffer.concat([first, second])).slice();
      return both(at === index && Buffer.compare(first, again) === 0, all);
    }
  }
}

function badBytes({ index, offset, length }: Spec, data: Uint8Array): string | undefined {
  if (data.byteLength !== length) return `chunk ${index} has ${data.byteLength} bytes, ${length} were written`;
  if (!sameBytes(data, offset)) return `chunk ${index} has other bytes than were written`;
  const surplus = isOwn(data) ? 0 : data.buffer.byteLength - data.byteLength;
  return surplus === 0 ? undefined : `chunk ${index} carries ${surplus} bytes that are not its own`;
}

/** Over bytes, a weight may stand before it, and room behind it, for padding and the next header: both are its own. */
function isOwn({ buffer, byteOffset, byteLength }: Uint8Array): boolean {
  const behind = new Uint8Array(buffer, byteOffset + byteLength);
  return byteOffset <= TABLE && behind.length <= ROOM_BEHIND && behind.every((byte) => byte === 0);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Are these the bytes of the pattern from `offset` on? */
export function sameBytes(data: Uint8Array, offset: number): boolean {
  return Buffer.compare(data, PATTERN.subarray(offset, offset + data.byteLength)) === 0;
}

const sizes: Readonly<Record<SizeName, (amount: number) => number>> = {
  uneven: (amount) => amount % 4,
  fraction: (amount) => 0.1 + (amount % 7) / 10,
  length: (amount) => amount,
  heavy: (amount) => 1 + (amount % 50),
};

/** The user's own `size()`: the same for a chunk at both sides, whatever it looks like there. */
export function weigh(name: SizeName, chunk: unknown): number {
  return sizes[name](amountOf(chunk));
}

function amountOf(chunk: unknown): number {
  if (typeof chunk === "number") return chunk;
  if (typeof chunk === "string") return chunk.length;
  if (chunk instanceof Map) return Number(chunk.get("index"));
  if (Array.isArray(chunk)) return Number(chunk[2]);
  const { byteLength, index } = chunk as { byteLength?: number; index?: number };
  return byteLength ?? index ?? 0;
}

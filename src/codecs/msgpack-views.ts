/**
 * Typed arrays in MessagePack, as an extension that keeps their kind; a Uint8Array needs none, it is plain binary.
 *
 *     type 0x74 ('t'); data: kind (1 byte), padding, elements (little-endian, as all of today's machines have them)
 *
 *     kind  0 Int8   1 Uint8   2 Uint8Clamped   3 Int16   4 Uint16   5 Int32   6 Uint32
 *           7 Float32   8 Float64   9 BigInt64   10 BigUint64   16 ArrayBuffer   17 DataView
 *
 * The padding is (length of data − 1) modulo the element's size, so its length needs no field. Its writer chooses it such
 * that the elements lie at a multiple of their size from the chunk's start, and the reader has its view without a copy;
 * it may be left out, then the reader copies. Type and kinds are those of msgpackr, whose typed arrays are read as well.
 */
import { ExtData } from "@msgpack/msgpack";
import { mistake } from "../errors.ts";

export const VIEWS_TYPE = 0x74;

interface ViewClass {
  readonly BYTES_PER_ELEMENT?: number;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): ArrayBufferView;
}

const classes: Readonly<Record<number, ViewClass>> = {
  0: Int8Array,
  1: Uint8Array,
  2: Uint8ClampedArray,
  3: Int16Array,
  4: Uint16Array,
  5: Int32Array,
  6: Uint32Array,
  7: Float32Array,
  8: Float64Array,
  9: BigInt64Array,
  10: BigUint64Array,
  17: DataView,
};
const ARRAY_BUFFER = 16;

/** By the name in its tag: it may come from another realm. */
const kinds: ReadonlyMap<string, number> = new Map([
  ...Object.entries(classes).map(([kind, { name }]) => [name, Number(kind)] as const),
  ["ArrayBuffer", ARRAY_BUFFER],
]);

/** Memory that is kept from one to the next, up to a vector of a few thousand. */
const KEPT = 64 * 1024;
let kept = new Uint8Array(0);

/** What is being written: one object for all, since an encoder uses it up at once. */
let kindToWrite = 0;
let toWrite: ArrayBufferView | ArrayBuffer = new ArrayBuffer(0);
const extension = new ExtData(VIEWS_TYPE, (position) => {
  const size = classes[kindToWrite]?.BYTES_PER_ELEMENT ?? 1;
  const start = 1 + ((size - ((position + 1) % size)) % size);
  const length = start + toWrite.byteLength;
  if (length > kept.length && length <= KEPT) kept = new Uint8Array(Math.min(KEPT, 2 * length));
  const data = length <= KEPT ? kept.subarray(0, length) : new Uint8Array(length);
  data[0] = kindToWrite;
  for (let at = 1; at < start; at++) data[at] = 0;
  data.set(bytesOf(toWrite), start);
  return data;
});

/** The extension for a buffer or view, to be used up at once; `undefined` for what is none. */
export function viewExtension(value: object): ExtData | undefined {
  const kind = kinds.get((value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? "");
  if (kind === undefined) return undefined;
  kindToWrite = kind;
  toWrite = value as ArrayBufferView | ArrayBuffer;
  return extension;
}

function bytesOf(value: ArrayBufferView | ArrayBuffer): Uint8Array {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return new Uint8Array(value);
}

/** A view of the data where its elements are aligned, else of a copy. */
export function readView(data: Uint8Array): ArrayBufferView | ArrayBuffer {
  const kind = data[0] ?? Number.NaN;
  const View = classes[kind];
  const length = data.byteLength - 1;
  if (kind === ARRAY_BUFFER) return data.slice(1).buffer;
  if (View === undefined) {
    throw mistake(new RangeError(`Cannot read MessagePack: there is no kind ${kind} of typed array`), "BAD_CHUNK");
  }
  const size = View.BYTES_PER_ELEMENT ?? 1;
  const start = 1 + (length % size);
  const count = Math.floor(length / size);
  const offset = data.byteOffset + start;
  if (offset % size === 0) return new View(data.buffer as ArrayBuffer, offset, count);
  return new View(new Uint8Array(data.subarray(start)).buffer, 0, count);
}

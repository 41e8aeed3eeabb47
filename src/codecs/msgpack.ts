/**
 * `msgpack`: objects and lists with binary in them, by `@msgpack/msgpack`. A Uint8Array is MessagePack's binary, a Date its
 * timestamp, and other typed arrays are an extension that keeps their kind (`msgpack-views.ts` has the layout).
 * Further types are those that the user registers, and no others. Properties that are undefined are left out. What it
 * cannot carry is a TypeError with its path: a Map or a class's instance would else arrive empty. Not for cycles. Half of a
 * surrogate pair is not looked for, and may arrive as U+FFFD.
 */
import {
  Decoder,
  decodeTimestampExtension,
  Encoder,
  EXT_TIMESTAMP,
  ExtData,
  type ExtensionCodecType,
  encodeTimestampExtension,
} from "@msgpack/msgpack";
import { boolean, type Checks, checkOptions, object } from "../check.ts";
import { mistake, whyOf } from "../errors.ts";
import { MOST_DEPTH, nameOf, type Path, pathText } from "../wire/json.ts";
import { isPlain } from "../wire/plain.ts";
import type { Codec } from "./codec.ts";
import { checkMsgpack } from "./msgpack-check.ts";
import { readView, VIEWS_TYPE, viewExtension } from "./msgpack-views.ts";
import { ownBytes } from "./own.ts";

export type { Codec } from "./codec.ts";

export interface MsgpackOptions {
  /** An `ExtensionCodec` of `@msgpack/msgpack` with the user's own types. Asked first, for every object and list. */
  readonly extensionCodec?: ExtensionCodecType<undefined>;
  /** Bigints are integers of 64 bits, and all such integers bigints. Without it, those beyond 2^53 are errors. */
  readonly useBigInt64?: boolean;
}

const OPTIONS: Checks<MsgpackOptions> = { extensionCodec: object, useBigInt64: boolean };

/** An encoder or decoder that has grown beyond this is let go. */
const KEPT = 1024 * 1024;

/** A codec for MessagePack: `msgpack<Row>()` only tells the compiler what the chunks are. */
export function msgpack<T = unknown>(options: MsgpackOptions = {}): Codec<T> {
  checkOptions("msgpack option", OPTIONS, options);
  const { extensionCodec: own, useBigInt64 = false } = options;
  const extensionCodec: ExtensionCodecType<undefined> = {
    tryToEncode: own === undefined ? extensionOf : (value) => own.tryToEncode(value, undefined) ?? extensionOf(value),
    decode(data, type) {
      const value = own?.decode(data, type, undefined);
      // What an ExtensionCodec gives for a type that it does not know.
      return own === undefined || value instanceof ExtData ? readExtension(data, type) : value;
    },
  };
  // A value is one level deeper than the list or map that it is in.
  const makeEncoder = (): Encoder =>
    new Encoder({ extensionCodec, useBigInt64, ignoreUndefined: true, maxDepth: MOST_DEPTH + 1 });
  const makeDecoder = (): Decoder => new Decoder({ extensionCodec, useBigInt64 });
  let encoder = makeEncoder();
  let decoder = makeDecoder();
  return {
    name: "msgpack",
    unit: "chunks",
    reuses: true,
    encode(chunk) {
      if (chunk === undefined) throw refused("chunk is undefined: pass null");
      if (useBigInt64) checkBigInts(chunk);
      try {
        const bytes = encoder.encodeSharedRef(chunk);
        if (bytes.buffer.byteLength > KEPT) encoder = makeEncoder();
        return bytes;
      } catch (error) {
        if (error instanceof Unfit) throw error.in(chunk);
        throw refused(`Cannot write a chunk: ${whyOf(error)}`, error);
      }
    },
    decode(bytes) {
      const holdsViews = checkMsgpack(bytes, useBigInt64);
      const value = decoder.decode(holdsViews ? ownBytes(bytes) : bytes);
      if (bytes.buffer.byteLength > KEPT) decoder = makeDecoder();
      return value as T;
    },
    decodeAll(bytes, lengths) {
      let at = 0;
      for (const length of lengths) {
        // What may be a view of the bytes is better copied by itself.
        if (checkMsgpack(bytes, useBigInt64, at, at + length)) return undefined;
        at += length;
      }
      return [...decoder.decodeMulti(bytes)] as T[];
    },
  };
}

/** The extension that stands for an object; null if it is a list, a map or binary. */
function extensionOf(value: unknown): ExtData | null {
  if (typeof value !== "object" || value === null) {
    const advice = typeof value === "bigint" ? "pass a number or a string, or use useBigInt64" : "leave it out";
    throw new Unfit(value, `is a ${typeof value}`, advice);
  }
  if (Array.isArray(value)) {
    if (value.includes(undefined)) throw new Unfit(value, "holds undefined", "pass null");
    return null;
  }
  if (ArrayBuffer.isView(value)) return value instanceof Uint8Array ? null : (viewExtension(value) ?? unfit(value));
  if (isPlain(value)) {
    if (Object.hasOwn(value, "__proto__")) throw new Unfit(value, 'has a key "__proto__"', "rename it");
    return null;
  }
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new Unfit(value, "is an invalid Date", "pass null");
    return new ExtData(EXT_TIMESTAMP, encodeTimestampExtension(value) as Uint8Array);
  }
  return viewExtension(value) ?? unfit(value);
}

function unfit(value: object): never {
  throw new Unfit(value, `is ${nameOf(value)}`, "pass a plain object, or register its type");
}

function readExtension(data: Uint8Array, type: number): unknown {
  if (type === VIEWS_TYPE) return readView(data);
  if (type !== EXT_TIMESTAMP) {
    const message = `Cannot read MessagePack: nobody registered the extension type ${type}, pass msgpack an extensionCodec`;
    throw mistake(new RangeError(message), "BAD_CHUNK");
  }
  const date = decodeTimestampExtension(data);
  if (!Number.isNaN(date.getTime())) return date;
  throw mistake(new RangeError("Cannot read MessagePack: a timestamp is beyond what a Date can hold"), "BAD_CHUNK");
}

/** What the encoder met and cannot carry. Where that stands is looked for then: nobody else pays for a path. */
class Unfit extends Error {
  readonly #value: unknown;
  constructor(value: unknown, problem: string, advice: string) {
    super(`${problem}: ${advice}`);
    this.#value = value;
  }

  in(chunk: unknown): TypeError {
    const path = pathTo(chunk, (each) => Object.is(each, this.#value)) ?? [];
    return refused(`chunk${pathText(path)} ${this.message}`);
  }
}

/** The encoder would cut off what does not fit. */
function checkBigInts(chunk: unknown): void {
  const path = pathTo(
    chunk,
    (each) => typeof each === "bigint" && BigInt.asIntN(64, each) !== each && BigInt.asUintN(64, each) !== each,
  );
  if (path !== undefined) throw refused(`chunk${pathText(path)} is a bigint of more than 64 bits: pass a string`);
}

/** The way to the first value that is looked for, in lists and maps. */
function pathTo(value: unknown, test: (value: unknown) => boolean, depth: number = MOST_DEPTH): Path | undefined {
  if (test(value)) return [];
  if (typeof value !== "object" || value === null || !(Array.isArray(value) || isPlain(value))) return undefined;
  if (depth === 0) throw refused(`chunk is more than ${MOST_DEPTH} levels deep: pass less`);
  for (const [key, each] of Object.entries(value)) {
    const rest = pathTo(each, test, depth - 1);
    if (rest !== undefined) return [Array.isArray(value) ? Number(key) : key, ...rest];
  }
  return undefined;
}

function refused(message: string, cause?: unknown): TypeError {
  return mistake(new TypeError(message, cause === undefined ? undefined : { cause }), "BAD_CHUNK");
}

/** What the reader gets of what came: decoded by the stream's codec, checked by its schema, or taken as bytes. */
import type { Codec } from "../codecs/codec.ts";
import { mistake, StreamError, whyOf } from "../errors.ts";
import { describeIssue, isAsync, plainIssues, type StandardSchema } from "../schema.ts";
import type { DataFrame, Packed } from "../wire/frames.ts";
import { isArrayBuffer } from "../wire/size.ts";
import type { Owner } from "./owner.ts";

/**
 * Chunks that came packed. `undefined` if that fails: they are to be decoded one by one then, for those before a bad one
 * have come.
 */
export function decodeTogether(codec: Codec | undefined, { bytes, lengths }: Packed): readonly unknown[] | undefined {
  try {
    const values = codec?.decodeAll?.(bytes, lengths);
    return values?.length === lengths.length ? values : undefined;
  } catch {
    return undefined;
  }
}

/** One chunk of `frame`. Throws the codec's error as that of the stream. */
export function decode(codec: Codec, bytes: Uint8Array, { form, chunks }: DataFrame, owner: Owner): unknown {
  // Chunks that came packed have memory of their own already.
  const shares = codec.keeps === true && chunks !== undefined && chunks.length > 1;
  try {
    // A view that was moved with its buffer begins where it began.
    return codec.decode(shares || bytes.byteOffset % 8 !== 0 ? bytes.slice() : bytes, form);
  } catch (cause) {
    owner.fault();
    throw new StreamError(
      "CODEC_FAILED",
      `Cannot read a chunk of stream "${owner.name}": the codec "${codec.name}" says: ${whyOf(cause)}`,
      { cause },
    );
  }
}

/** What the schema makes of a chunk of the stream of this name. Throws if it refuses it. */
export function validate(schema: StandardSchema<unknown, unknown>, value: unknown, name: string): unknown {
  const result = schema["~standard"].validate(value);
  if (isAsync(result)) {
    Promise.resolve(result).catch(() => {});
    throw mistake(
      new TypeError(`Cannot check the chunks of stream "${name}": its schema is asynchronous, use one that is not`),
      "BAD_OPTION",
    );
  }
  if (result.issues === undefined) return result.value;
  throw new StreamError(
    "CHUNK_INVALID",
    `Cannot take a chunk of stream "${name}": ${describeIssue(plainIssues(result.issues))}`,
  );
}

/** The bytes of a chunk that is to be bytes, without a copy. */
export function asBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (isArrayBuffer(value)) return new Uint8Array(value);
  throw mistake(
    new TypeError(
      `Cannot read bytes: a chunk that came is ${value === null ? "null" : `a ${typeof value}`}, write buffers or views`,
    ),
    "BAD_CHUNK",
  );
}

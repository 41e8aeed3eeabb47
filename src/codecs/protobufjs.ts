/**
 * `protobuf`, for a message type of protobufjs: reflected (`root.lookupType`) or generated (`pbjs`). It uses the type's
 * own methods, so this entry imports no package. Chunks are verified and not converted: what `verify` objects to is a
 * TypeError, for `encode` alone would write anything. Schemas of `@bufbuild/protobuf` are for `sluice/codecs/protobuf`.
 */
import { mistake } from "../errors.ts";
import type { Codec } from "./codec.ts";
import { ownBytes } from "./own.ts";

export type { Codec } from "./codec.ts";

/** What is used of a message type of protobufjs. */
export interface ProtobufjsType<T> {
  /** Of a reflected type: ".package.Name". */
  readonly fullName?: string;
  /** Of a generated one: "prefix/package.Name". */
  getTypeUrl?(prefix?: string): string;
  // Methods, so that a type is one whatever more it says of its parameters.
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
  verify(message: object): string | null;
}

/** A codec for the messages of one type; its name tells which, so that another type at the far side is a mismatch. */
export function protobuf<T extends object>(type: ProtobufjsType<T>): Codec<T> {
  const name = nameOf(type ?? {});
  return {
    name: `protobuf:${name}`,
    unit: "chunks",
    encode(chunk) {
      // `verify` takes a list or a Map for a message without fields.
      const tag = Object.prototype.toString.call(chunk).slice(8, -1);
      const wrong = tag === "Object" ? type.verify(chunk) : `object expected, not ${tag}`;
      if (wrong === null) return type.encode(chunk).finish();
      const message = `Cannot write a chunk: it is no ${name}: ${wrong}`;
      throw mistake(new TypeError(message, { cause: new Error(wrong) }), "BAD_CHUNK");
    },
    decode: (bytes) => type.decode(ownBytes(bytes)),
  };
}

function nameOf({ fullName, getTypeUrl }: Pick<ProtobufjsType<unknown>, "fullName" | "getTypeUrl">): string {
  const name = fullName?.replace(/^\./, "") ?? getTypeUrl?.("").replace(/^\//, "");
  if (typeof name === "string" && name !== "") return name;
  throw mistake(
    new TypeError(
      "Cannot make a protobuf codec: pass a message type of protobufjs, which knows its full name; or to sluice/codecs/protobuf a schema of @bufbuild/protobuf",
    ),
    "BAD_OPTION",
  );
}

/**
 * `protobuf`, for a message schema of `@bufbuild/protobuf`, or a type of protobufjs where both are in use. Chunks are
 * messages as `create(Schema, …)` makes them and are not converted. An application that has protobufjs only imports
 * `sluice/codecs/protobufjs` instead: the name and the bytes are the same, so the two sides may differ in it.
 */
import { type DescMessage, fromBinary, isMessage, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { mistake, whyOf } from "../errors.ts";
import type { Codec } from "./codec.ts";
import { ownBytes } from "./own.ts";
import { protobuf as ofProtobufjs, type ProtobufjsType } from "./protobufjs.ts";

export type { Codec } from "./codec.ts";
export type { ProtobufjsType } from "./protobufjs.ts";

/** A codec for the messages of one type; its name tells which, so that another type at the far side is a mismatch. */
export function protobuf<Desc extends DescMessage>(schema: Desc): Codec<MessageShape<Desc>>;
export function protobuf<T extends object>(type: ProtobufjsType<T>): Codec<T>;
export function protobuf(type: DescMessage | ProtobufjsType<object>): Codec<never> {
  return (isSchema(type) ? ofSchema(type) : ofProtobufjs(type)) as Codec<never>;
}

function ofSchema(schema: DescMessage): Codec {
  return {
    name: `protobuf:${schema.typeName}`,
    unit: "chunks",
    encode(chunk) {
      if (!isMessage(chunk, schema)) throw refused(schema, new Error("pass what create() makes of the schema"));
      try {
        return toBinary(schema, chunk);
      } catch (error) {
        throw refused(schema, error);
      }
    },
    decode: (bytes) => fromBinary(schema, ownBytes(bytes)),
  };
}

function refused({ typeName }: DescMessage, cause: unknown): TypeError {
  return mistake(new TypeError(`Cannot write a chunk: it is no ${typeName}: ${whyOf(cause)}`, { cause }), "BAD_CHUNK");
}

function isSchema(type: DescMessage | ProtobufjsType<object>): type is DescMessage {
  return (type as Partial<DescMessage> | undefined)?.kind === "message";
}

/** What links of bytes do otherwise than those of messages, by title: no structured clone crosses them. */
import { chargedKinds } from "../suite/charges.ts";
import type { Gaps } from "../suite/pair.ts";

const cloned = "only structured clone carries such values: bytes carry buffers, and JSON or what a codec makes";
const charged = "over bytes a chunk is charged the bytes that cross: test/unit/wire has the arithmetic";
const json = "metadata crosses as JSON";

const carried = [
  "a string",
  "an ArrayBuffer",
  "a view of a part",
  "a pooled Node Buffer",
  "a large Node Buffer",
  "a DataView",
  "an object with hidden buffers",
  "a buffer of another realm",
  "a view of shared memory",
];
const notCarried = [...chargedKinds.filter((kind) => !carried.includes(kind)), "moved buffers"];

export const bytesGaps: Gaps = {
  ...Object.fromEntries(notCarried.map((kind) => [`◆ both ends charge alike: ${kind}`, cloned])),
  "a chunk is charged the buffers in it and 64 bytes, at both ends": charged,
  "chunks without bytes are bounded too, at 64 bytes each": charged,
  "stats() tells of every stream and call under way, at both ends alike": charged,
  "every value that can be cloned is a chunk": cloned,
  "records arrive with their own keys, in their order, whatever came before them": cloned,
  "one and the same buffer twice in a chunk arrives as one": cloned,
  "the far side finds the name and the metadata": json,
  "metadata that cannot be cloned fails that stream with a DataCloneError, and no other": json,
  "◆ a reused buffer written five times arrives with five contents, in *": cloned,
  "◆ a view of a pooled buffer does not carry the pool, in *": cloned,
  "◆ a reused object written five times arrives with five contents": cloned,
  "two channels at once keep their streams apart": "JSON has no negative zero",
  "transfer: true moves whole buffers, at the top and inside": cloned,
  "◆ a buffer in a chunk that transfer: true moves is gone once its write is done, also while chunks gather": cloned,
  "a transfer function moves what it names, and nothing else": cloned,
  "a MessagePort crosses in a chunk and back, and works": cloned,
  "what cannot be cloned fails the stream with a DataCloneError, after all that was written before it": cloned,
  "a write of what cannot be cloned rejects with a DataCloneError": cloned,
  "a chunk that cannot cross fails the reader, and ends the source": cloned,
  "ByteLengthQueuingStrategy at the receiver: a chunk without a byteLength fails the stream with a RangeError":
    "over bytes every chunk has a length",
};

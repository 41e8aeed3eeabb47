/**
 * A frame of data, taken apart: what each of its chunks is, what it counts and what it is charged. Whether it may come,
 * and where it goes, is its taker's business.
 */
import type { Codec } from "../codecs/codec.ts";
import { ProtocolError, StreamError } from "../errors.ts";
import { chunksOf, type DataFrame } from "../wire/frames.ts";
import { charge } from "./chunk.ts";
import { asBytes, decode, decodeTogether } from "./content.ts";
import { CHUNK_OVERHEAD, type ReceiveCredit } from "./credit.ts";
import type { Owner } from "./owner.ts";
import { byteLengthOf } from "./strategy.ts";

/** What takes the chunks of a direction, one by one. */
interface Taker {
  readonly credit: ReceiveCredit;
  /** Is another chunk wanted? Throws if there must not be one. */
  admits(): boolean;
  /** Takes it: of `counted` in the unit, and charged so many bytes. */
  arrive(value: unknown, counted: number, bytes: number): void;
}

/** Hands the chunks over as long as they are wanted. Throws at the first that is not what it must be. */
export function unpack(frame: DataFrame, codec: Codec | undefined, owner: Owner, taker: Taker): void {
  const values = frame.packed && decodeTogether(codec, frame.packed);
  if (values === undefined) unpackEach(frame, codec, owner, taker);
  else unpackTogether(values, frame, owner, taker);
}

function unpackEach(frame: DataFrame, codec: Codec | undefined, owner: Owner, taker: Taker): void {
  const chunks = chunksOf(frame);
  const costs = frame.rows === undefined ? costsOf(chunks, taker.credit, owner) : undefined;
  checkCharged(frame, chunks.length, costs, taker.credit, owner);
  for (let i = 0; i < chunks.length && taker.admits(); i++) {
    const chunk = chunks[i];
    const bytes = costs === undefined ? CHUNK_OVERHEAD : (costs[i] ?? charge(chunk));
    checkSize(bytes - CHUNK_OVERHEAD, owner);
    const value = codec === undefined ? chunk : decode(codec, asBytes(chunk), frame, owner);
    taker.arrive(value, amountOf(chunk, taker.credit, frame.weights?.[i], owner), bytes);
  }
}

/** What each is charged, up to the first that there is no credit for or that is too large: no more need be looked at. */
function costsOf(chunks: readonly unknown[], { bytes, byteLimit }: ReceiveCredit, { largestChunk }: Owner): number[] {
  const costs: number[] = [];
  for (let i = 0, sum = bytes; i < chunks.length && sum < byteLimit; i++) {
    const cost = charge(chunks[i]);
    if (cost - CHUNK_OVERHEAD > largestChunk) break;
    sum += costs[i] = cost;
  }
  return costs;
}

/** Chunks that were decoded together: of each, only its length is known. */
function unpackTogether(values: readonly unknown[], { packed, weights }: DataFrame, owner: Owner, taker: Taker): void {
  const { unit } = taker.credit;
  for (let i = 0; i < values.length && taker.admits(); i++) {
    const length = packed?.lengths[i] as number;
    checkSize(length, owner);
    const amount = unit === "bytes" ? length : amountOf(undefined, taker.credit, weights?.[i], owner);
    taker.arrive(values[i], amount, CHUNK_OVERHEAD + length);
  }
}

/**
 * Throws if the sender has charged other bytes when these have come: a chunk before them was lost on its way, or one of them
 * costs the two sides different bytes, and the stream would stall much later, and nobody would know why.
 */
function checkCharged(
  { charged }: DataFrame,
  count: number,
  costs: readonly number[] | undefined,
  credit: ReceiveCredit,
  owner: Owner,
): void {
  // That one chunk must not come at all is found, and said, when it is its turn.
  if (charged === undefined || (costs !== undefined && costs.length < count)) return;
  const own = costs === undefined ? count * CHUNK_OVERHEAD : costs.reduce((sum, each) => sum + each, 0);
  const bytes = credit.bytes + own;
  if (charged === bytes) return;
  owner.fault();
  throw new StreamError(
    "CHARGE_MISMATCH",
    `Cannot go on with stream "${owner.name}": chunks cost ${charged} bytes in all at the sender and ${bytes} here: one was ` +
      "lost, or holds buffers in an unusual object; pass these in a plain object, or as chunks of their own",
  );
}

function checkSize(size: number, { largestChunk, id }: Owner): void {
  if (size <= largestChunk) return;
  throw new ProtocolError(
    "CHUNK_TOO_LARGE",
    `Cannot take a chunk of ${size} bytes of stream ${id}: the limit told was ${largestChunk}, cut it up`,
  );
}

/** What a chunk counts in the unit. `weight` came with it. */
function amountOf(chunk: unknown, { unit }: ReceiveCredit, weight: number | undefined, { id }: Owner): number {
  if (unit === "chunks") return 1;
  if (unit === "bytes") return byteLengthOf(chunk);
  if (typeof weight === "number" && weight >= 0 && weight < Number.POSITIVE_INFINITY) return weight;
  throw new ProtocolError("BAD_FRAME", `Cannot weigh a chunk of stream ${id}: no valid weight came with it`);
}

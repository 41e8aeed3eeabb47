/**
 * The frames of a stream: their shapes, and the check that an incoming message is one. Normative text:
 * `docs/protocol.md`. Frames know nothing of strategies or runtimes; on message links they are posted as they stand.
 */
import { ProtocolError } from "../errors.ts";
import type { WireReason } from "../reason.ts";
import { fromRows, isRows, MOST_ROWS, type Rows } from "./rows.ts";

/** What a limit counts: chunks, the chunks' own bytes, or weights that the sender's `size` gave and that travel. */
export const UNITS = ["chunks", "bytes", "weight"] as const;
export type Unit = (typeof UNITS)[number];

/** Streams in one `stream-credits` at the most. */
export const MOST_CREDITS = 64;

/** How a direction is counted, and up to where the sender may go at first. */
export interface WireWindow {
  readonly unit: Unit;
  /** Absolute, in `unit`. */
  readonly limit: number;
  /** Absolute, in bytes as the byte account charges them. */
  readonly bytes: number;
  /** The receiver's user gave a strategy: the sender's own suggestion is not asked for. */
  readonly fixed: boolean;
}

/** The strategy of a sender whose user gave one: in force if the receiver's user gave none. */
export interface WireStrategy {
  readonly unit: Unit;
  readonly highWaterMark: number;
}

interface Framed<T extends string> {
  readonly type: T;
  readonly id: number;
}

export interface OpenFrame extends Framed<"stream-open"> {
  readonly name: string;
  /** Of what the opener writes. */
  readonly codec: string;
  /** Of what it reads, if that is another one. */
  readonly returns?: string;
  /** The stream's own port, on links that fork. */
  readonly port?: unknown;
  readonly readable: WireWindow;
  readonly writable?: WireStrategy;
  readonly metadata?: unknown;
}
export interface AcceptFrame extends Framed<"stream-accept"> {
  /** Both as they were in `stream-open`. */
  readonly codec: string;
  readonly returns?: string;
  readonly readable: WireWindow;
  readonly writable?: WireStrategy;
}
export interface RefuseFrame extends Framed<"stream-refuse"> {
  readonly reason: WireReason;
}
/** Small chunks as bytes, side by side. */
export interface Packed {
  readonly bytes: Uint8Array;
  readonly lengths: readonly number[];
}

export interface DataFrame extends Framed<"stream-data"> {
  readonly chunks?: readonly unknown[];
  /** In place of `chunks`, over bytes, where their codec can read them together. */
  readonly packed?: Packed;
  /** In place of `chunks`, where they are records of one shape. */
  readonly rows?: Rows;
  /** One a chunk, where the unit is `weight`. */
  readonly weights?: readonly number[];
  /** The form of all chunks, for a codec that has several. Left out: 0. */
  readonly form?: number;
  /**
   * The byte account of the sender after these chunks: both must charge alike, or the stream would stall unseen. Not
   * there on links of bytes, where both count the same bytes.
   */
  readonly charged?: number;
}
export interface EndFrame extends Framed<"stream-end"> {
  /** All chunks of this direction. */
  readonly chunks: number;
}
export type EndedFrame = Framed<"stream-ended">;
export interface ErrorFrame extends Framed<"stream-error"> {
  readonly reason: WireReason;
}
export interface CreditFrame extends Framed<"stream-credit"> {
  readonly limit: number;
  readonly bytes: number;
}
/** Grants for several streams, on links of messages: columns of the same length. No stream's own, so it has no `id`. */
export interface CreditsFrame {
  readonly type: "stream-credits";
  readonly ids: readonly number[];
  readonly limits: readonly number[];
  readonly bytes: readonly number[];
}
export interface CancelFrame extends Framed<"stream-cancel"> {
  readonly reason: WireReason;
}

export type Frame =
  | OpenFrame
  | AcceptFrame
  | RefuseFrame
  | DataFrame
  | EndFrame
  | EndedFrame
  | ErrorFrame
  | CreditFrame
  | CancelFrame;

type Check = (value: unknown) => boolean;

const isForm: Check = (value) => value === undefined || (Number.isInteger(value) && (value as number) >= 0);
const isName: Check = (value) => value === undefined || isString(value);
const isString: Check = (value) => typeof value === "string" && value.length <= 4096;
const isReason: Check = (value) => typeof value === "object" && value !== null;
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
/** A limit may be ∞ ("unlimited"); otherwise totals stay exact in a float64. */
const isLimit: Check = (value) =>
  typeof value === "number" && value >= 0 && (value <= Number.MAX_SAFE_INTEGER || value === Number.POSITIVE_INFINITY);
const isUnit: Check = (value) => UNITS.includes(value as Unit);
const isList: Check = (value) => value === undefined || (Array.isArray(value) && value.length <= MOST_ROWS);
const isTable: Check = (value) => value === undefined || isRows(value);
const isWeights: Check = (value) => value === undefined || Array.isArray(value);
const isAnything: Check = () => true;
const isAbsent: Check = (value) => value === undefined;
const isWindow: Check = (value) => {
  const window = value as WireWindow | null;
  return (
    typeof window === "object" &&
    window !== null &&
    isUnit(window.unit) &&
    isLimit(window.limit) &&
    isLimit(window.bytes) &&
    typeof window.fixed === "boolean"
  );
};
const isStrategy: Check = (value) => {
  const strategy = value as WireStrategy | null | undefined;
  if (strategy === undefined) return true;
  return typeof strategy === "object" && strategy !== null && isUnit(strategy.unit) && isLimit(strategy.highWaterMark);
};

/** What each frame must carry; `id` is checked for all. */
const shapes: ReadonlyMap<unknown, readonly (readonly [string, Check])[]> = new Map<
  Frame["type"],
  readonly (readonly [string, Check])[]
>([
  [
    "stream-open",
    [
      ["name", isString],
      ["codec", isString],
      ["returns", isName],
      ["readable", isWindow],
      ["writable", isStrategy],
      ["metadata", isAnything],
    ],
  ],
  [
    "stream-accept",
    [
      ["codec", isString],
      ["returns", isName],
      ["readable", isWindow],
      ["writable", isStrategy],
    ],
  ],
  ["stream-refuse", [["reason", isReason]]],
  [
    "stream-data",
    [
      ["chunks", isList],
      ["rows", isTable],
      // Made of bytes by the decoder, which has checked it; nobody else may say how bytes are to be cut.
      ["packed", isAbsent],
      ["weights", isWeights],
      ["form", isForm],
      ["charged", isCount],
    ],
  ],
  ["stream-end", [["chunks", isCount]]],
  ["stream-ended", []],
  ["stream-error", [["reason", isReason]]],
  [
    "stream-credit",
    [
      ["limit", isLimit],
      ["bytes", isLimit],
    ],
  ],
  ["stream-cancel", [["reason", isReason]]],
]);

/** The frame that `message` is. Throws a ProtocolError, blaming the remote, if it is none. */
export function parseFrame(message: unknown): Frame {
  const frame = message as Record<string, unknown> | null;
  const type = typeof frame === "object" && frame !== null ? frame["type"] : undefined;
  const shape = shapes.get(type);
  if (frame === null || shape === undefined) {
    throw new ProtocolError(
      "BAD_MESSAGE",
      "Cannot read a message: it is neither JSON-RPC 2.0 nor a frame of a stream; use the link for nothing else",
    );
  }
  if (!isCount(frame["id"])) throw badFrame(`a ${type} frame`, "id");
  for (const [key, check] of shape)
    if (!check(frame[key])) throw badFrame(`a ${type} frame of stream ${frame["id"]}`, key);
  return frame as unknown as Frame;
}

/** Is it grants for several streams? */
export function isCredits(message: unknown): boolean {
  return (message as Partial<CreditsFrame> | null | undefined)?.type === "stream-credits";
}

/** The grants in it, each as the frame that it stands for. Throws a ProtocolError, blaming the remote. */
export function parseCredits(message: unknown): Frame[] {
  const { ids, limits, bytes } = message as CreditsFrame;
  for (const [key, column] of Object.entries({ ids, limits, bytes })) {
    const isColumn = Array.isArray(column) && column.length === ids.length && column.length <= MOST_CREDITS;
    if (!isColumn) throw badFrame("a stream-credits frame", key);
  }
  // Also of a hole, which is no number.
  return Array.from(ids, (id, at) => parseFrame({ type: "stream-credit", id, limit: limits[at], bytes: bytes[at] }));
}

/** The chunks that a frame carries, in order. */
export function chunksOf({ chunks, rows, packed }: DataFrame): readonly unknown[] {
  if (packed !== undefined) return unpacked(packed);
  return rows === undefined ? (chunks ?? []) : fromRows(rows);
}

/** How many chunks that is, without making them. */
export function countOf({ chunks, rows, packed }: DataFrame): number {
  if (packed !== undefined) return packed.lengths.length;
  return rows === undefined ? (chunks?.length ?? 0) : (rows.columns[0]?.length ?? 0);
}

function unpacked({ bytes, lengths }: Packed): Uint8Array[] {
  let at = 0;
  return lengths.map((length) => {
    const chunk = bytes.slice(at, at + length);
    at += length;
    return chunk;
  });
}

function badFrame(what: string, key: string): ProtocolError {
  return new ProtocolError("BAD_FRAME", `Cannot read ${what}: "${key}" is missing or not valid`);
}

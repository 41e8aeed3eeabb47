/**
 * The design's table of strategies, worked out for one direction a second time and independently of `src/`: whose
 * strategy is in force, in which unit, with which window.
 */
import { readableStrategy, writableStrategy } from "./draw-options.ts";
import { other, type Scenario, type SizeName, type StreamPlan } from "./scenario.ts";

export interface Rule {
  readonly unit: "chunks" | "bytes" | "weight";
  /** The window, in `unit`; with `weighed`, in what the receiver's own `size` gives. */
  readonly highWaterMark: number;
  readonly weighed: SizeName | undefined;
  /** The window of the byte account. */
  readonly byteWindow: number;
  /** What may come before the receiver has accepted. */
  readonly initial: { readonly chunks: number; readonly bytes: number };
  /** The most bytes that a chunk may have. */
  readonly maxChunk: number;
  /**
   * Chunks that a read which is given up leaves beyond the window: over bytes one that comes in fragments counts as taken
   * from the first of them, if a read waits.
   */
  readonly left: number;
  /** Chunks that the sender's own queue lets wait, where that is a number of chunks. */
  readonly queue: number | undefined;
}

const MiB = 1024 * 1024;

/** Chunks in a window that nobody has set. */
export const DEFAULT_WINDOW = 1_024;

export function ruleOf(scenario: Scenario, stream: StreamPlan, direction: "forth" | "back"): Rule {
  const [sending, receiving] = direction === "forth" ? [stream.near, stream.far] : [stream.far, stream.near];
  const receiver = scenario.sides[direction === "forth" ? other(stream.opener) : stream.opener];
  const sender = scenario.sides[direction === "forth" ? stream.opener : other(stream.opener)];
  const { trusted } = scenario.link;
  const own = readableStrategy(receiving);
  const suggested = writableStrategy(sending);
  // A byte stream counts bytes, whatever its sender counts: it keeps its own window.
  const given = own ?? (receiving.bytes ? undefined : suggested);
  const raw = stream.codec === "raw";
  let unit: Rule["unit"] = raw ? "bytes" : "chunks";
  let highWaterMark = raw ? (trusted ? MiB : 64 * 1024) : DEFAULT_WINDOW;
  if (given !== undefined) {
    unit = given.unit !== "custom" ? given.unit : own === undefined ? "weight" : "chunks";
    highWaterMark = given.highWaterMark;
  }
  if (receiving.bytes) unit = "bytes";
  if (!trusted) highWaterMark = Math.min(highWaterMark, 64 * MiB);
  const streamBytes = receiver.limits.streamBytes ?? (trusted ? 8 * MiB : MiB / 4);
  const beside = unit === "bytes" || highWaterMark === Number.POSITIVE_INFINITY ? 2 * highWaterMark : 0;
  // An opener that has given no strategy has told its byte limit before it knew the far side's suggestion.
  const before = direction === "back" && own === undefined && raw ? 2 * (trusted ? MiB : 64 * 1024) : 0;
  const early = receiver.initialCredit ?? { chunks: 1, bytes: 64 * 1024 };
  return {
    unit,
    highWaterMark,
    weighed: own?.unit === "custom" ? own.size : undefined,
    byteWindow: Math.max(streamBytes, beside, before),
    maxChunk: Math.min(receiver.limits.maxChunk ?? 16 * MiB, sender.limits.maxChunk ?? 16 * MiB),
    left: scenario.link.bytes !== undefined && !receiving.bytes ? 1 : 0,
    initial: direction === "forth" ? early : { chunks: 0, bytes: 0 },
    // A queue that takes nothing in would never be ready; without a strategy it is as the platform's own.
    queue: suggested === undefined ? 1 : suggested.unit === "chunks" ? Math.max(1, suggested.highWaterMark) : undefined,
  };
}

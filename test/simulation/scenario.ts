/** What a seed decides before anything runs: the link, the streams, who writes and reads how, and what goes wrong. */

import type { TalkPlan } from "./draw-talk.ts";

export type SideName = "A" | "B";
export const other = (side: SideName): SideName => (side === "A" ? "B" : "A");

export interface LinkPlan {
  /** Which ends can fork lanes and adopt them; where not both can, streams share the link. */
  readonly forks: Readonly<Record<SideName, boolean>>;
  /** Does an end learn that the other is gone? If not, the heartbeat has to find out. */
  readonly tells: boolean;
  /** The same of a stream's own lane, whose end is of no interest as long as the link lives. */
  readonly lanesTell: boolean;
  readonly trusted: boolean;
  /** The most that a message takes; how often a lane stalls, and for how long at the most. */
  readonly latency: number;
  readonly stallChance: number;
  readonly stall: number;
  /** How often a batch is delivered in two parts. */
  readonly split: number;
  readonly defer: "tick" | "task";
  /** A link of bytes, not of messages. */
  readonly bytes?: BytesPlan;
}

export interface BytesPlan {
  /** Lines have a path of their own, beside that of the data. */
  readonly ownControl: boolean;
  /** How much later than control data may come, at the most. */
  readonly lag: number;
  /** The most that comes at once, at the beginning of what comes together; 1: single bytes. */
  readonly piece: number;
  /** How often the system takes a write at once. */
  readonly atOnce: number;
  /** In how many parts more than one a write is taken, at the most. */
  readonly cuts: number;
}

export type SizeName = "uneven" | "fraction" | "length" | "heavy";

/** A queuing strategy of one end of one side. */
export interface StrategyPlan {
  readonly unit: "chunks" | "bytes" | "custom";
  readonly highWaterMark: number;
  /** Of a custom one. */
  readonly size?: SizeName;
  /** `size()` goes wrong at this chunk. */
  readonly fault?: { readonly at: number; readonly how: "throws" | "NaN" | "negative" };
}

/** The options that one side gives for a stream. */
export interface OptionsPlan {
  /** As `highWaterMark` and `size`, for both directions at once. */
  readonly both?: StrategyPlan;
  readonly readable?: StrategyPlan;
  readonly writable?: StrategyPlan;
  readonly codec?: "raw";
  readonly bytes: boolean;
  readonly transfer: false | true | "function";
}

export type ChunkKind =
  | "number"
  | "object"
  | "record"
  | "text"
  | "bytes"
  | "sub"
  | "pooled"
  | "reused"
  | "rewritten"
  | "buffer"
  | "doubles"
  | "holder"
  | "instance"
  | "deep"
  | "map"
  | "list";

export type WriterEnd =
  | { readonly how: "close" }
  /** After so many chunks. */
  | { readonly how: "abort" | "source-error" | "bad-chunk"; readonly after: number }
  /** After so many milliseconds, whatever is blocked then. */
  | { readonly how: "abort-at" | "signal-at"; readonly ms: number };

export interface WriterPlan {
  /** `relock`: as `await`, and the lock is let go of in between. */
  readonly style: "await" | "relock" | "ready" | "flood" | "pipe";
  /** The most between two writes. */
  readonly delay: number;
  readonly startAt: number;
  readonly sourceMark: number;
  readonly end: WriterEnd;
}

export interface ReaderPlan {
  readonly style: "loop" | "burst" | "relock" | "iterate" | "pipe" | "byob" | "tee";
  readonly delay: number;
  readonly startAt: number;
  readonly pause?: { readonly after: number; readonly ms: number };
  readonly stop?:
    | { readonly how: "cancel" | "break" | "sink-error"; readonly after: number }
    | { readonly how: "cancel-at"; readonly ms: number };
}

/** One direction of a stream. */
export interface FlowPlan {
  readonly kind: ChunkKind;
  readonly lengths: "empty" | "small" | "medium" | "large" | "mixed" | "huge";
  readonly count: number;
  readonly writer: WriterPlan;
  readonly reader: ReaderPlan;
}

export type HandlerEnd =
  | { readonly how: "wait" }
  /** Its promise settles early; -1: at once, before it has touched anything. */
  | { readonly how: "returns" | "throws"; readonly ms: number };

/** Something done to a stream from outside its reader and writer. */
export type StreamEvent =
  | { readonly how: "abort"; readonly side: SideName; readonly ms: number }
  | { readonly how: "signal" | "lane-cut"; readonly ms: number; readonly side?: never };

export interface StreamPlan {
  readonly index: number;
  readonly opener: SideName;
  readonly openAt: number;
  /** How the far side meets it: a handler, `incomingStreams`, nobody, or one that reads another codec. */
  readonly met: "handler" | "incoming" | "nobody" | "other-codec";
  /** The far side pipes what it reads back to where it came from. */
  readonly echo: boolean;
  readonly badMetadata: boolean;
  readonly codec: "clone" | "raw";
  readonly near: OptionsPlan;
  readonly far: OptionsPlan;
  /** What the opener writes, and what it reads. */
  readonly forth: FlowPlan;
  readonly back: FlowPlan;
  readonly handler: HandlerEnd;
  readonly event: StreamEvent | undefined;
}

/** Something done to the channel while streams are under way. */
export type ChannelEvent =
  | { readonly how: "close" | "abort" | "dispose"; readonly side: SideName; readonly ms: number }
  | { readonly how: "kill"; readonly ms: number }
  /** As soon as so many directions have ended: what has come by then is still read. */
  | { readonly how: "kill"; readonly ends: number };

export interface SidePlan {
  readonly connectAt: number;
  /** Is `incomingStreams` read at this side, and how slowly? */
  readonly takesIncoming: boolean;
  readonly takeDelay: number;
  /** When `incomingStreams` is cancelled, if ever. */
  readonly stopsTakingAt: number | undefined;
  readonly initialCredit: { readonly chunks: number; readonly bytes: number } | undefined;
  readonly limits: {
    readonly streams?: number;
    readonly unaccepted?: number;
    readonly streamBytes?: number;
    readonly maxChunk?: number;
    readonly stall?: number;
  };
}

export interface CallPlan {
  readonly side: SideName;
  readonly at: number;
  readonly takes: number;
  readonly cancelAfter: number | undefined;
}

export interface Scenario {
  readonly seed: number;
  readonly link: LinkPlan;
  readonly sides: Readonly<Record<SideName, SidePlan>>;
  readonly streams: readonly StreamPlan[];
  readonly calls: readonly CallPlan[];
  readonly talk: TalkPlan | undefined;
  readonly event: ChannelEvent | undefined;
  /** Who closes the channel in the end, and whether that waits until all is quiet. */
  readonly closing: "A" | "B" | "both" | "dispose";
  readonly quiet: boolean;
}

/** For a report: everything that the seed decided. */
export function describe(scenario: Scenario): string {
  const text = JSON.stringify(scenario, (_key, value) => (value === Number.POSITIVE_INFINITY ? "Infinity" : value), 1);
  return text.replace(/\n\s+/g, " ").replace(/\{ "index"/g, '\n  { "index"');
}

/** What the two directions of a stream need of the stream that they belong to: the seam between them. */
import type { Lane } from "../link.ts";
import type { WireReason } from "../reason.ts";
import type { Grant } from "./credit.ts";
import type { Turn } from "./gather.ts";
import type { Litter } from "./litter.ts";
import type { OverBytes } from "./shipping.ts";

export interface Owner {
  readonly id: number;
  readonly name: string;
  /** Where the frames go; `undefined` until the stream could be opened. */
  readonly lane: Lane | undefined;
  /** How chunks get onto the lane if it takes bytes; `undefined`: it takes messages. */
  readonly overBytes: OverBytes | undefined;
  readonly turn: Turn;
  readonly litter: Litter;
  /** The most bytes in a chunk that the remote takes. */
  readonly maxChunk: number;
  /** The most bytes in a chunk that this side takes. */
  readonly largestChunk: number;
  /** Grants in a row that are taken without a chunk in between. */
  readonly idleGrants: number;
  /** Milliseconds that a write waits for credit; ∞: for ever. */
  readonly stall: number;
  /** Tells the sender new limits. `isAccepted`: it surely knows that the stream was accepted. */
  tellGrant(grant: Grant, isAccepted: boolean): void;
  /** The remote has broken a rule of this stream, which ends with it. */
  fault(): void;
  encodeReason(reason: unknown): WireReason;
  /** A direction has reached a final state; `failure` says why, if it did not end well. */
  settled(failure?: { readonly reason: unknown }): void;
}

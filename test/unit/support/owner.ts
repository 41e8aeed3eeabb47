/** A stream whose one direction a test drives: nobody hears what it tells. */
import { encodeReason } from "../../../src/reason.ts";
import { Turn } from "../../../src/stream/gather.ts";
import { Litter } from "../../../src/stream/litter.ts";
import type { Owner } from "../../../src/stream/owner.ts";
import { FakeScheduler } from "./scheduler.ts";

/** `largest`: the most bytes in a chunk, either way. */
export function ownerOf(largest: number, more: Partial<Owner> = {}): Owner {
  return {
    id: 1,
    name: "s",
    lane: undefined,
    overBytes: undefined,
    turn: new Turn(new FakeScheduler()),
    litter: new Litter(),
    maxChunk: largest,
    largestChunk: largest,
    idleGrants: Number.POSITIVE_INFINITY,
    stall: Number.POSITIVE_INFINITY,
    tellGrant(grant) {
      this.lane?.post({ type: "stream-credit", id: this.id, ...grant });
    },
    fault() {},
    encodeReason: (reason) => encodeReason(reason, true),
    settled() {},
    ...more,
  };
}

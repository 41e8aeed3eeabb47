/**
 * What the core makes of either kind of link, so that nothing above knows which it is: messages and frames go out and
 * come in; only a stream asks whether its lane takes messages or bytes.
 */
import type { ByteLink, Lane, LinkReceiver, MessageLink } from "../link.ts";
import type { Frame } from "./frames.ts";

/** What the core listens with on whatever kind of link. */
export interface CoreReceiver extends LinkReceiver {
  /** A frame that was checked already. */
  frame(frame: Frame): void;
  /** A control message as text, and what it says if that is known already. */
  text(line: string, parsed?: unknown): void;
  /** Asked before memory is given to a chunk of this stream: may it come, as far as its credit goes? */
  admits(stream: number): boolean;
  /** A chunk of so many bytes that may come has begun to, with its first fragment. */
  begins(stream: number, bytes: number): void;
  /** What came breaks the protocol. */
  breach(error: unknown): void;
}

/** The lane of a stream that shares a link of bytes with others: it takes chunks as bytes, and tells when to wait. */
export interface ByteLane extends Lane {
  /**
   * Queues a chunk. Without `lend` it is copied if it is not sent at once; with it the bytes must not change until
   * `onRoom`, if the lane is full after it. `pack`: it need not be aligned, if it is small.
   */
  push(bytes: Uint8Array, form: number, weight: number | undefined, lend: boolean, pack?: boolean): void;
  /** Is there enough queued, or a chunk lent? Then `onRoom` will be called. */
  readonly full: boolean;
  onRoom: (() => void) | undefined;
  /** Chunks that were pushed and are not yet on their way. */
  readonly queued: number;
  /** Forgets these: all, or only one that was lent. */
  discard(all: boolean): void;
}

/** What the core makes of either kind of link. */
export interface CoreLink extends Omit<MessageLink, "listen"> {
  listen(receiver: CoreReceiver): void;
  /** Calls have a path beside that of the streams: what is sent on one may come before what was sent earlier on the other. */
  readonly splits?: boolean;
  /** Of a link of bytes: the lane of a stream, by its id. */
  lane?(id: number): ByteLane;
  /** What `$/hello` tells beside the core's own, and who hears it. */
  readonly hello?: ByteLink["hello"];
  /** `message`: the characters that the remote takes in one. */
  greeted?(hello: Readonly<Record<string, unknown>>, message: number): void;
}

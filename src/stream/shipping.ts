/** How the chunks of a direction get onto its lane: the seam between credit, and messages or bytes. */
import type { Codec } from "../codecs/codec.ts";
import { mistake } from "../errors.ts";
import type { ByteLane } from "../wire/core-link.ts";
import type { Transfer } from "./chunk.ts";
import type { SendCredit } from "./credit.ts";
import type { Owner } from "./owner.ts";

export interface Shipping {
  /** Takes a chunk that has credit. Throws if it cannot cross: then nothing of it was sent or booked. */
  start(chunk: unknown, weight: number): void;
  /** More chunks are likely to follow in this turn. */
  expect(): void;
  /** Makes what the first chunk would: of a stream that is kept as a pattern. */
  prepare(): void;
  /** Sends what was gathered. Returns whether there was anything. */
  flush(): boolean;
  /** Forgets what was not sent: all of it, or only a chunk that is still the writer's own memory. */
  discard(all: boolean): void;
  /** Chunks that were started and not yet sent. */
  readonly length: number;
  /** Should the writer wait? Its direction is told when there is room again. */
  readonly full: boolean;
}

/** What it needs of its direction. */
export interface ShippingHost {
  readonly owner: Owner;
  readonly codec: Codec | undefined;
  readonly transfer: Transfer;
  /** The user's `size` gave weights, which travel. */
  readonly weighed: boolean;
  readonly credit: SendCredit;
  /** A write waits for credit, so more will follow. */
  readonly waits: boolean;
  /** Counts a chunk as sent: its own bytes, its weight, and what it is charged. */
  book(payload: number, weight: number, bytes: number): void;
  /** Some of what was gathered has been sent. */
  sent(): void;
  /** A chunk that was taken before cannot be sent. */
  failed(error: unknown): void;
}

/** What a link of bytes brings for its streams, so that only who has one imports it. */
export interface OverBytes {
  /** Where the user names no codec. */
  readonly codec: Codec;
  /** Chunks onto a lane that takes bytes; `room`: the writer may go on. */
  ship(host: ShippingHost, codec: Codec, lane: ByteLane, room: () => void): Shipping;
}

/** Throws a RangeError for a chunk of more bytes than the remote takes. */
export function checkSize(size: number, { maxChunk, name }: Owner): void {
  if (size <= maxChunk) return;
  throw mistake(
    new RangeError(
      `Cannot write a chunk of ${size} bytes to stream "${name}": the remote takes ${maxChunk}, cut it up or raise limits.maxChunk there`,
    ),
    "CHUNK_TOO_LARGE",
  );
}

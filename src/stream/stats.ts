/** What `stats()` tells of a stream. */

/** One direction of a stream, as it stands. Amounts are in `unit`, but for `bytes` and `queued`. */
export interface DirectionStats {
  readonly state: string;
  readonly unit: string;
  /** The window in force: the receiver's highWaterMark, or (outgoing) the first limit that it told. */
  readonly highWaterMark: number;
  readonly chunks: number;
  /** Bytes charged: the buffers of the chunks, and 64 a chunk. */
  readonly bytes: number;
  /** Chunks that wait at this side: unread, or not yet sent. */
  readonly queued: number;
  /** What the sender may still send before it has to wait. */
  readonly credit: number;
  /** Sent and not yet known to have been taken (outgoing); held (incoming). */
  readonly inFlight: number;
  /** The most ever held (incoming), or in flight as far as known (outgoing). */
  readonly peak: number;
}

export interface StreamStats {
  readonly id: number;
  readonly name: string;
  readonly incoming: DirectionStats;
  readonly outgoing: DirectionStats;
}

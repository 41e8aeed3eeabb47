/** How far the default stream has come when a message does, for control may overtake data. Types and a constant only. */
export interface Arrival {
  /**
   * Resolves once the chunks that were sent before the message have come, or never will; rejects with the reason of the
   * signal, which is made only now. `undefined`: they have. Asked for only by who is going to wait, for who waits is kept.
   */
  wait(signal?: () => AbortSignal): Promise<void> | undefined;
  /** Have all of them come? */
  complete(): boolean;
  /** Resolves once they have been handled as well. */
  handled(): Promise<void>;
}

/** Of a message with no chunks before it. */
export const ARRIVED: Arrival = { wait: () => undefined, complete: () => true, handled: () => Promise.resolve() };

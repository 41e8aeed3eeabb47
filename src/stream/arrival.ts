/** How far the default stream has come when a message does, for control may overtake data. Types and a constant only. */
export interface Arrival {
  /** Resolves once the chunks that were sent before the message have come, or never will. `undefined`: they have. */
  readonly waits: Promise<void> | undefined;
  /** Have all of them come? */
  complete(): boolean;
  /** Resolves once they have been handled as well. */
  handled(): Promise<void>;
}

/** Of a message with no chunks before it. */
export const ARRIVED: Arrival = { waits: undefined, complete: () => true, handled: () => Promise.resolve() };

/** The remote's streams that have somebody here and are not over: how many there may be, and which wait for a place. */
import { Line } from "./line.ts";
import type { Offer } from "./offer.ts";

/** Streams of messages that wait: as many as may wait for their messages. */
export const MOST_WAITING = 4_096;

export class Room {
  readonly #most: number;
  readonly #handOver: (offer: Offer) => void;
  readonly #waiting = new Line<Offer>();
  #taken = 0;

  constructor(most: number, handOver: (offer: Offer) => void) {
    this.#most = most;
    this.#handOver = handOver;
  }

  get isFree(): boolean {
    return this.#taken < this.#most;
  }

  /** Does one of a message wait for it? */
  get isAwaited(): boolean {
    return this.#waiting.size > 0;
  }

  take(): void {
    this.#taken++;
  }

  leave(): void {
    this.#taken--;
  }

  /**
   * A message waits for this one, or will. It is handed over once there is a place: the end of another one, that its opener
   * knows of, may still be on its way here. Returns false where too many wait already.
   */
  wait(offer: Offer): boolean {
    if (this.#waiting.size >= MOST_WAITING) return false;
    this.#waiting.add(offer);
    this.handOver();
    return true;
  }

  /** Hands over those that there is a place for. */
  handOver(): void {
    for (let next = this.#waiting.first; next !== undefined && this.isFree; next = this.#waiting.first) {
      this.#waiting.delete(next);
      next.takesRoom = true;
      this.take();
      this.#handOver(next);
    }
  }

  /** It waits no longer. Returns whether it did. */
  forget(offer: Offer): boolean {
    return this.#waiting.delete(offer);
  }
}

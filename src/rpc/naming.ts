/**
 * How many streams our messages may name. The remote keeps what it has of a message until all its streams have come, and
 * takes only so many that it waits for: a message with which they would be more waits at this side.
 */
import { Line } from "../stream/line.ts";

/** Streams that were named and have not come, and such that have come and were not named: a peer takes no more of either. */
export const MOST_AWAITED = 4_096;

interface Waiting {
  readonly count: number;
  readonly send: () => void;
}

export class Naming {
  /** Named in messages that were not sent yet. */
  named = 0;
  /** Sent, and the remote was not heard of them yet. */
  #coming = 0;
  /** Answers that wait. Calls keep an order of their own, and go after them: with an answer, a call ends. */
  readonly #line = new Line<Waiting>();
  #tellRoom = (): void => {};

  /** May a message with so many streams be sent? */
  hasRoom(count: number): boolean {
    return count === 0 || (this.#line.size === 0 && this.#fits(count));
  }

  /** Calls `tell` whenever {@link hasRoom} may have become true. */
  onRoom(tell: () => void): void {
    this.#tellRoom = tell;
  }

  /** Calls `send` once a message with so many streams may be sent: at once, mostly, else in order. */
  whenRoom(count: number, send: () => void): void {
    if (this.hasRoom(count)) send();
    else this.#line.add({ count, send });
  }

  #fits(count: number): boolean {
    return this.#coming + count <= MOST_AWAITED;
  }

  /** So many are named in a message, which is then either sent or given up. */
  name(count: number): void {
    this.named += count;
  }

  sent(count: number): void {
    this.named -= count;
    this.#coming += count;
  }

  giveUp(count: number): void {
    this.named -= count;
  }

  /** The remote has one of those that were sent, or nothing more will be heard of it. */
  readonly met = (): void => {
    this.#coming--;
    for (let next = this.#line.first; next !== undefined && this.#fits(next.count); next = this.#line.first) {
      this.#line.delete(next);
      next.send();
    }
    this.#tellRoom();
  };
}

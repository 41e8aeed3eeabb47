/**
 * Tells senders that a reader is slow, and not gone. A grant comes once half of a window was read; for a slow reader that
 * may be later than its sender gives a stream up. So of each stream whose sender has used up its credit, what was read since
 * is told several times in that time. One timer does for all streams of a channel, and none runs where the remote waits for
 * ever, or no sender does.
 */
import type { Turn } from "./gather.ts";

/** How often in the time that the remote waits. */
const TIMES = 4;
/** Milliseconds in between, whatever the remote says. */
const [LEAST, MOST] = [50, 60_000];

/** A stream whose sender may wait for credit. */
interface Reminding {
  /** Tells its sender what was read, if anything was. Returns whether that sender still waits. */
  remind(): boolean;
}

export class Reminders {
  readonly #turn: Turn;
  readonly #streams = new Set<Reminding>();
  /** Milliseconds between two looks. */
  #pause: number = Number.POSITIVE_INFINITY;
  /** Prevents the next look. */
  #prevent: (() => void) | undefined = undefined;

  constructor(turn: Turn) {
    this.#turn = turn;
  }

  /** The remote gives a stream up after so many milliseconds. */
  within(stall: number): void {
    if (stall < Number.POSITIVE_INFINITY) this.#pause = Math.min(Math.max(stall / TIMES, LEAST), MOST);
  }

  /** The sender of this one has used up its credit. */
  add(stream: Reminding): void {
    if (this.#pause === Number.POSITIVE_INFINITY) return;
    this.#streams.add(stream);
    this.#prevent ??= this.#turn.after(this.#pause, this.#look);
  }

  /** Nobody is told anything any more. */
  close(): void {
    this.#prevent?.();
    this.#streams.clear();
  }

  readonly #look = (): void => {
    for (const stream of this.#streams) if (!stream.remind()) this.#streams.delete(stream);
    this.#prevent = this.#streams.size > 0 ? this.#turn.after(this.#pause, this.#look) : undefined;
  };
}

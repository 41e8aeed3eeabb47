/**
 * Gives a stream up whose remote gives no credit for too long, so that nobody can be reading there. One timer does for all
 * its writes, so one that waits is given up after one to two times that long.
 */
import { StreamError } from "../errors.ts";
import type { Owner } from "./owner.ts";

/** What is watched: the direction of a stream that sends. */
interface Watched {
  readonly owner: Owner;
  /** The write that waits for credit now: what tells it from those before. */
  readonly blocked: object | undefined;
  /** Grants that have come since the last chunk: none need have let it start, but somebody reads. */
  readonly credit: { readonly idleGrants: number };
  fail(event: "abort", reason: unknown): void;
}

export class StallWatch {
  readonly #watched: Watched;
  /** Prevents the next look. */
  #prevent: (() => void) | undefined = undefined;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /**
   * Gives the stream up if the write that waits still does at the next look, and nothing was heard of its reader, or the
   * one that waits then at the one after.
   */
  begin(): void {
    const { owner, blocked, credit } = this.#watched;
    if (this.#prevent !== undefined || owner.stall === Number.POSITIVE_INFINITY) return;
    const { idleGrants } = credit;
    this.#prevent = owner.turn.after(owner.stall, () => {
      this.#prevent = undefined;
      this.#look(blocked, idleGrants);
    });
  }

  #look(before: object | undefined, grants: number): void {
    const { owner, blocked, credit } = this.#watched;
    if (blocked === undefined) return;
    // What waits for the remote to take more streams, waits at this side.
    if (blocked !== before || credit.idleGrants !== grants || owner.lane === undefined) this.begin();
    else {
      const message = `Cannot write to stream ${owner.id} "${owner.name}": the remote has given no credit for ${owner.stall} ms, have it read or raise limits.stall`;
      this.#watched.fail("abort", new StreamError("STREAM_STALLED", message));
    }
  }

  end(): void {
    this.#prevent?.();
  }
}

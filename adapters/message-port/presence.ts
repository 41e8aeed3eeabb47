/**
 * That both ends of a link are there, and how each learns that the other is not any more: by its Web Lock, which is
 * released however it dies, and by the goodbye of a page. It does not ping: that is the core's heartbeat, which is left
 * out once this one tells. In runtimes that say themselves when a port's other end is gone it does nothing.
 */
import { LinkError } from "../../src/errors.ts";
import type { Scheduler } from "../../src/link.ts";
import { GOODBYE, type Goodbye, onLeave } from "./goodbye.ts";
import { holdLock, isHeld, lockReleased } from "./locks.ts";
import type { Ready } from "./meeting.ts";

/** Milliseconds that taking a lock may delay the meeting: it comes about without one as well. */
const LOCK_TIME = 1_000;
/**
 * The news that a lock is free takes another way than messages do. After so many milliseconds without any, the last of
 * them has come.
 */
const LAST_WORDS = 100;

/** What is known of the two ends beforehand. */
export interface Bond {
  /** Does this end show by a lock that it is there? */
  readonly holds: boolean;
  /** Does it watch the lock of the other? */
  readonly watches: boolean;
  /** Both are in one storage partition for certain, so that they see the same locks. Else that is found out. */
  readonly together: boolean;
}

/** Nothing is needed: the runtime tells. */
export const TOLD: Bond = { holds: false, watches: false, together: false };
/** Two ends that may be anywhere. */
export const APART: Bond = { holds: true, watches: true, together: false };
/** Two ends in one storage partition. */
export const TOGETHER: Bond = { holds: true, watches: true, together: true };

export interface PresenceHost {
  readonly scheduler: Scheduler;
  /** Left out: there are none that tell. */
  readonly locks?: LockManager | undefined;
  /** Posts to the other end, if there is a way to it by now. */
  post(message: Goodbye): void;
  lost(error: LinkError): void;
}

export class Presence {
  readonly #bond: Bond;
  readonly #host: PresenceHost;
  readonly #locks: LockManager | undefined;
  readonly #end = new AbortController();
  #stopListening: (() => void) | undefined = undefined;
  #stopWaiting: (() => void) | undefined = undefined;
  #tells = false;
  /** Messages that have come. */
  #heard = 0;

  constructor(bond: Bond, host: PresenceHost) {
    this.#bond = bond;
    this.#host = host;
    this.#locks = bond.holds || bond.watches ? host.locks : undefined;
  }

  /** Will it tell when the other end is gone, however that goes? */
  get tells(): boolean {
    return this.#tells;
  }

  /** Calls `ready` once, at once or a moment later, with whether this end, whose nonce it is, holds its lock by then. */
  begin(nonce: string, ready: (isHeld: boolean) => void): void {
    this.#stopListening = onLeave(() => this.#leave());
    if (!this.#bond.holds || this.#locks === undefined) {
      ready(false);
      return;
    }
    const settle = (isHeld: boolean): void => {
      if (this.#stopWaiting === undefined || this.#end.signal.aborted) return;
      this.#stopWaiting();
      this.#stopWaiting = undefined;
      ready(isHeld);
    };
    this.#stopWaiting = this.#host.scheduler.after(LOCK_TIME, () => settle(false));
    holdLock(this.#locks, lockName(nonce), this.#end.signal).then(settle);
  }

  /** The two have met. */
  met({ nonce, lock }: Ready): void {
    if (lock === true && this.#bond.watches && this.#locks !== undefined)
      void this.#watch(this.#locks, lockName(nonce));
  }

  /** A message has come. */
  hear(): void {
    this.#heard++;
  }

  /** The other end has said goodbye. */
  left(): void {
    this.#lost("The page at the other end was left or closed: connect anew");
  }

  /** The link has ended: leaves nothing behind. */
  end(): void {
    this.#end.abort();
    this.#stopListening?.();
    this.#stopWaiting?.();
  }

  async #watch(locks: LockManager, lock: string): Promise<void> {
    if (!this.#bond.together && !(await isHeld(locks, lock))) return;
    this.#tells = true;
    await lockReleased(locks, lock, this.#end.signal);
    this.#awaitLastWords();
  }

  #awaitLastWords(): void {
    if (this.#end.signal.aborted) return;
    const heard = this.#heard;
    this.#stopWaiting = this.#host.scheduler.after(LAST_WORDS, () => {
      if (heard === this.#heard) this.#lost("The other end is gone: it was closed or terminated, or has crashed");
      else this.#awaitLastWords();
    });
  }

  #leave(): void {
    this.#host.post(GOODBYE);
    this.#lost("This page was left: when it is shown again, connect anew");
  }

  #lost(message: string): void {
    if (!this.#end.signal.aborted) this.#host.lost(new LinkError("CONNECTION_LOST", message));
  }
}

/** The lock of an end whose nonce this is. */
function lockName(nonce: string): string {
  return `sluice:${nonce}`;
}

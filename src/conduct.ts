/**
 * What a remote that is not trusted does legally and too often: each costs this side work, and nothing in the protocol
 * forbids one of them. Counted without a clock: a count falls with a timer that runs only while there is something to
 * forget.
 */
import { ProtocolError } from "./errors.ts";
import type { Limits } from "./limits.ts";
import type { Scheduler } from "./link.ts";

/** A bucket that leaks: `rate` each `interval` milliseconds, and twice as many at once. */
export class Rate {
  readonly #scheduler: Scheduler;
  readonly #rate: number;
  readonly #interval: number;
  #counted = 0;
  #leaking = false;

  constructor(scheduler: Scheduler, rate: number, interval: number) {
    this.#scheduler = scheduler;
    this.#rate = rate;
    this.#interval = interval;
  }

  /** Counts one. False: that was one too many. */
  take(): boolean {
    if (this.#rate === Number.POSITIVE_INFINITY) return true;
    this.#counted++;
    this.#leak();
    return this.#counted <= 2 * this.#rate;
  }

  #leak(): void {
    if (this.#leaking || this.#counted === 0) return;
    this.#leaking = true;
    this.#scheduler.after(this.#interval, () => {
      this.#leaking = false;
      this.#counted = Math.max(0, this.#counted - this.#rate);
      this.#leak();
    });
  }
}

const SECOND = 1_000;
const MINUTE = 60_000;

export class Conduct {
  readonly #limits: Limits;
  readonly #breach: (error: ProtocolError) => void;
  readonly #resets: Rate;
  readonly #faults: Rate;
  readonly #pings: Rate;

  /** `breach` ends the channel. */
  constructor(scheduler: Scheduler, limits: Limits, breach: (error: ProtocolError) => void) {
    this.#limits = limits;
    this.#breach = breach;
    this.#resets = new Rate(scheduler, limits.resets, SECOND);
    this.#faults = new Rate(scheduler, limits.faults, MINUTE);
    this.#pings = new Rate(scheduler, limits.pings, SECOND);
  }

  /** The remote has reset a stream that it had opened, before its handler here was done with it. */
  reset(): void {
    if (this.#resets.take()) return;
    const { resets } = this.#limits;
    const message = `Cannot take more than ${resets} streams a second that are reset before their handlers settle: mend the remote, or raise limits.resets`;
    this.#breach(new ProtocolError("RESET_FLOOD", message));
  }

  /** This side had to end one stream, because what the remote did with it breaks a rule. */
  fault(): void {
    if (this.#faults.take()) return;
    const { faults } = this.#limits;
    const message = `Cannot go on with a remote that has broken the rules of more than ${faults} streams a minute: mend the remote, or raise limits.faults`;
    this.#breach(new ProtocolError("FAULT_FLOOD", message));
  }

  ping(): void {
    if (this.#pings.take()) return;
    const { pings } = this.#limits;
    const message = `Cannot answer more than ${pings} pings a second: mend the remote, or raise limits.pings`;
    this.#breach(new ProtocolError("PING_FLOOD", message));
  }
}

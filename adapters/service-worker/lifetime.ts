/**
 * That a service worker lives while something is under way for one of its pages. The browser lets it live for as long as
 * an event asks for, and may stop it without one, whatever comes over ports. It knows no links.
 */
import { realmScheduler } from "../message-port/scheduler.ts";

/** The part of an ExtendableEvent in use. */
export interface Extendable {
  waitUntil(promise: Promise<void>): void;
}

/**
 * Milliseconds that an event is outlived at the least. It takes another way than the port: what it was posted for may
 * still come, behind the end of what was under way before; or it has come before the event, and is over already.
 */
const LEAST = 1_000;

export class Lifetime {
  #isBusy = true;
  /** Events that have come within that time. */
  #fresh = 0;
  /** Resolves what the newest event waits for. */
  #end = (): void => {};

  /** An event has come: the worker is to live until nothing is under way any more. The one before need not be outlived. */
  extend(event: Extendable): void {
    this.#end();
    event.waitUntil(new Promise((resolve) => (this.#end = resolve)));
    this.#fresh++;
    realmScheduler().after(LEAST, () => {
      this.#fresh--;
      this.#settle();
    });
  }

  /** Whether anything is under way; at first it counts so. */
  busy(on: boolean): void {
    this.#isBusy = on;
    this.#settle();
  }

  /** There is nobody any more to live for. */
  end(): void {
    this.#end();
  }

  #settle(): void {
    if (this.#fresh === 0 && !this.#isBusy) this.#end();
  }
}

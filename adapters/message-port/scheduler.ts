/** Time in a runtime with an event loop: what the core is given, for it reads no clock itself. */
import type { Scheduler } from "../../src/link.ts";

/** What a timer can hold; beyond it, it would fire at once. */
export const LONGEST: number = 2 ** 31 - 1;

interface TimerLike {
  unref?(): void;
}

/**
 * Node, Deno and Bun: ticks run between the microtasks' draining and the next turn of the event loop; but after a turn
 * they run ahead of its microtasks, so the tick is asked for in one.
 */
declare const process: { nextTick?: (task: () => void) => void } | undefined;
declare const setImmediate: ((task: () => void) => void) | undefined;

/**
 * Messages that may come before what has waited for longer. With none, a sender goes on with each grant, and calls wait
 * behind all that the windows hold.
 */
const PATIENCE = 8;

/** Browsers: a message to oneself is the quickest turn; `setTimeout` is slowed down when nested. */
class Turns {
  readonly #channel = new MessageChannel();
  #tasks: (() => void)[] = [];
  #isPosted = false;
  /** Messages that came while the tasks have waited. */
  #heard = 0;

  constructor() {
    this.#channel.port1.onmessage = () => {
      this.#isPosted = false;
      this.#begin();
    };
  }

  readonly next = (task: () => void): void => {
    this.#tasks.push(task);
    if (this.#isPosted) return;
    this.#isPosted = true;
    this.#channel.port2.postMessage(null);
  };

  /**
   * Another message has come, and begins a turn as well. One's own stands behind all that came before it, in a flooded
   * thread for 100 ms and more: when enough of them have come, the next has to do.
   */
  hear(): void {
    if (this.#tasks.length > 0 && this.#heard++ >= PATIENCE) this.#begin();
  }

  #begin(): void {
    const due = this.#tasks;
    this.#tasks = [];
    this.#heard = 0;
    for (const task of due) {
      try {
        task();
      } catch (error) {
        // As if each had a turn of its own.
        reportError(error);
      }
    }
  }
}

/** Of what was yielded, where a turn is a message. */
let yielded: Turns | undefined;

function makeTurns(): Pick<Scheduler, "defer" | "yield"> {
  const tick = typeof process === "object" ? process?.nextTick : undefined;
  if (typeof tick === "function" && typeof setImmediate === "function") {
    // Called by its name: workerd's takes no other receiver than its own.
    return { defer: (task) => queueMicrotask(() => tick(task)), yield: (task) => void setImmediate(task) };
  }
  yielded = new Turns();
  return { defer: new Turns().next, yield: yielded.next };
}

/** A lane has a message, and hands it over once this has returned: what was yielded may have waited for long enough. */
export function hear(): void {
  yielded?.hear();
}

let shared: Scheduler | undefined;

/** One for the whole realm, made when the first link is. */
export function realmScheduler(): Scheduler {
  shared ??= {
    ...makeTurns(),
    after(ms, task) {
      const timer = setTimeout(task, Math.min(ms, LONGEST));
      (timer as TimerLike).unref?.();
      return () => clearTimeout(timer);
    },
  };
  return shared;
}

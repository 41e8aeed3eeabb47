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

/** Browsers: a message to oneself is the quickest turn; `setTimeout` is slowed down when nested. */
function macrotask(): (task: () => void) => void {
  const { port1, port2 } = new MessageChannel();
  let tasks: (() => void)[] = [];
  port1.onmessage = () => {
    const due = tasks;
    tasks = [];
    for (const task of due) task();
  };
  return (task) => {
    if (tasks.push(task) === 1) port2.postMessage(null);
  };
}

function makeTurns(): Pick<Scheduler, "defer" | "yield"> {
  const tick = typeof process === "object" ? process?.nextTick : undefined;
  if (typeof tick === "function" && typeof setImmediate === "function") {
    return { defer: (task) => queueMicrotask(() => tick(task)), yield: setImmediate };
  }
  return { defer: macrotask(), yield: macrotask() };
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

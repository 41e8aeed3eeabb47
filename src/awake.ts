/** Time in which this side was awake: what a remote had for an answer that could be heard. */
import type { Scheduler } from "./link.ts";

const PARTS = 4;

/**
 * Runs `task` after `ms` milliseconds; returns what prevents it. They are waited for in parts: however long this side stands
 * still, in a debugger or as a hidden page whose timers are held back, one part passes at the most, and what has come
 * meanwhile is heard before the next.
 */
export function afterAwake(scheduler: Scheduler, ms: number, task: () => void): () => void {
  let prevent: () => void;
  const wait = (parts: number): void => {
    prevent = scheduler.after(ms / PARTS, () => (parts > 1 ? wait(parts - 1) : task()));
  };
  wait(PARTS);
  return () => prevent();
}

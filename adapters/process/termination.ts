/**
 * Ends a process, step by step, as long as it has not exited:
 *
 *     waits for it to exit ──exit ms──▶ SIGTERM ──terminate ms──▶ SIGKILL
 */
import type { ChildProcess } from "node:child_process";
import { LONGEST } from "../message-port/scheduler.ts";
import { sendSignal } from "./signal.ts";
import type { ShutdownTimes } from "./types.ts";

const STEPS = ["wait", "terminate", "kill"] as const;
export type Step = (typeof STEPS)[number];

export class Termination {
  readonly #child: ChildProcess;
  readonly #times: Required<ShutdownTimes>;
  #reached = -1;
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;
  #held = false;
  #over = false;

  constructor(child: ChildProcess, times: Required<ShutdownTimes>) {
    this.#child = child;
    this.#times = times;
    child.once("exit", () => {
      this.#over = true;
      clearTimeout(this.#timer);
    });
  }

  /** Goes to that step, and from there on. Never goes back. */
  go(step: Step): void {
    const index = STEPS.indexOf(step);
    if (this.#over || index <= this.#reached) return;
    this.#reached = index;
    clearTimeout(this.#timer);
    if (step === "wait") this.#after(this.#times.exit, "terminate");
    else if (step === "terminate") {
      sendSignal(this.#child, "SIGTERM");
      this.#after(this.#times.terminate, "kill");
    } else sendSignal(this.#child, "SIGKILL");
  }

  /** The steps keep our process alive from now on. */
  hold(): void {
    this.#held = true;
    this.#timer?.ref();
  }

  #after(ms: number, next: Step): void {
    if (ms === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.go(next), Math.min(ms, LONGEST));
    if (!this.#held) this.#timer.unref();
  }
}

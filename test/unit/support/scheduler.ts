/** Time that stands still until a test moves it. */
import type { Scheduler } from "../../../src/link.ts";

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

export class FakeScheduler implements Scheduler {
  now = 0;
  /** Tasks for the end of the turn, and timers that were asked for and not stopped. */
  deferred: (() => void)[] = [];
  /** Tasks for a later turn. */
  yielded: (() => void)[] = [];
  timers: Timer[] = [];
  /** Every delay that was ever asked for. */
  readonly asked: number[] = [];

  defer(task: () => void): void {
    this.deferred.push(task);
  }

  yield(task: () => void): void {
    this.yielded.push(task);
  }

  after(ms: number, task: () => void): () => void {
    const timer = { at: this.now + ms, task };
    this.asked.push(ms);
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((each) => each !== timer);
    };
  }

  /** The turn is over. */
  turn(): void {
    const due = this.deferred;
    this.deferred = [];
    for (const task of due) task();
  }

  /** Lets time pass, timer by timer, with the promises that hang on each. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      await settle();
      const next = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.timers = this.timers.filter((each) => each !== next);
      this.now = next.at;
      next.task();
    }
    this.now = end;
  }

  /** Time passes while nothing runs; then the timers that were due by then fire, once each, and nothing else does. */
  async stand(ms: number): Promise<void> {
    this.now += ms;
    const due = this.timers.filter(({ at }) => at <= this.now);
    this.timers = this.timers.filter(({ at }) => at > this.now);
    for (const { task } of due) task();
    await settle();
  }
}

/** Lets every promise that can settle do so. */
export async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

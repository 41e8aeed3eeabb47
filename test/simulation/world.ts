/**
 * A virtual clock, and the one queue of everything that happens: one event at a time, each followed by a real turn of
 * the event loop, so that all microtasks it caused have drained and unhandled rejections have been reported.
 */
import type { Scheduler } from "../../src/link.ts";
import type { Random } from "./random.ts";

interface Happening {
  readonly time: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** How `defer` behaves: as Node's `nextTick`, before anything else; or as a browser's task, among everything else. */
export type DeferStyle = "tick" | "task";

/** A run that is not over by then (milliseconds of virtual time, events) is stuck. */
const HORIZON = 10 * 60_000;
const MOST_EVENTS = 100_000;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class World {
  now = 0;
  events = 0;
  /** What broke; the first is the one to look at. */
  readonly failures: string[] = [];
  /** A hash over everything that was logged: two runs of a seed must agree. */
  hash = 0x811c9dc5;
  /** The log itself, where it is wanted. */
  readonly trace: string[] | undefined;
  readonly #heap: Happening[] = [];
  readonly #soon: (() => void)[] = [];
  readonly #pending = new Map<number, string>();
  #order = 0;
  #promises = 0;

  constructor(verbose: boolean) {
    this.trace = verbose ? [] : undefined;
  }

  log(text: string): void {
    const line = `${this.now} ${text}`;
    let hash = this.hash;
    for (let i = 0; i < line.length; i++) hash = Math.imul(hash ^ line.charCodeAt(i), 0x01000193);
    this.hash = hash >>> 0;
    this.trace?.push(line);
  }

  fail(what: string): void {
    this.log(`FAILURE ${what}`);
    this.failures.push(`at ${this.now} ms: ${what}`);
  }

  /** Runs `task` at a virtual time; returns what prevents it. */
  at(time: number, task: () => void): () => void {
    const happening: Happening = { time: Math.max(time, this.now), order: this.#order++, run: task };
    this.#push(happening);
    return () => {
      happening.run = undefined;
    };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.at(this.now + ms, resolve));
  }

  scheduler(style: DeferStyle, random: Random): Scheduler {
    return {
      defer: (task) => {
        if (style === "tick") this.#soon.push(task);
        else this.at(this.now + (random.chance(0.2) ? 1 : 0), task);
      },
      yield: (task) => void this.at(this.now, task),
      after: (ms, task) => this.at(this.now + ms, task),
    };
  }

  /** Notes a promise that has to settle before the run is over. */
  expect<T>(label: string, promise: Promise<T>): Promise<T> {
    const id = this.#promises++;
    this.#pending.set(id, label);
    const settled = (): void => void this.#pending.delete(id);
    promise.then(settled, settled);
    return promise;
  }

  /** What has not settled yet. */
  get pending(): string[] {
    return [...this.#pending.values()];
  }

  /** Until nothing is left to happen. Promises that are pending then will be for ever. */
  async run(): Promise<void> {
    await turn();
    for (let run = this.#next(); run !== undefined; run = this.#next()) {
      try {
        run();
      } catch (error) {
        this.fail(`something throws into the event loop: ${(error as Error)?.stack ?? error}`);
      }
      await turn();
      if (++this.events <= MOST_EVENTS && this.now <= HORIZON) continue;
      this.fail("the run does not come to rest");
      break;
    }
    // Rejections that nobody handles are reported a turn late.
    await turn();
    for (const label of this.pending.slice(0, 10)) this.fail(`never settled: ${label}`);
  }

  #next(): (() => void) | undefined {
    const soon = this.#soon.shift();
    if (soon !== undefined) return soon;
    for (let first = this.#pop(); first !== undefined; first = this.#pop()) {
      if (first.run === undefined) continue;
      this.now = first.time;
      return first.run;
    }
    return undefined;
  }

  // A binary heap, the earliest on top; of the same time, the one that was asked for first.

  #push(happening: Happening): void {
    const heap = this.#heap;
    let at = heap.push(happening) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (before(heap[parent] as Happening, happening)) break;
      heap[at] = heap[parent] as Happening;
      at = parent;
    }
    heap[at] = happening;
  }

  #pop(): Happening | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Happening, heap[child] as Happening)) child++;
      if (before(last, heap[child] as Happening)) break;
      heap[at] = heap[child] as Happening;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function before(a: Happening, b: Happening): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}

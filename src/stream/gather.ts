/**
 * Gathers what many streams write in one turn of the event loop. The first chunk of an idle stream is posted at once;
 * what follows until the microtasks have drained goes out together, for in a pipe a microtask runs between every two
 * chunks and would gather nothing.
 */
import type { Scheduler } from "../link.ts";
import { LEAST_BYTES } from "./credit.ts";

/** Something that waits for a later turn, as too much was started in this one. */
export interface Resting {
  rested(): void;
}

/**
 * Bytes, and a charge a chunk, that all streams together start in one turn: about a millisecond of work. A pipe runs in
 * microtasks as long as there is credit, and neither calls nor other streams would be heard meanwhile. Nor would they
 * if only what starts until the microtasks have drained was counted: a port hands over what has come without a turn in
 * between, up to a thousand messages in Node, and each may bring new credit.
 */
const MOST_WORK = 1024 * 1024;
/**
 * The same, of one stream while others wait for their turn: half of the smallest window. So much credit each has when its
 * turn has come, as grants come by half windows; with more, those whose grant has just come would go ahead for good.
 */
const MOST_SHARE = LEAST_BYTES / 2;
const WORK_PER_CHUNK = 1024;

/** Something that gathers. Returns whether it had anything to post, and so wants the next turn as well. */
export interface Gathering {
  turned(): boolean;
}

export class Turn {
  readonly #scheduler: Scheduler;
  #gathering: Gathering[] = [];
  #scheduled = false;
  #work = 0;
  /** Of it, what the stream has started that was resumed last. */
  #share = 0;
  #resting: Resting[] = [];
  #resumed: Resting | undefined = undefined;
  #yielded = false;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** `gathering` is asked for what it has gathered once this turn is over. */
  add(gathering: Gathering): void {
    this.#gathering.push(gathering);
    this.#schedule();
  }

  /** A chunk of this many bytes was started. */
  spend(bytes: number): void {
    this.#work += bytes + WORK_PER_CHUNK;
    this.#share += bytes + WORK_PER_CHUNK;
    // When the next turn comes it is forgotten; who starts little never asks for one.
    if (this.#work >= MOST_WORK / 2) this.#yield();
  }

  /** Should the next chunk of this one wait? So much was started in this turn, or others have waited for longer. */
  isOver(next: Resting): boolean {
    if (this.#resting.length === 0) return this.#work >= MOST_WORK;
    return next !== this.#resumed || this.#share >= MOST_SHARE || this.#work >= MOST_WORK;
  }

  /** Calls `resting` in a later turn, when its turn has come. One after the other, for a stream alone fills its batch. */
  rest(resting: Resting): void {
    this.#resting.push(resting);
    this.#yield();
  }

  #yield(): void {
    if (this.#yielded) return;
    this.#yielded = true;
    this.#scheduler.yield(this.#later);
  }

  readonly #later = (): void => {
    this.#yielded = false;
    this.#work = 0;
    this.#resume();
  };

  #resume(): void {
    this.#share = 0;
    this.#resumed = this.#resting.shift();
    this.#resumed?.rested();
    if (this.#resting.length === 0) return;
    // The others go on in this turn, if the first has left something of it.
    this.#schedule();
    this.#yield();
  }

  /** Runs `task` in a later turn, when all that this one has set off has settled. */
  later(task: () => void): void {
    this.#scheduler.yield(task);
  }

  /** Runs `task` once this turn is over. */
  defer(task: () => void): void {
    this.#scheduler.defer(task);
  }

  /** Runs `task` after `ms` milliseconds; returns what prevents it. */
  after(ms: number, task: () => void): () => void {
    return this.#scheduler.after(ms, task);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#scheduler.defer(this.#end);
  }

  readonly #end = (): void => {
    this.#scheduled = false;
    const due = this.#gathering;
    this.#gathering = [];
    for (const each of due) if (each.turned()) this.#gathering.push(each);
    if (this.#resting.length > 0 && this.#work < MOST_WORK) this.#resume();
    if (this.#gathering.length > 0) this.#schedule();
  };
}

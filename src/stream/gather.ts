/**
 * Gathers what many streams write in one turn of the event loop. The first chunk of an idle stream is posted at once;
 * what follows until the microtasks have drained goes out together, for in a pipe a microtask runs between every two
 * chunks and would gather nothing.
 */
import type { Scheduler } from "../link.ts";

/** Something that gathers. Returns whether it had anything to post, and so wants the next turn as well. */
export interface Gathering {
  turned(): boolean;
}

export class Turn {
  readonly #scheduler: Scheduler;
  #gathering: Gathering[] = [];
  #scheduled = false;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** `gathering` is asked for what it has gathered once this turn is over. */
  add(gathering: Gathering): void {
    this.#gathering.push(gathering);
    this.#schedule();
  }

  /** Runs `task` once this turn is over. */
  defer(task: () => void): void {
    this.#scheduler.defer(task);
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
    if (this.#gathering.length > 0) this.#schedule();
  };
}

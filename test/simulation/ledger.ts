/** Keeps count of requests as they are posted, and of answers as they arrive: each is answered exactly once. */
import { other, type SideName } from "./scenario.ts";

export class Ledger {
  readonly #asked = { A: new Map<unknown, number>(), B: new Map<unknown, number>() };
  readonly #pings = new Set<unknown>();
  readonly #fail: (what: string) => void;

  constructor(fail: (what: string) => void) {
    this.#fail = fail;
  }

  posted(side: SideName, { id, method }: Readonly<Record<string, unknown>>): void {
    // Of pings, one may be under way at any time.
    if (id === undefined || method === undefined) return;
    if (method === "$/ping") this.#pings.add(id);
    this.#asked[side].set(id, 0);
  }

  arrives(side: SideName, { id, method }: Readonly<Record<string, unknown>>): void {
    if (method !== undefined) return;
    const answers = this.#asked[side].get(id);
    if (answers === undefined) this.#fail(`${other(side)} answers request ${id}, which it was never sent`);
    else if (answers > 0) this.#fail(`${other(side)} answers request ${id} again`);
    this.#asked[side].set(id, (answers ?? 0) + 1);
  }

  /** Of a connection at rest. */
  checkQuiet(): void {
    for (const side of ["A", "B"] as const) {
      for (const [id, answers] of this.#asked[side]) {
        if (answers === 0 && !this.#pings.has(id))
          this.#fail(`request ${id} of ${side} has no answer when all is quiet`);
      }
    }
  }
}

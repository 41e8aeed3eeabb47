/** Keeps count of requests and their answers as they are posted: each is answered exactly once. */
import { other, type SideName } from "./scenario.ts";

export class Ledger {
  readonly #asked = { A: new Map<unknown, number>(), B: new Map<unknown, number>() };
  readonly #fail: (what: string) => void;

  constructor(fail: (what: string) => void) {
    this.#fail = fail;
  }

  posted(side: SideName, message: Readonly<Record<string, unknown>>): void {
    const { id, method } = message;
    if (id === undefined) return;
    if (method !== undefined) {
      this.#asked[side].set(id, 0);
      return;
    }
    const answers = this.#asked[other(side)].get(id);
    if (answers === undefined) this.#fail(`${side} answers request ${id}, which it was never sent`);
    else if (answers > 0) this.#fail(`${side} answers request ${id} again`);
    this.#asked[other(side)].set(id, (answers ?? 0) + 1);
  }

  /** Of a connection at rest. */
  checkQuiet(): void {
    for (const side of ["A", "B"] as const) {
      for (const [id, answers] of this.#asked[side]) {
        if (answers === 0) this.#fail(`request ${id} of ${side} has no answer when all is quiet`);
      }
    }
  }
}

/** Every promise that a run gets from the core is watched: it has to settle, and may only reject for a known cause. */
import { type Causes, show } from "./reasons.ts";
import type { SideName } from "./scenario.ts";
import type { World } from "./world.ts";

export type Settled<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

export class Watcher {
  readonly side: SideName;
  readonly causes: Causes;
  readonly #world: World;
  readonly #label: string;
  readonly #pending = new Set<string>();

  constructor(world: World, causes: Causes, side: SideName, label: string) {
    this.#world = world;
    this.causes = causes;
    this.side = side;
    this.#label = `${label} at ${side}`;
  }

  /** Never rejects. `allowed` names further errors that the standard itself gives here. */
  async settles<T>(what: string, promise: Promise<T>, allowed?: (error: unknown) => boolean): Promise<Settled<T>> {
    this.#world.expect(`${this.#label}: ${what}`, promise);
    this.#pending.add(what);
    try {
      return { ok: true, value: await promise };
    } catch (error) {
      this.#world.log(`${this.#label}: ${what} rejects with ${show(error)}`);
      if (!allowed?.(error)) this.explains(what, error);
      return { ok: false, error };
    } finally {
      this.#pending.delete(what);
    }
  }

  /** Nothing that the stream itself owes may wait any longer: it was aborted at this side. */
  nothingWaits(): void {
    for (const what of this.#pending) {
      // These wait for sinks and sleepers of the harness as well.
      if (what.includes("pipe") || what === "iteration") continue;
      this.fail(`${what} still waits after stream.abort()`);
    }
  }

  /** An error was seen: something in the scenario must have caused it by now. */
  explains(what: string, error: unknown): void {
    if (!this.causes.explain(error, this.side)) this.fail(`${what} fails without a cause, with ${show(error)}`);
  }

  fail(what: string): void {
    this.#world.fail(`${this.#label}: ${what}`);
  }
}

/** `close()` of a stream that has failed just before is a TypeError by the standard, which does not say why. */
export function afterFailure(causes: Causes): (error: unknown) => boolean {
  return (error) => error instanceof TypeError && causes.any;
}

/** A pending read of a reader that is released. */
export function isTypeError(error: unknown): boolean {
  return error instanceof TypeError;
}

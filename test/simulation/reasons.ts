/** Reasons for aborts and cancels, and the rule that every error seen must be one that the scenario has caused. */
import { StreamError } from "../../src/errors.ts";
import type { Random } from "./random.ts";
import type { SideName } from "./scenario.ts";

/** A reason of some class; `note` tells it from all the others of the run. */
export function makeReason(random: Random, note: string): unknown {
  switch (random.int(0, 12)) {
    case 0:
      return new TypeError(note);
    case 1:
      return Object.assign(new RangeError(note), { code: "SIM_RANGE" });
    case 2:
      return new DOMException(note, "AbortError");
    case 3:
      return new DOMException(note, "TimeoutError");
    case 4:
      return new StreamError("SIM_CODE", note, { cause: new Error("the cause", { cause: 7 }) });
    case 5:
      return new AggregateError([new Error("first"), new SyntaxError("second")], note);
    case 6:
      return Object.assign(new Error(note), { name: "OwnError", code: 42 });
    case 7:
      return note;
    case 8:
      return { note, list: [1, null] };
    case 9:
      return undefined;
    default:
      return new Error(note);
  }
}

/** Is `seen` the error that was given, as far as a reason crosses: class, name, message, code, cause, errors? */
export function sameReason(given: unknown, seen: unknown): boolean {
  if (Object.is(given, seen)) return true;
  if (!isError(given) || !isError(seen)) {
    return typeof given === "object" && typeof seen === "object" && JSON.stringify(given) === JSON.stringify(seen);
  }
  const parts = (error: AggregateError): unknown[] => error.errors ?? [];
  return (
    given.constructor === seen.constructor &&
    given.name === seen.name &&
    given.message === seen.message &&
    (given as { code?: unknown }).code === (seen as { code?: unknown }).code &&
    sameReason(given.cause, seen.cause) &&
    parts(given as AggregateError).length === parts(seen as AggregateError).length &&
    parts(given as AggregateError).every((each, at) => sameReason(each, parts(seen as AggregateError)[at]))
  );
}

function isError(value: unknown): value is Error {
  return value instanceof Error || value instanceof DOMException;
}

/** An error in a few words. */
export function show(error: unknown): string {
  if (!isError(error)) return `${typeof error} ${JSON.stringify(error)}`;
  const { name, message, cause } = error;
  const code = (error as { code?: unknown }).code;
  return `${name}${code === undefined ? "" : ` ${String(code)}`} "${message}"${cause ? ` <- ${show(cause)}` : ""}`;
}

type Matches = (error: unknown, side: SideName) => boolean;

/** What has gone wrong so far, of a stream or of the whole channel. */
export class Causes {
  readonly #matches: Matches[] = [];
  readonly #parent: Causes | undefined;
  /** A copy may come back to the side that gave the reason: its other end was piped back. */
  readonly #echoes: boolean;

  constructor(parent?: Causes, echoes: boolean = false) {
    this.#parent = parent;
    this.#echoes = echoes;
  }

  get any(): boolean {
    return this.#matches.length > 0 || (this.#parent?.any ?? false);
  }

  /** This reason was given at `side`: there it must be seen as the very same, elsewhere as an equal one. */
  gave(side: SideName, reason: unknown, copied: boolean = this.#echoes): void {
    this.#matches.push((error, seer) =>
      seer === side && !copied ? Object.is(error, reason) : sameReason(reason, error),
    );
  }

  /** Sluice itself will say this. */
  says(name: string, code?: string): void {
    this.#matches.push((error) => {
      if (!isError(error) || error.name !== name) return false;
      return code === undefined || (error as { code?: unknown }).code === code;
    });
  }

  explain(error: unknown, side: SideName): boolean {
    return this.#matches.some((matches) => matches(error, side)) || (this.#parent?.explain(error, side) ?? false);
  }
}

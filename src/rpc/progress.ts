/** `$/progress`: what a method tells its caller before it answers. Its reading is here beside its making, and its order. */
import { mistake } from "../errors.ts";
import type { Arrival } from "../stream/arrival.ts";
import { MOST_DEPTH, takeJson } from "../wire/json.ts";
import type { RpcId, RpcRequest } from "./messages.ts";

/** A value stands one level deeper in its message than params do. */
const VALUE_DEPTH = MOST_DEPTH - 1;

/** Throws a TypeError for what JSON cannot carry. Streams have no place in it: what would end them? */
export function makeProgress(id: RpcId, value: unknown, method: string): RpcRequest {
  const taken = takeJson(value ?? null, `Cannot tell the progress of "${method}": value`, VALUE_DEPTH);
  if (taken.streams.length > 0) {
    const message = `Cannot tell the progress of "${method}": there is a stream in it, give it in the result`;
    throw mistake(new TypeError(message), "BAD_VALUE");
  }
  return { jsonrpc: "2.0", method: "$/progress", params: { id, value: taken.value } };
}

/** Whose progress it is, and what it says. Anything malformed has the id of no call. */
export function readProgress(params: unknown): { readonly id?: unknown; readonly value?: unknown } {
  return typeof params === "object" && params !== null ? params : {};
}

/** Progress that waits at the most: more than is likely to be on its way from an honest remote. */
const MOST_WAITING = 4_096;

/**
 * Progress in the order in which it has come: each once the data that were sent before it are there, and before the
 * answer that comes behind it, which was sent after no less of them.
 */
export class ProgressInOrder {
  readonly #tell: (params: unknown) => void;
  /** Those that wait, the oldest first; how many have left here; and whether the oldest is going to be looked at. */
  readonly #waiting: { readonly params: unknown; readonly arrival: Arrival }[] = [];
  #told = 0;
  #awaited = false;

  constructor(tell: (params: unknown) => void) {
    this.#tell = tell;
  }

  come(params: unknown, arrival: Arrival): void {
    this.#waiting.push({ params, arrival });
    // Early is better than not at all.
    if (this.#waiting.length > MOST_WAITING) this.#next();
    if (!this.#awaited) this.#goOn();
  }

  /** The arrival of an answer that comes now: when it has waited, all that came before it is told. */
  before(arrival: Arrival): Arrival {
    if (this.#waiting.length === 0) return arrival;
    const last = this.#told + this.#waiting.length;
    const tell = (): void => {
      while (this.#told < last) this.#next();
    };
    return {
      ...arrival,
      wait(signal) {
        const waits = arrival.wait(signal);
        if (waits === undefined) tell();
        return waits?.then(tell);
      },
    };
  }

  readonly #goOn = (): void => {
    this.#awaited = false;
    while (this.#waiting.length > 0) {
      const waits = this.#waiting[0]?.arrival.wait();
      if (waits !== undefined) {
        this.#awaited = true;
        waits.then(this.#goOn);
        return;
      }
      this.#next();
    }
  };

  #next(): void {
    this.#told++;
    this.#tell(this.#waiting.shift()?.params);
  }
}

/** A call of the remote in progress, and what its method is told. */
import type { Arrival } from "../stream/arrival.ts";
import type { Reply } from "./answer.ts";
import type { Encoded } from "./values.ts";

/** What a method is told beside its params. */
export interface CallContext {
  /** Aborted with the caller's reason when it cancels, or when the connection is lost. */
  readonly signal: AbortSignal;
  /** Have all chunks come that the caller had sent on the default stream before? False: that direction has ended. */
  readonly dataComplete: boolean;
  /** Resolves once these chunks have been handled: once what `onData`'s function gave for each has settled. */
  dataHandled(): Promise<void>;
  /** Tells the caller's `onProgress` a value, like those in params. Nothing once answered or cancelled, or in a notification. */
  progress(value: unknown): void;
}

/** Most calls are over before anybody asks for their signal, so it is made when somebody does. */
export class Served {
  readonly method: string;
  readonly reply: Reply;
  /** It has its answer, which may wait before it is sent; and the streams in that. */
  isAnswered = false;
  result: Encoded | undefined = undefined;
  #controller: AbortController | undefined = undefined;

  constructor(method: string, reply: Reply) {
    this.method = method;
    this.reply = reply;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  get aborted(): boolean {
    return this.#controller?.signal.aborted === true;
  }

  abort(reason: unknown): void {
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
  }
}

/** An object literal with getters would take longer to make than all the rest of a small call. */
export class Context implements CallContext {
  readonly progress: (value: unknown) => void;
  readonly dataHandled: () => Promise<void>;
  readonly #served: Served;
  readonly #arrival: Arrival;

  constructor(served: Served, arrival: Arrival, progress: (value: unknown) => void) {
    this.#served = served;
    this.#arrival = arrival;
    this.progress = progress;
    // Methods take their context apart.
    this.dataHandled = () => arrival.handled();
  }

  get signal(): AbortSignal {
    return this.#served.signal;
  }

  get dataComplete(): boolean {
    return this.#arrival.complete();
  }
}

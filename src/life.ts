/**
 * The states of a connection, and what is told of them: `ready`, `closed`, and why something cannot be done any more. What
 * moves it from one to the next, and what else that has to do, is in `session.ts`.
 *
 *     meeting ──met──▶ greeting ──$/hello──▶ open ──close()──▶ closing ──all done──▶ closed
 *        └──plain JSON-RPC, or $/hello──────▲
 *                any state ──abort() | $/abort | lost | breach──▶ closed
 */
import { afterAwake } from "./awake.ts";
import { StreamError } from "./errors.ts";
import type { Scheduler } from "./link.ts";

export type State = "meeting" | "greeting" | "open" | "closing" | "closed";

/** What broke a connection; `undefined` in its place: nothing did, it was closed. */
export interface Failure {
  readonly reason: unknown;
}

export class Life {
  state: State = "meeting";
  /** Both ends are there, so that what is sent arrives. */
  isMet = false;
  /** Resolves once the remote has said hello, or counts as a plain one; rejects if it never will. */
  readonly ready: Promise<void>;
  /** Resolves once it was closed by either side; rejects with what broke it. */
  readonly closed: Promise<void>;
  #failure: Failure | undefined = undefined;
  readonly #settleReady: Settle;
  readonly #settleClosed: Settle;

  constructor() {
    [this.ready, this.#settleReady] = settleable();
    [this.closed, this.#settleClosed] = settleable();
  }

  /** Takes nothing new any more. */
  get isEnding(): boolean {
    return this.state === "closing" || this.state === "closed";
  }

  met(): void {
    this.isMet = true;
    if (this.state === "meeting") this.state = "greeting";
  }

  /** The remote is known. */
  open(): void {
    if (!this.isEnding) this.state = "open";
    this.#settleReady();
  }

  /** Calls `late` if it is neither open nor over after so many milliseconds, in which this side did not stand still. */
  limitStart(scheduler: Scheduler, ms: number, late: () => void): void {
    if (ms === Number.POSITIVE_INFINITY) return;
    const prevent = afterAwake(scheduler, ms, late);
    this.ready.then(prevent, prevent);
  }

  /** Either side wants to close. */
  close(): void {
    if (!this.isEnding) this.state = "closing";
  }

  /** It is closed; who waits for that is told by {@link settle}, once all else is over. False: it was before. */
  end(failure: Failure | undefined): boolean {
    if (this.state === "closed") return false;
    this.state = "closed";
    this.#failure = failure;
    return true;
  }

  settle(): void {
    this.#settleReady(this.#failure ?? { reason: this.closedError("get ready") });
    this.#settleClosed(this.#failure);
  }

  /** Why `what` cannot be done any more. Its `cause` is what broke the connection, if it was not closed. */
  closedError(what: string): StreamError {
    const message = `Cannot ${what}: the channel is ${this.state}, connect anew`;
    return new StreamError("CHANNEL_CLOSED", message, this.#failure && { cause: this.#failure.reason });
  }
}

type Settle = (failure?: Failure) => void;

/** A promise that never counts as an unhandled rejection, and what settles it. */
function settleable(): [Promise<void>, Settle] {
  let settle!: Settle;
  const promise = new Promise<void>((resolve, reject) => {
    settle = (failure) => (failure === undefined ? resolve() : reject(failure.reason));
  });
  promise.catch(() => {});
  return [promise, settle];
}

/** Pings a remote whose death the runtime does not tell: one that leaves a ping unanswered for a whole interval is lost. */
import { LinkError } from "../errors.ts";
import type { Scheduler } from "../link.ts";
import type { RpcPeer } from "./peer.ts";

export class Heartbeat {
  readonly #scheduler: Scheduler;
  readonly #interval: number;
  readonly #rpc: RpcPeer;
  readonly #lost: (error: Error) => void;
  #cancel: (() => void) | undefined = undefined;

  /** An interval of 0 milliseconds: no heartbeat. */
  constructor(scheduler: Scheduler, interval: number, rpc: RpcPeer, lost: (error: Error) => void) {
    this.#scheduler = scheduler;
    this.#interval = interval;
    this.#rpc = rpc;
    this.#lost = lost;
  }

  start(): void {
    if (this.#interval > 0) this.#cancel = this.#scheduler.after(this.#interval, () => this.#ping());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #ping(): void {
    const again = (): void => {
      if (this.#cancel !== undefined) this.start();
    };
    this.#rpc.call("$/ping", {}, { timeout: this.#interval }).then(again, (error: unknown) => {
      // Any answer is a sign of life, even an error.
      if (!(error instanceof DOMException && error.name === "TimeoutError")) again();
      else if (this.#cancel !== undefined) {
        const message = `The remote has not answered a ping for ${this.#interval} ms: it is gone, or was kept from it; then raise the link's heartbeat`;
        this.#lost(new LinkError("CONNECTION_LOST", message));
      }
    });
  }
}

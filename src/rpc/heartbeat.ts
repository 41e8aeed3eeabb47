/**
 * Watches a remote whose death the runtime does not tell, by pings: one that leaves a ping unanswered for a whole interval,
 * in which this side did not stand still, is lost. So is one that was met, and does not say hello for two.
 */
import { afterAwake } from "../awake.ts";
import { LinkError } from "../errors.ts";
import type { Scheduler } from "../link.ts";
import type { RpcPeer } from "./peer.ts";

export class Heartbeat {
  readonly #scheduler: Scheduler;
  readonly #interval: () => number;
  readonly #rpc: RpcPeer;
  readonly #lost: (error: Error) => void;
  #stopped = false;
  #cancel: (() => void) | undefined = undefined;

  /** `interval`: milliseconds, asked anew each time; 0: no heartbeat from then on. */
  constructor(scheduler: Scheduler, interval: () => number, rpc: RpcPeer, lost: (error: Error) => void) {
    this.#scheduler = scheduler;
    this.#interval = interval;
    this.#rpc = rpc;
    this.#lost = lost;
  }

  /** The remote is there, and is to say hello. */
  met(): void {
    const ms = 2 * this.#interval();
    if (ms === 0) return;
    this.#wait(ms, () => {
      // Something else may tell by now.
      if (this.#interval() > 0) this.#lose(`was there, and has not said $/hello for ${ms} ms`);
    });
  }

  /** It has said hello. */
  start(): void {
    this.#cancel?.();
    const interval = this.#interval();
    if (interval > 0 && !this.#stopped) this.#wait(interval, () => this.#ping());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #wait(interval: number, task: () => void): void {
    this.#cancel = afterAwake(this.#scheduler, interval, task);
  }

  /** `why`: what the remote has done, or not. */
  #lose(why: string): void {
    this.stop();
    const message = `The remote ${why}: it is gone, or was kept from it; then raise the link's heartbeat`;
    this.#lost(new LinkError("CONNECTION_LOST", message));
  }

  #ping(): void {
    const interval = this.#interval();
    if (interval === 0) return;
    this.#wait(interval, () => this.#lose(`has not answered a ping for ${interval} ms`));
    // Any answer is a sign of life, even an error.
    const again = (): void => this.start();
    this.#rpc.call("$/ping", {}).then(again, again);
  }
}

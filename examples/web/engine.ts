/** The worker and the channel to it, of which there is one at a time: started, killed, started again. Knows no stream. */
import { type Channel, connect } from "sluice";
import { Worker, workerLink } from "sluice/worker";
import type { WorkerApi } from "./worker.ts";

export class Engine {
  readonly #changed: () => void;
  #worker: Worker | undefined = undefined;
  #channel: Channel<WorkerApi> | undefined = undefined;

  /** `changed` is called whenever a worker has started or is gone. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** While the worker lives. */
  get channel(): Channel<WorkerApi> | undefined {
    return this.#channel;
  }

  start(): void {
    if (this.#channel) return;
    const worker = new Worker("/worker.js", { type: "module" });
    const channel = connect<WorkerApi>(workerLink(worker));
    const gone = (): void => {
      worker.terminate();
      this.#channel = undefined;
      this.#worker = undefined;
      this.#changed();
    };
    channel.closed.then(gone, gone);
    this.#worker = worker;
    this.#channel = channel;
    this.#changed();
  }

  /** As a crash would: at once, whatever it does. That every stream is told is not done here. */
  kill(): void {
    this.#worker?.terminate();
  }
}

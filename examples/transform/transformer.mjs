// @ts-check
// A worker and the channel to it: the whole of Sluice in this example. Takes one input after the other; one that fails
// ends only its own stream, and after the death of the worker the next input gets a fresh one.

import { connect } from "sluice";
import { Worker, workerLink } from "sluice/worker";

/** How many bytes may wait at the end of each direction, before the other end must. */
const window = new ByteLengthQueuingStrategy({ highWaterMark: 1024 * 1024 });

export class Transformer {
  /** while its worker lives @type {import("sluice").Channel | undefined} */
  #channel;
  /** when no worker of ours is left */
  #over = Promise.resolve();

  /** Starts a worker, unless there is one: it may load while the first input is being opened. */
  start() {
    if (this.#channel) return this.#channel;
    const worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
    const channel = connect(workerLink(worker));
    const gone = async () => {
      if (this.#channel === channel) this.#channel = undefined;
      await worker.terminate();
    };
    this.#over = channel.closed.then(gone, gone);
    this.#channel = channel;
    return channel;
  }

  /**
   * Pipes a source through a stream of the worker into an output, under backpressure all the way.
   * @param {string} through the worker's stream
   * @param {import("./source.mjs").Source} source
   * @param {import("./output.mjs").Output} output
   * @param {AbortSignal} signal
   * @returns what the receiver of each direction had to hold at most
   */
  async transform(through, source, output, signal) {
    const channel = this.start();
    const stream = channel.openStream(through, {
      transfer: true,
      signal,
      readableStrategy: window,
      writableStrategy: window,
    });
    try {
      await Promise.all([source.body.pipeTo(stream.writable), stream.readable.pipeTo(output.writable)]);
      const remote = /** @type {import("sluice").StreamStats} */ (await channel.call("stats"));
      return { there: remote.incoming, back: stream.stats().incoming };
    } catch (error) {
      stream.abort(error);
      throw error;
    }
  }

  /** Lets the worker go, when it has nothing more to do. */
  async close() {
    await this.#channel?.close().catch(() => {}); // it may have died since: nobody waits for it any more
    await this.#over;
  }

  /**
   * Ends the worker, whatever it does.
   * @param {unknown} reason
   */
  async abort(reason) {
    this.#channel?.abort(reason);
    await this.#over;
  }
}

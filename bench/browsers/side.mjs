// What either side of a row does, be it the window or the worker. `scope` is what it posts to and hears from: the worker, or
// the worker's own global.
//
// A subject module has both sides:
//   send(scope, payload, options)      once: `(count, started) => ...`, which calls `started` when its first chunk is made
//   receive(scope, payload, options)   once: a function that gets ready to consume one run and returns the promise of the
//                                      sum of what it touched
import { payloads } from "../threads/payloads.mjs";
import * as ceiling from "./ceiling.mjs";
import * as native from "./native.mjs";
import * as port from "./port.mjs";
import * as sluice from "./sluice.mjs";

const modules = { ceiling, native, port, sluice };

export class Receiver {
  #receive;
  #sum;

  constructor(scope, { module, payload, options }) {
    this.#receive = modules[module].receive(scope, payloads[payload], options);
  }

  prepare() {
    this.#sum = this.#receive();
    this.#sum.catch(() => {});
  }

  sum() {
    return this.#sum;
  }
}

/** `(count) => { sum, seconds }`: from the first chunk until `receiver`, at the other side, says that it has the last. */
export function sender(scope, { module, payload, options }, receiver) {
  const send = modules[module].send(scope, payloads[payload], options);
  return async (count) => {
    await receiver.prepare();
    const arrived = receiver.sum();
    let start;
    const sent = send(count, () => {
      start = performance.now();
    });
    const sum = await arrived;
    const seconds = (performance.now() - start) / 1000;
    await sent;
    return { sum, seconds };
  };
}

// @ts-check
// Ctrl-C and its kin as an AbortSignal. The second one is the default death, after a last clean-up.

import { constants } from "node:os";

const SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/** A terminal's Ctrl-C reaches this process twice under `npm start`: from the terminal, and passed on by npm. */
const ECHO = 300;

/** The reason of the abort, and with it the exit code. */
export class Interrupted extends Error {
  /** @override */
  name = "Interrupted";
  code = "INTERRUPTED";

  /** @param {typeof SIGNALS[number]} by */
  constructor(by) {
    super(`cancelled by ${by}`);
    this.exitCode = 128 + constants.signals[by];
  }
}

/**
 * @param {() => void} lastRites runs before the second signal kills; must not wait for anything
 * @returns {AbortSignal}
 */
export function interruptible(lastRites) {
  const controller = new AbortController();
  let first = 0;
  for (const name of SIGNALS) {
    process.on(name, () => {
      if (!controller.signal.aborted) {
        first = performance.now();
        controller.abort(new Interrupted(name));
      } else if (performance.now() - first > ECHO) {
        lastRites();
        process.removeAllListeners(name);
        process.kill(process.pid, name);
      }
    });
  }
  return controller.signal;
}

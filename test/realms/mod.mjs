// Runtimes, each as a place to run a script in: in a fresh worker, or in a browser in a fresh window. The script is one
// self-contained ES module; what it reports comes back as a list. Nothing here knows what is tested.
import { BrowserMissing, browserNames, openBrowser } from "../browsers/open.mjs";
import { browserHost } from "./browser-host.mjs";
import { processHost } from "./process-host.mjs";
import { workerdHost } from "./workerd-host.mjs";

export { BrowserMissing };

const processes = ["node", "node22", "node24", "node26", "deno", "bun"];

/** Every runtime that has realms; `node` is the one that runs this. */
export const runtimeNames = [...processes, ...browserNames, "workerd"];

/**
 * @typedef {object} Outcome
 * @property {any[]} reports What the script has reported, in order.
 * @property {string | undefined} problem Why it did not come to its end: an error outside of any promise of its own, no
 *   end within `deadline`, or the end of the realm. `undefined`: it did.
 *
 * @typedef {object} Runtime
 * @property {string} name One of `runtimeNames`.
 * @property {string} version As the runtime itself says: `node 20.20.2`, `chromium 156.0`.
 * @property {(job: Job) => Promise<Outcome>} run
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Job
 * @property {string} file The module's path. Its default export is called as `main(init, report)`, in a realm of its own,
 *   and ends the job when its promise settles; `report(message)` takes JSON.
 * @property {unknown} [init] JSON.
 * @property {"worker" | "window"} [scope] Default: a worker. Only browsers have windows.
 * @property {number} [deadline] Milliseconds, 120,000 unless told.
 */

/** Throws a BrowserMissing where a browser is not there. @returns {Promise<Runtime>} */
export async function openRuntime(name) {
  if (!runtimeNames.includes(name)) throw new TypeError(`There is no runtime "${name}": ${runtimeNames.join(", ")}`);
  if (processes.includes(name)) return processHost(name);
  if (name === "workerd") return workerdHost();
  return browserHost(await openBrowser(name));
}

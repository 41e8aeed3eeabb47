// @ts-check
// Several inputs over a number of workers: each worker takes the next input as it gets free, and an input that fails
// fails alone. Prints a line as each is over, and in the end one for all and the names of those that failed.

import { nameOf } from "./args.mjs";
import { Failure } from "./failure.mjs";
import { doJob } from "./job.mjs";
import { placesFor } from "./places.mjs";
import { line, total } from "./report.mjs";
import { Transformer } from "./transformer.mjs";

/**
 * @param {import("./args.mjs").Request} request
 * @param {AbortSignal} signal
 * @param {import("./bars.mjs").Bars} bars
 * @returns {Promise<number>} the exit code
 */
export async function doSeveral(request, signal, bars) {
  const { inputs, through, out, workers } = request;
  const places = await placesFor(request);

  const started = performance.now();
  const waiting = inputs.entries(); // one for all workers: what one has taken, no other gets
  /** @type {import("./report.mjs").Done[]} */
  const done = [];
  /** @type {string[]} */
  const failed = [];

  const work = async () => {
    const transformer = new Transformer();
    transformer.start();
    for (const [index, input] of waiting) {
      const bar = bars.bar(nameOf(input));
      try {
        const one = await doJob({ input, through, out: places[index], inputs }, { transformer, bar, signal });
        done.push(one);
        bars.print(() => console.log(line(one)));
      } catch (error) {
        if (signal.aborted) break;
        failed.push(nameOf(input));
        // not a Failure: a mistake in this program, its stack is wanted
        bars.print(() => console.error(error instanceof Failure ? `sluice: ${error.message}` : error));
      }
      if (signal.aborted) break;
    }
    await (signal.aborted ? transformer.abort(signal.reason) : transformer.close());
  };
  await Promise.all(Array.from({ length: workers }, work));

  if (done.length + failed.length < inputs.length) {
    const { message, exitCode } = /** @type {import("./interrupt.mjs").Interrupted} */ (signal.reason);
    const kept =
      out === undefined || done.length === 0 ? "nothing was" : `${done.length} of ${inputs.length} results were`;
    console.error(`sluice: ${message}; ${kept} kept`);
    return exitCode;
  }
  console.log(total(done, request, (performance.now() - started) / 1000));
  if (failed.length === 0) return 0;
  console.error([`sluice: ${failed.length} of ${inputs.length} inputs failed:`, ...failed].join("\n  "));
  return 1;
}

// @ts-check
// `npm start -- [file-or-url ...] [--through gzip|…] [--out path] [--workers n]`: real bytes from a socket through a
// worker into a file. The whole of Sluice is in transformer.mjs and worker.mjs; the other files are what any program
// does around it.

import { HELP, parse, USAGE, UsageError } from "./args.mjs";
import { Bars } from "./bars.mjs";
import { Failure } from "./failure.mjs";
import { Interrupted, interruptible } from "./interrupt.mjs";
import { doJob } from "./job.mjs";
import { removeTemporary } from "./output.mjs";
import { placesFor } from "./places.mjs";
import { summary } from "./report.mjs";
import { doSeveral } from "./several.mjs";
import { Transformer } from "./transformer.mjs";

const bars = new Bars(process.stderr);

/**
 * @param {import("./args.mjs").Input} input
 * @param {import("./args.mjs").Request} request
 * @param {AbortSignal} signal
 * @returns {Promise<number>} the exit code
 */
async function doOne(input, request, signal) {
  const { inputs, through } = request;
  const [out] = await placesFor(request);
  const transformer = new Transformer();
  try {
    const done = await doJob({ input, through, out, inputs }, { transformer, bar: bars.bar(), signal });
    await transformer.close();
    console.log(summary(done));
    return 0;
  } catch (error) {
    await transformer.abort(error);
    throw error;
  }
}

/** @returns {Promise<number>} the exit code */
async function main() {
  const signal = interruptible(() => {
    bars.stop();
    removeTemporary();
  });
  try {
    const request = parse(process.argv.slice(2));
    if (request.help) {
      console.log(HELP.trimEnd());
      return 0;
    }
    const [first, ...others] = request.inputs;
    if (first === undefined || others.length > 0) return await doSeveral(request, signal, bars);
    return await doOne(first, request, signal);
  } catch (error) {
    const why = signal.aborted ? signal.reason : error;
    if (why instanceof UsageError) {
      console.error(`sluice: ${why.message}\n${USAGE}`);
      return 2;
    }
    if (why instanceof Interrupted) {
      console.error(`sluice: ${why.message}; nothing was kept`);
      return why.exitCode;
    }
    if (!(why instanceof Failure)) throw why; // a mistake in this program: its stack is wanted
    console.error(`sluice: ${why.message}`);
    return 1;
  }
}

process.stdout.on("error", () => {}); // whoever read the summary may be gone
process.exitCode = await main();

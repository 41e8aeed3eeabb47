// @ts-check
// One input from end to end: opened, through the worker, into the output, checked, kept. Prints nothing.

import { cannotTransform } from "./failure.mjs";
import { createOutput } from "./output.mjs";
import { openSource } from "./source.mjs";
import { verify } from "./verify.mjs";

/**
 * @param {{ input: import("./args.mjs").Input, through: import("./args.mjs").Transform, out: string | undefined,
 *   inputs: import("./args.mjs").Input[] }} job with all inputs of the run, none of which it may overwrite
 * @param {{ transformer: import("./transformer.mjs").Transformer, bar: import("./bars.mjs").Bar, signal: AbortSignal }} means
 * @returns {Promise<import("./report.mjs").Done>}
 */
export async function doJob({ input, through, out, inputs }, { transformer, bar, signal }) {
  const output = await createOutput(out, inputs);
  try {
    const source = await openSource(input, { signal, onBytes: bar.update });
    try {
      bar.start(through, source.total);
      const started = performance.now();
      const held = await transformer.transform(through, source, output, signal).catch((error) => {
        throw signal.aborted ? error : cannotTransform(through, source.name, error, source.tally.head === "1f8b");
      });
      const seconds = (performance.now() - started) / 1000;

      bar.start("checking", output.tally.bytes);
      const digests = { input: source.tally.digest, output: output.tally.digest };
      const checked = await verify(output.path, through, digests, { signal, onBytes: bar.update });
      signal.throwIfAborted();
      await output.keep();

      const bytes = { in: source.tally.bytes, out: output.tally.bytes };
      return { through, name: source.name, out, seconds, bytes, held, ...checked };
    } finally {
      await source.close();
    }
  } finally {
    await output.discard();
    bar.stop();
  }
}

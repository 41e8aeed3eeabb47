// @ts-check
// `npm start -- [file-or-url] [--through gzip|…] [--out path]`: real bytes from a socket through a worker into a file.
// The whole of Sluice is in `transform`; the files beside this one are what any program does around it.

import { connect } from "sluice";
import { Worker, workerLink } from "sluice/worker";
import { HELP, parse, USAGE, UsageError } from "./args.mjs";
import { cannotTransform, Failure } from "./failure.mjs";
import { Interrupted, interruptible } from "./interrupt.mjs";
import { createOutput, removeTemporary } from "./output.mjs";
import { progress, summary } from "./report.mjs";
import { openSource } from "./source.mjs";
import { verify } from "./verify.mjs";

/** How many bytes may wait at the end of each direction, before the other end must. */
const window = new ByteLengthQueuingStrategy({ highWaterMark: 1024 * 1024 });

/**
 * Pipes a source through a stream of the worker into an output, under backpressure all the way.
 * @param {string} through the worker's stream
 * @param {import("./source.mjs").Source} source
 * @param {import("./output.mjs").Output} output
 * @param {AbortSignal} signal
 * @returns what the receiver of each direction had to hold at most
 */
async function transform(through, source, output, signal) {
  const worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
  const channel = connect(workerLink(worker));
  try {
    const stream = channel.openStream(through, {
      transfer: true,
      signal,
      readableStrategy: window,
      writableStrategy: window,
    });
    await Promise.all([source.body.pipeTo(stream.writable), stream.readable.pipeTo(output.writable)]);
    const remote = /** @type {import("sluice").StreamStats} */ (await channel.call("stats"));
    await channel.close();
    return { there: remote.incoming, back: stream.stats().incoming };
  } catch (error) {
    channel.abort(error);
    throw error;
  } finally {
    await worker.terminate();
  }
}

const bar = progress(process.stderr);

/**
 * @param {import("./args.mjs").Request} request
 * @param {AbortSignal} signal
 * @returns {Promise<string>} the summary
 */
async function run({ input, through, out }, signal) {
  const output = await createOutput(out, input);
  try {
    const source = await openSource(input, { signal, onBytes: (bytes) => bar.update(bytes) });
    try {
      bar.start(through, source.total);
      const started = performance.now();
      const held = await transform(through, source, output, signal).catch((error) => {
        throw signal.aborted ? error : cannotTransform(through, source.name, error, source.tally.head === "1f8b");
      });
      const seconds = (performance.now() - started) / 1000;

      bar.start("checking", output.tally.bytes);
      const digests = { input: source.tally.digest, output: output.tally.digest };
      const checked = await verify(output.path, through, digests, { signal, onBytes: (bytes) => bar.update(bytes) });
      signal.throwIfAborted();
      await output.keep();

      const bytes = { in: source.tally.bytes, out: output.tally.bytes };
      return summary({ through, name: source.name, out, seconds, bytes, held, ...checked });
    } finally {
      await source.close();
    }
  } finally {
    await output.discard();
    bar.stop();
  }
}

/** @returns {Promise<number>} the exit code */
async function main() {
  const signal = interruptible(() => {
    bar.stop();
    removeTemporary();
  });
  try {
    const request = parse(process.argv.slice(2));
    console.log(request.help ? HELP.trimEnd() : await run(request, signal));
    return 0;
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

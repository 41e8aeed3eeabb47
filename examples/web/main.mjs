// @ts-check
// `npm run demo:web [-- --port n]`: builds the page and serves it until it is stopped. What is in the page is in page.ts.

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { serve } from "../../test/browsers/serve.mjs";
import { ensureInstalled } from "../../test/runtimes/ensure.mjs";

const PORT = 8080;
const USAGE = "usage: npm run demo:web -- [--port n]";
const HELP = `${USAGE}

Serves a page that streams files, addresses or generated data through a worker, and shows how.

  --port  where, from 1 to 65535, or 0 for any that is free (default: ${PORT})
  --help  this text
`;

/** A command line that cannot be understood: exit code 2. */
class UsageError extends Error {}

/** @param {string[]} argv */
function parse(argv) {
  const options = /** @type {const} */ ({ port: { type: "string" }, help: { type: "boolean", short: "h" } });
  const { values } = (() => {
    try {
      return parseArgs({ args: argv, options });
    } catch (error) {
      // It explains itself over several sentences, which the usage does already.
      const [sentence = ""] = /** @type {Error} */ (error).message.split(/\.\s/);
      throw new UsageError(sentence.charAt(0).toLowerCase() + sentence.slice(1));
    }
  })();
  const { help = false, port = String(PORT) } = values;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new UsageError(`option '--port' needs a whole number from 0 to 65535, got '${port}'`);
  }
  return { help, port: Number(port) };
}

/** @param {number} port */
async function listen(port) {
  const { buildPage } = await import("./build.mjs");
  try {
    return await serve({ routes: await buildPage(), port, host: "127.0.0.1" });
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    const why = { EADDRINUSE: "something else listens there", EACCES: "that port needs more rights" }[code ?? ""];
    if (why === undefined) throw error;
    throw new Error(`cannot serve on port ${port}: ${why}; choose another with --port, or --port 0 for any free one`);
  }
}

try {
  const { help, port } = parse(process.argv.slice(2));
  if (help) console.log(HELP.trimEnd());
  else {
    ensureInstalled(fileURLToPath(new URL(".", import.meta.url)).replace(/[/\\]$/, ""));
    const { origin } = await listen(port);
    console.log(`${origin}/  (Ctrl-C stops it)`);
  }
} catch (error) {
  const { message } = /** @type {Error} */ (error);
  const isUsage = error instanceof UsageError;
  console.error(isUsage ? `sluice: ${message}\n${USAGE}` : `sluice: ${message}`);
  process.exitCode = isUsage ? 2 : 1;
}

// @ts-check
// The command line: what was asked for, or what is wrong with it. Opens no file and no connection.

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

export const TRANSFORMS = /** @type {const} */ (["gzip", "gunzip", "brotli", "sha256", "identity"]);

export const USAGE = `usage: npm start -- [file-or-url] [--through ${TRANSFORMS.join("|")}] [--out path]`;

export const HELP = `${USAGE}

Streams a file or an http(s) URL through a worker and back, under backpressure all the way.

  file-or-url  what to read; a file is served on loopback and fetched (default: the Node executable itself)
  --through    what the worker does with it (default: gzip); sha256 streams back the digest
  --out        where the result is to appear, once it is complete and checked
               (default: a temporary file, checked and removed)
  --help       this text

Exit codes: 0 done and checked, 1 it could not be done, 2 wrong usage, 130 cancelled with Ctrl-C.
`;

/** @typedef {typeof TRANSFORMS[number]} Transform */
/** @typedef {{ kind: "file", path: string } | { kind: "url", url: URL }} Input */
/** @typedef {{ help: boolean, input: Input, through: Transform, out: string | undefined }} Request */

/** A command line that cannot be understood: exit code 2. */
export class UsageError extends Error {}

/**
 * @param {string[]} argv the arguments after the script's name
 * @returns {Request}
 */
export function parse(argv) {
  const { values, positionals } = options(argv);
  const { help = false, through = "gzip", out } = values;
  if (!isTransform(through)) {
    throw new UsageError(`unknown transform '${through}', expected one of ${TRANSFORMS.join(", ")}`);
  }
  if (out === "") throw new UsageError("option '--out' needs a value");
  if (positionals.length > 1) {
    throw new UsageError(`expected one file or URL, got ${positionals.length}: ${positionals.join(" ")}`);
  }
  return { help, input: input(positionals[0] ?? process.execPath), through, out };
}

/** @param {string[]} argv */
function options(argv) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        through: { type: "string" },
        out: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError(plainly(/** @type {NodeJS.ErrnoException} */ (error)));
  }
}

/**
 * parseArgs explains itself over several lines, which the usage does already: its first sentence is enough.
 * @param {NodeJS.ErrnoException} error
 */
function plainly({ code, message }) {
  const option = /'(?:-\w, )?(--[\w-]+)/.exec(message)?.[1];
  if (code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE" && option !== undefined) {
    return `option '${option}' ${option === "--help" ? "takes no value" : "needs a value"}`;
  }
  const [sentence = message] = message.split(/\.\s/);
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

/**
 * @param {string} name
 * @returns {name is Transform}
 */
function isTransform(name) {
  return TRANSFORMS.some((known) => known === name);
}

/**
 * @param {string} text
 * @returns {Input}
 */
function input(text) {
  if (text === "") throw new UsageError("the file or URL is empty");
  const scheme = /^([a-z][a-z\d+.-]+):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return { kind: "file", path: text };
  try {
    if (scheme === "file") return { kind: "file", path: fileURLToPath(text) };
    if (scheme === "http" || scheme === "https") return { kind: "url", url: new URL(text) };
  } catch {
    throw new UsageError(`'${text}' is not a valid URL`);
  }
  throw new UsageError(`cannot fetch '${text}': expected http, https or a file`);
}

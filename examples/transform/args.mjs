// @ts-check
// The command line: what was asked for, or what is wrong with it. Opens no file and no connection.

import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

export const TRANSFORMS = /** @type {const} */ (["gzip", "gunzip", "brotli", "sha256", "identity"]);

export const USAGE = `usage: npm start -- [file-or-url ...] [--through ${TRANSFORMS.join("|")}] [--out path] [--workers n]`;

export const HELP = `${USAGE}

Streams files or http(s) URLs through workers and back, under backpressure all the way.

  file-or-url  what to read; a file is served on loopback and fetched (default: the Node executable itself)
  --through    what the worker does with it (default: gzip); sha256 streams back the digest
  --out        where the result is to appear, once it is complete and checked
               (default: a temporary file, checked and removed);
               for several inputs, or with a / at its end, a directory, created if missing,
               where each keeps its name:
               gzip adds .gz, brotli .br, sha256 .sha256, gunzip takes .gz off
  --workers    how many inputs are worked on at a time, each by a worker of its own
               (default: as many as there are inputs, but not more than cores)
  --help       this text

Exit codes: 0 done and checked, 1 it could not be done, or one of several inputs could not, 2 wrong usage,
130 cancelled with Ctrl-C.
`;

/** @typedef {typeof TRANSFORMS[number]} Transform */
/** @typedef {{ kind: "file", path: string } | { kind: "url", url: URL }} Input */
/** @typedef {{ help: boolean, inputs: Input[], through: Transform, out: string | undefined, workers: number }} Request */

/** A command line that cannot be understood: exit code 2. */
export class UsageError extends Error {}

/**
 * @param {string[]} argv the arguments after the script's name
 * @returns {Request}
 */
export function parse(argv) {
  const { values, positionals } = options(argv);
  const { help = false, through = "gzip", out, workers } = values;
  if (!isTransform(through)) {
    throw new UsageError(`unknown transform '${through}', expected one of ${TRANSFORMS.join(", ")}`);
  }
  if (out === "-") {
    throw new UsageError("standard output is not supported; --out needs a file's name, or ./- for a file '-'");
  }
  if (out === "") throw new UsageError("option '--out' needs a value");
  const inputs = (positionals.length > 0 ? positionals : [process.execPath]).map(input);
  return { help, inputs, through, out, workers: Math.min(inputs.length, wanted(workers)) };
}

/**
 * The input, as the user named it.
 * @param {Input} input
 */
export const nameOf = (input) => (input.kind === "file" ? input.path : input.url.href);

/** @param {string | undefined} workers */
function wanted(workers) {
  if (workers === undefined) return availableParallelism();
  if (workers === "") throw new UsageError("option '--workers' needs a value");
  if (!/^0*[1-9]\d*$/.test(workers)) throw new UsageError(noNumber(workers));
  return Number(workers);
}

/** @param {string} workers */
const noNumber = (workers) => `option '--workers' needs a whole number from 1 on, got '${workers}'`;

/** @param {string[]} argv */
function options(argv) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        through: { type: "string" },
        out: { type: "string" },
        workers: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError(plainly(/** @type {NodeJS.ErrnoException} */ (error), argv));
  }
}

/**
 * parseArgs explains itself over several lines, which the usage does already: its first sentence is enough.
 * @param {NodeJS.ErrnoException} error
 * @param {string[]} argv
 */
function plainly({ code, message }, argv) {
  const option = /'(?:-\w, )?(--[\w-]+)/.exec(message)?.[1];
  if (code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE" && option !== undefined) {
    if (option === "--help") return "option '--help' takes no value";
    // what starts with a dash is taken for an option, also where it is meant as a value
    const value = argv.find((arg, at) => /^-[^-]/.test(arg) && argv[at - 1] === option);
    if (value === undefined) return `option '${option}' needs a value`;
    if (option === "--workers") return noNumber(value);
    return `option '${option}' needs a value; write ${option}=${value} if it is '${value}'`;
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
  if (text === "-") {
    throw new UsageError("standard input is not supported; save it to a file first, or name a file '-' as ./-");
  }
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

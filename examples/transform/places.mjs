// @ts-check
// Where the results of several inputs go: each under a name of its own in one directory.

import { mkdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { nameOf, UsageError } from "./args.mjs";
import { cannotWrite } from "./failure.mjs";

const ENDING = { gzip: ".gz", brotli: ".br", sha256: ".sha256", identity: "" };

/** Whether the usual file system of the platform takes `A` and `a` for one file. */
const FOLDS = process.platform === "darwin" || process.platform === "win32";

/**
 * @param {import("./args.mjs").Input[]} inputs
 * @param {import("./args.mjs").Transform} through
 * @param {string} directory
 * @returns {string[]} a path for each input
 * @throws {UsageError} if two of them would be the same
 */
export function placesFor(inputs, through, directory) {
  /** @type {Map<string, string>} */
  const taken = new Map();
  return inputs.map((input) => {
    const place = join(directory, placeName(input, through));
    const key = FOLDS ? place.normalize().toLowerCase() : place;
    const other = taken.get(key);
    if (other !== undefined) {
      throw new UsageError(`'${other}' and '${nameOf(input)}' would both be kept as ${place}; rename one of them`);
    }
    taken.set(key, nameOf(input));
    return place;
  });
}

/**
 * With its parents, unless it is there.
 * @param {string} path
 */
export async function createDirectory(path) {
  await mkdir(path, { recursive: true }).catch((error) => {
    throw cannotWrite(path, error);
  });
}

/**
 * @param {import("./args.mjs").Input} input
 * @param {import("./args.mjs").Transform} through
 */
function placeName(input, through) {
  const name = input.kind === "file" ? basename(resolve(input.path)) || "root" : lastOf(input.url);
  return through === "gunzip" ? name.replace(/(?<=.)\.gz$/i, "") : name + ENDING[through];
}

/**
 * The last part of a URL's path, which must not lead out of the directory; the host's name where there is none.
 * @param {URL} url
 */
function lastOf(url) {
  const part = url.pathname.split("/").at(-1) || url.hostname;
  try {
    const name = decodeURIComponent(part);
    return /^\.{0,2}$|[\0/\\]/.test(name) ? part : name;
  } catch {
    return part; // a per cent sign that encodes nothing
  }
}

// @ts-check
// Where results go: under the path that was asked for; if that is a directory, each under a name of its own in it.

import { mkdir } from "node:fs/promises";
import { basename, join, resolve, sep } from "node:path";
import { nameOf, UsageError } from "./args.mjs";
import { cannotWrite } from "./failure.mjs";

const ENDING = { gzip: ".gz", brotli: ".br", sha256: ".sha256", identity: "" };

/** Whether the usual file system of the platform takes `A` and `a` for one file. */
const FOLDS = process.platform === "darwin" || process.platform === "win32";

/**
 * Whether a path can only be a directory's.
 * @param {string} path
 */
export const endsInSlash = (path) => path.endsWith("/") || path.endsWith(sep);

/**
 * Makes the directory, if there is to be one.
 * @param {import("./args.mjs").Request} request
 * @returns {Promise<(string | undefined)[]>} a path for each input
 * @throws {UsageError} if two of them would be the same
 */
export async function placesFor({ inputs, through, out }) {
  if (out === undefined || (inputs.length === 1 && !endsInSlash(out))) return inputs.map(() => out);
  const places = placesIn(out, inputs, through);
  await createDirectory(out);
  return places;
}

/**
 * @param {string} directory
 * @param {import("./args.mjs").Input[]} inputs
 * @param {import("./args.mjs").Transform} through
 */
function placesIn(directory, inputs, through) {
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
async function createDirectory(path) {
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

// @ts-check
// Reads the written file back, undoes the transform with node:zlib alone, and compares. Nothing of Sluice is in
// this path, so it would notice a byte that Sluice lost.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress, createGunzip } from "node:zlib";
import { Failure } from "./failure.mjs";

const REVERSE = {
  gzip: () => createGunzip(),
  brotli: () => createBrotliDecompress(),
  identity: () => new PassThrough(),
};

/**
 * @param {string} path
 * @param {import("./args.mjs").Transform} through
 * @param {{ input: string, output: string }} digests of what was read, and of what was written
 * @param {{ signal?: AbortSignal, onBytes?: (bytes: number) => void }} [options]
 * @returns {Promise<{ digest: string, verified: string }>} a SHA-256, and what it was found to be equal to
 */
export async function verify(path, through, digests, options = {}) {
  if (through === "sha256") {
    const told = (await readFile(path, "utf8")).trim();
    expectEqual("the worker's digest", told, "the one computed here", digests.input);
    return { digest: told, verified: "the worker's digest is the one computed here" };
  }
  if (through === "gunzip") {
    const written = await digest(path, new PassThrough(), options);
    expectEqual("the digest of the written file", written, "that of what came back", digests.output);
    return { digest: written, verified: "the file has the digest of what came back" };
  }
  const reversed = await digest(path, REVERSE[through](), options).catch((error) => {
    throw options.signal?.aborted ? error : new Failure(`not verified: the output cannot be undone: ${error.message}`);
  });
  expectEqual("the digest of the output, undone,", reversed, "the input's", digests.input);
  return { digest: reversed, verified: "the output, undone, has the digest of the input" };
}

/**
 * @param {string} path
 * @param {import("node:stream").Duplex} transform
 * @param {{ signal?: AbortSignal, onBytes?: (bytes: number) => void }} options
 */
async function digest(path, transform, { signal, onBytes = () => {} }) {
  const hash = createHash("sha256");
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  await pipeline(
    file,
    transform,
    async (/** @type {AsyncIterable<Buffer>} */ chunks) => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        onBytes(file.bytesRead);
      }
    },
    signal ? { signal } : {},
  );
  return hash.digest("hex");
}

/**
 * @param {string} what
 * @param {string} is
 * @param {string} against
 * @param {string} wanted
 */
function expectEqual(what, is, against, wanted) {
  if (is === wanted) return;
  throw new Failure(
    `not verified: ${what} is ${is}, ${against} is ${wanted}; the output was discarded, please report it`,
  );
}

// @ts-check
// Where the result goes: a temporary file that takes its final name only when it is complete and checked.
// Whatever happens before that, no trace of it stays behind. Knows nothing of what is written.

import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { access, constants, open, realpath, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, sep } from "node:path";
import { cannotWrite, Failure } from "./failure.mjs";
import { Tally } from "./tally.mjs";

/** Files that must not outlive this process. */
const temporary = new Set();

/** For a process about to die: at once, and without asking. */
export function removeTemporary() {
  for (const path of temporary) rmSync(path, { force: true });
}
process.once("exit", removeTemporary);

/**
 * @typedef {object} Output
 * @property {string} path where the bytes are until they are kept
 * @property {WritableStream<Uint8Array>} writable
 * @property {Tally} tally what was written so far
 * @property {() => Promise<void>} keep gives the file its final name, if it was asked for
 * @property {() => Promise<void>} discard removes it, unless it was kept
 */

/**
 * Opens it at once, so that a place that cannot be written to is known before anything is fetched.
 * @param {string | undefined} out where the result is to appear; nowhere if undefined
 * @param {import("./args.mjs").Input[]} inputs none of which may be overwritten
 * @returns {Promise<Output>}
 */
export async function createOutput(out, inputs) {
  const target = out === undefined ? undefined : await checkTarget(out, inputs);
  const name = out ?? "a temporary file";
  // a sibling, as a rename must not cross file systems; with a short name of its own, as the target's may be of full length
  const path = join(target ? dirname(target.path) : tmpdir(), `.sluice-${randomBytes(8).toString("hex")}.tmp`);

  temporary.add(path);
  const file = await open(path, "wx", target?.mode ?? (out === undefined ? 0o600 : 0o666)).catch((error) => {
    temporary.delete(path);
    throw cannotWrite(name, error);
  });
  const tally = new Tally();

  return {
    path,
    tally,
    writable: new WritableStream({
      async write(chunk) {
        const written = file.writeFile(chunk); // from the current position, and all of it, which write does not promise
        tally.add(chunk);
        await written.catch((error) => {
          throw cannotWrite(name, error);
        });
      },
    }),
    async keep() {
      if (!target) return;
      try {
        if (target.mode !== undefined) await file.chmod(target.mode); // opening applied the umask
        await file.sync();
        await file.close();
        await rename(path, target.path);
      } catch (error) {
        throw cannotWrite(name, error);
      }
      temporary.delete(path);
    },
    async discard() {
      await file.close();
      if (temporary.has(path)) await rm(path, { force: true });
      temporary.delete(path);
    },
  };
}

/**
 * What a rename onto this path would replace, if that may be.
 * @param {string} out
 * @param {import("./args.mjs").Input[]} inputs
 * @returns {Promise<{ path: string, mode?: number }>}
 */
async function checkTarget(out, inputs) {
  try {
    const path = await realpath(out); // behind a link, it is the file linked to that is replaced
    const found = await stat(path, { bigint: true });
    if (found.isDirectory()) throw Object.assign(new Error("a directory"), { code: "EISDIR" });
    if (!found.isFile()) throw new Failure(`cannot write ${out}: it is not a regular file; choose another name`);
    for (const input of inputs) {
      if (input.kind !== "file") continue;
      const read = await stat(input.path, { bigint: true }).catch(() => undefined);
      if (read && read.dev === found.dev && read.ino === found.ino) {
        const which = inputs.length > 1 ? `the input ${input.path}` : "the input itself";
        throw new Failure(`cannot write ${out}: it is ${which}; choose another name`);
      }
    }
    await access(path, constants.W_OK); // a rename would not ask
    return { path, mode: Number(found.mode & 0o777n) };
  } catch (error) {
    const absent = /** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT";
    if (absent && !out.endsWith("/") && !out.endsWith(sep)) return { path: out };
    throw cannotWrite(out, error);
  }
}

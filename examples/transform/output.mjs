// @ts-check
// Where the result goes: a temporary file that takes its final name only when it is complete and checked.
// Whatever happens before that, no trace of it stays behind; only after kill -9, until the next run. Knows nothing of what
// is written.

import { rmSync } from "node:fs";
import { access, constants, open, readlink, realpath, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, isAbsolute, join } from "node:path";
import { cannotWrite, Failure } from "./failure.mjs";
import { sweep, temporaryName } from "./leftovers.mjs";
import { endsInSlash } from "./places.mjs";
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
  // a sibling, as a rename must not cross file systems
  const directory = target ? dirname(target.path) : tmpdir();
  await Promise.all([directory, tmpdir()].map(sweep));
  const path = join(directory, temporaryName());

  temporary.add(path);
  const file = await open(path, "wx", target?.mode ?? (out === undefined ? 0o600 : 0o666)).catch((error) => {
    temporary.delete(path);
    // its directory is there, but is one like /proc
    if (!target || error.code !== "ENOENT") throw cannotWrite(name, error);
    throw new Failure(`cannot write ${name}: no file can be made in its directory; choose another place`);
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
    // by its own path: realpath takes a link to a pipe, as /dev/stdout may be, for one that leads nowhere
    const found = await stat(out, { bigint: true }).catch(orAbsent);
    if (!found) return { path: await placeBehind(out) };
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
    const path = await realpath(out); // behind a link, it is the file linked to that is replaced
    await access(path, constants.W_OK); // a rename would not ask
    return { path, mode: Number(found.mode & 0o777n) };
  } catch (error) {
    throw cannotWrite(out, error);
  }
}

/**
 * Where a file is to be made that is not there yet: behind its links, which stay.
 * @param {string} path
 * @returns {Promise<string>}
 */
async function placeBehind(path) {
  if (endsInSlash(path)) throw Object.assign(new Error("a directory"), { code: "ENOENT" });
  const next = await readlink(path).catch(() => undefined);
  if (next === undefined) return join(await realpath(dirname(path)), basename(path));
  // by hand, as join takes a/../b for b, even where a is a link
  return placeBehind(isAbsolute(next) ? next : `${dirname(path)}/${next}`);
}

/** @param {NodeJS.ErrnoException} error */
function orAbsent(error) {
  if (error.code !== "ENOENT") throw error;
  return undefined;
}

// @ts-check
// Temporary files of runs that were killed before they could remove them (kill -9): the next run does. The name tells
// whose a file is: .sluice-<where>-<pid>-<random>.tmp

import { createHash, randomBytes } from "node:crypto";
import { lstat, readdir, readlink, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

/** Where pids are those of this process: other machines and containers, which have others, may share the directory. */
const pids = `${hostname()} ${await readlink("/proc/self/ns/pid").catch(() => "")}`;
const OURS = `.sluice-${createHash("sha256").update(pids).digest("hex").slice(0, 8)}`;
const LEFTOVER = new RegExp(`^\\${OURS}-(\\d+)-[\\da-f]{16}\\.tmp$`);

/** A new one; short, as where it is to be renamed to may have a name of full length. */
export const temporaryName = () => `${OURS}-${process.pid}-${randomBytes(8).toString("hex")}.tmp`;

const swept = new Set();

/**
 * Removes what runs of this user that are no more have left there. Never fails: what cannot be removed stays.
 * @param {string} directory looked at once
 */
export async function sweep(directory) {
  if (swept.has(directory)) return;
  swept.add(directory);
  for (const name of await readdir(directory).catch(() => [])) {
    const pid = LEFTOVER.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(directory, name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isFile() && found.uid === process.getuid?.()) await rm(path).catch(() => {});
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code !== "ESRCH";
  }
}

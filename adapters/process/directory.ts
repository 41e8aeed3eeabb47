/**
 * Where the sockets for data are: a fresh directory that only its owner may enter, made before any socket and never
 * changed. On Windows, pipes have names and no directory. What a parent leaves behind when it is killed before its child
 * was in, the next one removes.
 */
import fs, { type Stats } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { LinkError, whyOf } from "../../src/errors.ts";
import { makeSecret } from "./secrets.ts";

export type Side = "parent" | "child";

const SIDES: readonly Side[] = ["parent", "child"];
/** What an address of a Unix socket holds, in bytes, without the zero at its end. */
const MOST_BYTES = { darwin: 103, others: 107 };
/** What `mkdtemp` puts in the place of these. */
const RANDOM = "XXXXXX";
const OURS = /^sluice-(\d+)-[A-Za-z0-9]{6}$/;
const OWNER_ONLY = 0o700;
const PERMISSIONS = 0o777;
const PIPES = "\\\\.\\pipe\\";

/** Where that side listens. `random` must be 128 random bits: it is all that hides a pipe of Windows. */
export function dataPath(platform: string, directory: string, side: Side, random: string): string {
  return platform === "win32" ? `${PIPES}sluice-${random}` : `${directory}/${side}`;
}

/** Where the child listens, by where its parent does. */
export function besideParent(parentPath: string): string {
  return parentPath.startsWith(PIPES)
    ? dataPath("win32", "", "child", makeSecret())
    : dataPath(process.platform, path.dirname(parentPath), "child", "");
}

/** May a remote say that it listens there? What is no absolute path might be dialled as a port of this host. */
export function isDataPath(value: unknown): value is string {
  return typeof value === "string" && path.isAbsolute(value) && !value.includes("\0");
}

/** Throws if the sockets of a directory in `base` would have names that are too long for them. */
export function checkLength(platform: string, base: string, pid: number): void {
  if (platform === "win32") return;
  const most = platform === "darwin" ? MOST_BYTES.darwin : MOST_BYTES.others;
  const longest = dataPath(platform, path.join(base, `sluice-${pid}-${RANDOM}`), "parent", "");
  const { byteLength } = new TextEncoder().encode(longest);
  if (byteLength <= most) return;
  const message = `Cannot make a socket in "${base}": its path "${longest}" has ${byteLength} bytes, and a socket's at most ${most}; set the option directory to a shorter one`;
  throw new LinkError("SOCKET_PATH_TOO_LONG", message);
}

/** A directory for the sockets of one child, and the path at which its parent listens. */
export class Directory {
  readonly path: string;
  readonly #made: string | undefined;

  private constructor(made: string | undefined) {
    this.#made = made;
    this.path = dataPath(process.platform, made ?? "", "parent", makeSecret());
  }

  static make(given?: string): Directory {
    if (process.platform === "win32") return new Directory(undefined);
    let base = given ?? "the directory for temporary files";
    let directory: Directory | undefined;
    try {
      base = wholePath(given);
      checkLength(process.platform, base, process.pid);
      const made = fs.mkdtempSync(path.join(base, `sluice-${process.pid}-`));
      directory = new Directory(made);
      if (isOursAlone(fs.lstatSync(made))) return directory;
      const message = `Cannot use "${made}" for the socket: others may enter it, or own it; set the option directory to one where a directory can be made that is yours alone`;
      throw new LinkError("SOCKET_FAILED", message);
    } catch (cause) {
      directory?.remove();
      if (cause instanceof LinkError) throw cause;
      const message = `Cannot make a directory for the socket in "${base}": ${whyOf(cause)}`;
      throw new LinkError("SOCKET_FAILED", message, { cause });
    }
  }

  /** Removes it with its sockets, as far as they are there. */
  remove(): void {
    if (this.#made === undefined) return;
    for (const side of SIDES) attempt(() => fs.unlinkSync(`${this.#made}/${side}`));
    attempt(() => fs.rmdirSync(this.#made as string));
  }
}

/** Removes what parents that were killed have left in a directory. Never fails: what cannot be removed stays. */
export async function sweep(given?: string): Promise<void> {
  if (process.platform === "win32") return;
  try {
    const base = wholePath(given);
    for (const name of await fs.promises.readdir(base)) {
      const pid = OURS.exec(name)?.[1];
      if (pid === undefined || isAlive(Number(pid))) continue;
      await sweepOne(path.join(base, name)).catch(() => {
        // Another parent is at it as well, or somebody has put something else there.
      });
    }
  } catch {
    // Where nothing can be read, nothing is left to be found.
  }
}

/** The child is told it, and may have another working directory; ours may change meanwhile. */
function wholePath(given: string = os.tmpdir()): string {
  return path.resolve(given);
}

async function sweepOne(directory: string): Promise<void> {
  if (!isOursAlone(await fs.promises.lstat(directory))) return;
  for (const side of SIDES) {
    const socket = `${directory}/${side}`;
    const stats = await fs.promises.lstat(socket).catch(() => undefined);
    if (stats === undefined) continue;
    // A process of another container that shares this directory is alive although its pid is not known here.
    if (!stats.isSocket() || stats.uid !== process.getuid?.() || (await hasListener(socket))) return;
    await fs.promises.unlink(socket).catch(() => {});
  }
  await fs.promises.rmdir(directory);
}

function isOursAlone(stats: Stats): boolean {
  return stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & PERMISSIONS) === OWNER_ONLY;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code !== "ESRCH";
  }
}

function hasListener(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.connect({ path: socket });
    const settle = (answer: boolean): void => {
      probe.destroy();
      resolve(answer);
    };
    probe.on("connect", () => settle(true)).on("error", () => settle(false));
  });
}

function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // Gone already, or never there.
  }
}

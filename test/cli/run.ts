/**
 * Runs the example as a person would, each test in a directory of its own: what it printed, its exit code, what it left.
 * Needs a build in dist; imports nothing of Sluice.
 */
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, beforeEach, expect } from "vitest";

export const root: string = fileURLToPath(new URL("../..", import.meta.url));
export const main: string = join(root, "examples/transform/main.mjs");
export const USAGE =
  "usage: npm start -- [file-or-url ...] [--through gzip|gunzip|brotli|sha256|identity] [--out path] [--workers n]";

/** Where a test's files are, where its results go, and what the program takes for the system's temporary directory. */
export let dir: string;
export let temp: string;
const servers: Server[] = [];

beforeAll(() => {
  if (!existsSync(join(root, "dist/src/mod.js"))) throw new Error("Cannot run the example: build it first (npx tsup)");
});
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "transform-test-"));
  temp = join(dir, "tmp");
  mkdirSync(temp);
});
afterEach(async () => {
  await stopServing();
  rmSync(dir, { recursive: true, force: true });
});

export interface Result {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

export interface Options {
  /** Happens while the program runs. */
  during?: (kill: (signal: NodeJS.Signals) => void) => Promise<void>;
  /** A command that runs the program. */
  under?: string[];
  /** Another program to run. */
  program?: string;
  /** A script to run instead of the program. */
  script?: string;
  /** A module to load before the program. */
  preload?: string;
}

/** Runs the program, from `dir`, and waits for its end. */
export async function run(args: string[], options: Options = {}): Promise<Result> {
  const { during, under = [], program = main, script, preload } = options;
  const what = script === undefined ? [program, ...args] : ["--input-type=module", "--eval", script];
  const before = preload === undefined ? [] : ["--import", preload];
  const [command = "", ...rest] = [...under, process.execPath, ...before, ...what];
  const child = spawn(command, rest, {
    cwd: dir,
    env: { ...process.env, TMPDIR: temp },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const closed = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  try {
    await during?.((signal) => child.kill(signal));
    return { ...(await closed), stdout, stderr };
  } finally {
    child.kill("SIGKILL");
  }
}

/** A file of the test. */
export function put(name: string, content: Uint8Array | string): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

/** Everything that lies about, sorted: the test's own files and whatever the program left. */
export const left = (): string[] => [...readdirSync(dir).filter((name) => name !== "tmp"), ...readdirSync(temp)].sort();

/** A server on loopback; its address. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** After it, nothing listens where `serve` did. */
export async function stopServing(): Promise<void> {
  for (const server of servers.splice(0)) {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
}

/** Resolves once `condition` holds. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${condition}`);
    await sleep(10);
  }
}

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Half noise, half text, and no multiple of any chunk's size. */
export function sample(size: number): Buffer {
  const bytes = randomBytes(size);
  for (let at = 0; at + 4096 < size; at += 8192) bytes.fill("all the water in the sluice ", at, at + 4096);
  return bytes;
}

/** One line on stderr, nothing on stdout. */
export function expectFailure(result: Result, line: string | RegExp, code = 1): void {
  expect(result.stderr).toMatch(line);
  expect(result.stderr).toMatch(/^sluice: [^\n]+\n$/);
  expect(result.stdout).toBe("");
  expect(result.code).toBe(code);
}

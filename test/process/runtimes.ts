/** The runtimes that parents and children run in. */
import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { ensureRuntime } from "../runtimes/ensure.mjs";

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/** How each runtime runs a script. */
export const runtimes = {
  get node(): Command {
    return { command: process.execPath, args: [] };
  },
  get node22(): Command {
    return { command: ensureRuntime("node22"), args: [] };
  },
  get node24(): Command {
    return { command: ensureRuntime("node24"), args: [] };
  },
  get node26(): Command {
    return { command: ensureRuntime("node26"), args: [] };
  },
  get deno(): Command {
    return { command: ensureRuntime("deno"), args: ["run", "-A", "--quiet"] };
  },
  get bun(): Command {
    return { command: ensureRuntime("bun"), args: [] };
  },
};

export type Runtime = keyof typeof runtimes;

/** A command that runs one of the files here. */
export function script(runtime: Runtime, file: string, ...args: string[]): Command {
  const { command, args: own } = runtimes[runtime] as Command;
  return { command, args: [...own, fileURLToPath(new URL(file, import.meta.url)), ...args] };
}

/** What a command has printed, when it has ended by itself and well. */
export function run({ command, args }: Command, timeout: number): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout, killSignal: "SIGKILL" }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${error.message}\n${stdout}\n${stderr}`, { cause: error }));
    });
  });
}

// Runs a tool of the root's node_modules, showing what it prints, and remembers its last line.
import { spawn } from "node:child_process";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Resolves with the exit status, and the last line of standard output that is not empty. */
export function runTool([command, ...args], env = {}) {
  const path = `${root}node_modules/.bin${delimiter}${process.env.PATH}`;
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env, PATH: path },
    stdio: ["ignore", "pipe", "inherit"],
    shell: process.platform === "win32",
  });
  let tail = "";
  child.stdout.on("data", (data) => {
    process.stdout.write(data);
    tail = (tail + data).slice(-4096);
  });
  return new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(`${command}: ${error.message}`);
      resolve({ status: 1, lastLine: undefined });
    });
    child.on("close", (status) => resolve({ status: status ?? 1, lastLine: tail.trim().split("\n").at(-1) }));
  });
}

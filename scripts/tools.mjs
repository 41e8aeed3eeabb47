// Runs a tool of the root's node_modules, showing what it prints, and remembers its last line and what it said failed.
import { spawn } from "node:child_process";
import { delimiter } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Resolves with the exit status, the last line of standard output that is not empty, and the paragraphs in it that begin
 * with "FAIL ".
 */
export function runTool([command, ...args], env = {}) {
  const path = `${root}node_modules/.bin${delimiter}${process.env.PATH}`;
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env, PATH: path },
    stdio: ["ignore", "pipe", "inherit"],
    shell: process.platform === "win32",
  });
  const lines = [];
  createInterface(child.stdout).on("line", (line) => {
    console.log(line);
    lines.push(line);
  });
  return new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(`${command}: ${error.message}`);
      resolve({ status: 1, lastLine: undefined, failures: [] });
    });
    child.on("close", (status) => {
      const text = lines.join("\n").trim();
      const failures = text.split(/\n\s*\n/).filter((paragraph) => paragraph.startsWith("FAIL "));
      resolve({ status: status ?? 1, lastLine: text.split("\n").at(-1), failures });
    });
  });
}

// Runs a tool of the root's node_modules, shows what it prints, and remembers its last line and what it said failed.
import { spawn } from "node:child_process";
import { delimiter } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Resolves with the exit status, the last line of standard output that is not empty, and the paragraphs in it that begin
 * with "FAIL ". `print` takes each line of both outputs; without it they are shown as they come.
 */
export function runTool([command, ...args], env = {}, print = undefined) {
  const path = `${root}node_modules/.bin${delimiter}${process.env.PATH}`;
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env, PATH: path },
    stdio: ["ignore", "pipe", print === undefined ? "inherit" : "pipe"],
    shell: process.platform === "win32",
  });
  const lines = [];
  const show = print ?? console.log;
  createInterface(child.stdout).on("line", (line) => {
    show(line);
    lines.push(line);
  });
  if (child.stderr !== null) createInterface(child.stderr).on("line", show);
  return new Promise((resolve) => {
    child.on("error", (error) => {
      show(`${command}: ${error.message}`);
      resolve({ status: 1, lastLine: undefined, failures: [] });
    });
    child.on("close", (status) => {
      const text = lines.join("\n").trim();
      const failures = text.split(/\n\s*\n/).filter((paragraph) => paragraph.startsWith("FAIL "));
      resolve({ status: status ?? 1, lastLine: text.split("\n").at(-1), failures });
    });
  });
}

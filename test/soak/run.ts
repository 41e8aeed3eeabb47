/**
 * Runs a script of this folder in a Node of its own, with gc exposed and without the optimiser (its code would count as
 * heap, now in one measurement and now in the other), and gives what it prints as JSON.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const DEADLINE = 110_000;

export function measure<T>(script: string, ...args: string[]): Promise<T> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ["--expose-gc", "--no-opt", path, ...args], { timeout: DEADLINE });
  let out = "";
  let err = "";
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    err += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(JSON.parse(out) as T);
      else reject(new Error(`${script} ended with ${code ?? signal}: ${err}`));
    });
  });
}

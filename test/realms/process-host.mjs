// A runtime that is a process: Node, Deno, Bun. It is told what to run, and tells what came of it, in lines of JSON.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ensureRuntime } from "../runtimes/ensure.mjs";

const script = fileURLToPath(new URL("./in-process.mjs", import.meta.url));
const flags = { deno: ["run", "--allow-all", "--quiet"], bun: ["--no-install"] };

export async function processHost(name) {
  const executable = name === "node" ? process.execPath : ensureRuntime(name);
  const child = spawn(executable, [...(flags[name] ?? []), script], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = new Map();
  let last = 0;
  let ended;
  const answer = (id, outcome) => {
    waiting.get(id)?.(outcome);
    waiting.delete(id);
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    // Whatever a script prints is no answer.
    if (!line.startsWith("{")) return void console.error(line);
    const { id, ...outcome } = JSON.parse(line);
    answer(id, outcome);
  });
  const end = (why) => {
    ended ??= why;
    for (const id of waiting.keys()) answer(id, { reports: [], problem: ended });
  };
  child.on("error", (error) => end(`${name} cannot be started: ${error.message}`));
  child.on("exit", (code, signal) => end(`${name} ended with ${signal ?? `exit code ${code}`}`));
  child.stdin.on("error", () => {});
  const ask = (question) =>
    new Promise((resolve) => {
      waiting.set(++last, resolve);
      if (ended !== undefined) end();
      else child.stdin.write(`${JSON.stringify({ id: last, ...question })}\n`);
    });
  const { version, problem } = await ask({ what: "version" });
  if (version === undefined) throw new Error(problem);
  return {
    name,
    version,
    run: ({ file, init = null, deadline = 120_000 }) =>
      ask({ what: "run", url: pathToFileURL(file).href, init, deadline }),
    async close() {
      child.removeAllListeners("exit");
      const exited = new Promise((resolve) => child.once("exit", resolve));
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await exited;
      }
      end("it was closed");
    },
  };
}

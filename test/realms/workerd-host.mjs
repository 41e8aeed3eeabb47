// A runtime that is a server: workerd. It evaluates nothing that its configuration does not name, so each job is a
// configuration of its own, with all modules of the script's folder, and a process of its own that answers one request.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { ensureRuntime } from "../runtimes/ensure.mjs";

/** What the runtime does without being asked, as of that day. */
const COMPATIBILITY_DATE = "2026-10-01";
const own = ["in-workerd.mjs", "run-module.mjs"];

export async function workerdHost() {
  const executable = ensureRuntime("workerd");
  const { stdout } = spawnSync(executable, ["--version"], { encoding: "utf8" });
  const running = new Set();
  return {
    name: "workerd",
    version: stdout.trim(),
    run: ({ file, init = null, deadline = 120_000 }) => run(executable, running, { file, init, deadline }),
    async close() {
      await Promise.all([...running].map(end));
    },
  };
}

async function run(executable, running, { file, init, deadline }) {
  const folder = mkdtempSync(join(tmpdir(), "sluice-workerd-"));
  const modules = readdirSync(dirname(file)).filter((name) => name.endsWith(".mjs"));
  for (const name of modules) copyFileSync(join(dirname(file), name), join(folder, name));
  for (const name of own) copyFileSync(fileURLToPath(new URL(name, import.meta.url)), join(folder, name));
  writeFileSync(join(folder, "config.capnp"), configuration([...own, ...modules]));
  const child = spawn(executable, ["serve", "--control-fd=3", join(folder, "config.capnp")], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  running.add(child);
  const reports = [];
  try {
    const port = await listening(child);
    const answer = await fetch(`http://127.0.0.1:${port}/`, {
      method: "POST",
      body: JSON.stringify({ module: `./${basename(file)}`, init }),
      signal: AbortSignal.timeout(deadline),
    });
    if (!answer.ok) return { reports, problem: await answer.text() };
    for await (const line of createInterface({ input: Readable.fromWeb(answer.body) })) {
      const { report, end, problem } = JSON.parse(line);
      if (report !== undefined) reports.push(report);
      if (end) return { reports, ...(problem !== undefined && { problem }) };
    }
    return { reports, problem: "the script's end never came" };
  } catch (error) {
    const late = error.name === "TimeoutError";
    return { reports, problem: late ? `no end after ${deadline / 1000} s` : `workerd: ${error.cause ?? error}` };
  } finally {
    await end(child);
    running.delete(child);
    rmSync(folder, { recursive: true });
  }
}

function configuration(modules) {
  const list = modules.map((name) => `(name = "${name}", esModule = embed "${name}")`).join(",\n    ");
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "realm", worker = .realm)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "realm")],
);

const realm :Workerd.Worker = (
  modules = [
    ${list},
  ],
  compatibilityDate = "${COMPATIBILITY_DATE}",
);
`;
}

/** The port that it has chosen, which it says on descriptor 3. */
async function listening(child) {
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdio[3] }), "line"),
    once(child, "exit").then(([code, signal]) => Promise.reject(new Error(`it has ended with ${signal ?? code}`))),
  ]);
  return JSON.parse(line).port;
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

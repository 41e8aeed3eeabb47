/** Where Python is, and how its worker is started. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type SpawnOptions, spawn, type WorkerProcess } from "sluice/process";
import { describe, it, onTestFinished } from "vitest";
import { ensureParts, SystemMissing } from "../runtimes/system.mjs";

export const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Prints where it is itself, for what is found may be a script that looks for it; fails if it is too old. */
const CHECK = "import sys; print(sys.executable); sys.exit(sys.version_info < (3, 9))";

/** The path of Python 3.9 or newer, which is installed first if that is allowed; a SystemMissing if it cannot be had. */
export const python: string | SystemMissing = find();

function find(): string | SystemMissing {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  try {
    const paths = folders.map((folder) => path.join(folder, "python3"));
    const [found = ""] = ensureParts("python3", [{ package: "python3", paths }]);
    const { status, stdout } = spawnSync(found, ["-c", CHECK], { encoding: "utf8" });
    return status === 0 ? stdout.trim() : new SystemMissing("Python 3.9 or newer", ["python3"]);
  } catch (error) {
    if (error instanceof SystemMissing) return error;
    throw error;
  }
}

/** A worker in Python, which is gone when the test is. */
export async function start(options: SpawnOptions = {}): Promise<WorkerProcess> {
  const worker = await spawn(String(python), [script("worker.py")], options);
  onTestFinished(async () => {
    worker.kill("SIGKILL");
    await worker.exited;
  });
  return worker;
}

/** Like `describe`, where there is Python. Where there is none, what is missing is listed; with CI=true it is a failure. */
export function withPython(name: string, body: () => void): void {
  if (!(python instanceof SystemMissing)) {
    describe(name, body);
    return;
  }
  const { message } = python;
  if (process.env["CI"] !== "true") console.warn(message);
  describe(name, () => {
    it("has Python", ({ skip }) => {
      if (process.env["CI"] === "true") throw python;
      skip(message);
    });
  });
}

// @ts-check
// Loaded before the program with --import: at SIGUSR2 the worker that was started first dies, which the program is
// told nothing of beforehand.

import { writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

if (isMainThread) {
  /** @type {import("node:worker_threads").Worker[]} */
  const workers = [];
  process.on("worker", (worker) => workers.push(worker));
  process.on("SIGUSR2", () => void workers[0]?.terminate());
  process.on("exit", () => writeFileSync("workers-started", String(workers.length)));
}

// What a process host runs, in Node, Deno and Bun alike: each job in a worker of its own.
import { createInterface } from "node:readline";
import { runInWorker } from "./run-in-worker.mjs";

const { Deno, Bun } = globalThis;
const runtime = Deno ? `deno ${Deno.version.deno}` : Bun ? `bun ${Bun.version}` : `node ${process.versions.node}`;

/** Node has its own workers; the others have the web's. */
const start = Deno || Bun ? startWebWorker : await nodeWorkers();

function startWebWorker(url) {
  const worker = new Worker(url, { type: "module" });
  return {
    post: (message) => worker.postMessage(message),
    listen({ message, error }) {
      worker.onmessage = ({ data }) => message(data);
      worker.onerror = (event) => {
        event.preventDefault();
        error(event.message || "the worker failed");
      };
    },
    terminate: () => worker.terminate(),
  };
}

async function nodeWorkers() {
  const { Worker } = await import("node:worker_threads");
  return (url) => {
    const worker = new Worker(url);
    return {
      post: (message) => worker.postMessage(message),
      listen({ message, error }) {
        worker.on("message", message);
        worker.on("error", (failure) => error(failure?.stack ?? String(failure)));
        worker.on("exit", (code) => error(`the worker ended with exit code ${code}`));
      },
      terminate: () => worker.terminate(),
    };
  };
}

const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

createInterface({ input: process.stdin }).on("line", async (line) => {
  const { id, what, url, init, deadline } = JSON.parse(line);
  if (what === "version") answer({ id, version: runtime });
  else {
    const shell = new URL("./in-worker.mjs", import.meta.url);
    answer({ id, ...(await runInWorker(start(shell), { url, init, deadline })) });
  }
});

// What a worker runs, in every runtime: the module it is told, and what it says of it.
import { runModule } from "./run-module.mjs";

const { process, Deno } = globalThis;

if (process?.versions?.node && !Deno && !process.versions.bun) {
  const { parentPort } = await import("node:worker_threads");
  parentPort.once("message", (job) => run(job, (message) => parentPort.postMessage(message)));
} else {
  // With `onmessage` the web's workers listen; a job that comes before waits.
  globalThis.onmessage = ({ data }) => {
    globalThis.onmessage = null;
    run(data, (message) => globalThis.postMessage(message));
  };
}

async function run({ url, init }, post) {
  const problem = await runModule(url, init, (report) => post({ report }));
  post({ end: true, problem });
}

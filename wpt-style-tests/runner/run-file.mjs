// One file against one subject: starts the worker, keeps the time, collects what it reports. It says what
// happened; whether that was expected is decided in verdict.mjs.

import { Worker } from "node:worker_threads";
import { loadFile } from "./files.mjs";

/** What gaps are listed for. */
export const runtime = `node ${process.versions.node}`;

/** After the last subtest: time for a rejection that nobody handled to show. */
const grace = 25;

/**
 * `{ file, subject, runtime, results: [{ name, status, message, stack }], errors: [message] }`; `errors` are
 * what no subtest can answer for. Ends early at the first result for which `enough(result)` holds.
 */
export async function runFile(file, subject, { fileTimeout, testTimeout, enough = () => false }) {
  const sources = await loadFile(file);
  const results = [];
  const errors = [];
  let unfinished;

  const worker = new Worker(new URL("./node-worker.mjs", import.meta.url), {
    workerData: { subject, sources, testTimeout },
  });
  await new Promise((resolve) => {
    const timer = setTimeout(() => {
      errors.push(`no end after ${fileTimeout / 1000} s, unfinished: ${unfinished ?? "(no subtest had started)"}`);
      resolve();
    }, fileTimeout);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    const on = {
      start({ name }) {
        unfinished = name;
      },
      result({ name, status, message, stack }) {
        const result = { name, status, message, stack };
        results.push(result);
        if (enough(result)) end();
      },
      error({ message }) {
        errors.push(message);
      },
      complete({ ok, message }) {
        if (!ok) errors.push(`the harness reports an error: ${message}`);
        setTimeout(end, grace);
      },
    };
    worker.on("message", (message) => on[message.type](message));
    worker.on("error", (error) => {
      errors.push(`uncaught: ${error?.stack ?? String(error)}`);
      end();
    });
    worker.on("exit", () => {
      // Nothing kept the thread alive: what was awaited can no longer come.
      if (unfinished !== undefined && !results.some(({ name }) => name === unfinished)) {
        errors.push(`the thread ended in the middle of: ${unfinished}`);
      }
      end();
    });
  });
  // The listeners stay, as a thread without any would throw here what happens while it is ended.
  worker.removeAllListeners("exit");
  await worker.terminate();

  if (results.length === 0 && errors.length === 0) errors.push("the file registers no test");
  return { file, subject, runtime, results, errors };
}

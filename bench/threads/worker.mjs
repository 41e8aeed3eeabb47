// The consuming thread of every subject: loads the subject's module and answers each run with its sum.
import { workerData } from "node:worker_threads";
import { payloads } from "./payloads.mjs";

const { control, url, payload, options } = workerData;
const { receive } = await import(url);
const run = await receive(payloads[payload], options);

control.on("message", async () => {
  globalThis.gc();
  const sum = run();
  control.postMessage("ready");
  control.postMessage(await sum);
});

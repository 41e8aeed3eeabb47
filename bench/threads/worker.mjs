// The far thread of every subject: loads the subject's module and answers each run with what came of it.
import { workerData } from "node:worker_threads";
import { meters } from "./meters.mjs";
import { payloads } from "./payloads.mjs";

const { control, url, payload, meter, options } = workerData;
const { receive } = await import(url);
const run = await receive(payloads[payload], options);

control.on("message", async () => {
  globalThis.gc();
  const stop = meters[meter].watch();
  const result = run();
  control.postMessage("ready");
  control.postMessage({ result: await result, metered: stop() });
});

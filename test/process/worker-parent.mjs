// A parent of web workers that fail, in whatever runtime runs this. Prints what it is told, as JSON.
import { connect } from "sluice";

// Bun heeds the paths in tsconfig.json, and those are Node's.
const { Worker, workerLink } = await import("Bun" in globalThis ? "../../adapters/worker/web.ts" : "sluice/worker");

async function told(file) {
  const channel = connect(workerLink(new Worker(new URL(file, import.meta.url), { type: "module" })));
  const call = channel.call("fail").catch((error) => error.code);
  const closed = channel.closed.catch((error) => error.message);
  return { call: await call, closed: await closed };
}

const outcome = [await told("failing-worker.mjs"), await told("no-such-worker.mjs")];
// Nothing else comes of it.
await new Promise((resolve) => setTimeout(resolve, 200));
console.log(JSON.stringify(outcome));

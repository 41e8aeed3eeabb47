// The worker thread that one file runs in, against one subject. Its own global scope, its own unhandled
// rejections, and the runner can end it whatever it does.

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { loadMakePair } from "../resources/subjects.mjs";
import { runInThisScope } from "./environment.mjs";

const { subject, sources, testTimeout } = workerData;
const report = (message) => parentPort.postMessage(message);

// The built package under its public names. This folder has a package.json of its own, so the names are looked up
// from the one above.
const { resolve } = createRequire(new URL("../../package.json", import.meta.url));
const load = (name) => import(pathToFileURL(resolve(name)).href);
const sluice = async () => ({ ...(await load("sluice")), ...(await load("sluice/message-port")) });

process.on("unhandledRejection", (reason) => {
  report({ type: "error", message: `unhandled rejection: ${reason?.stack ?? String(reason)}` });
});

runInThisScope({ ...sources, makePair: await loadMakePair(subject, sluice), testTimeout, report });

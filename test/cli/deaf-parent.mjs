// @ts-check
// A parent of the Python worker that dies by kill -9 while there is something from it to read.

import { fileURLToPath } from "node:url";
import { json } from "sluice/codecs/json";
import { spawn } from "sluice/process";

const script = fileURLToPath(new URL("../../examples/python/worker.py", import.meta.url));
const worker = await spawn("python3", [script], { stderr: "inherit" });
worker.openStream("numbers", { codec: json() });
await worker.call("how_many");
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500); // Python writes, and nobody reads
process.kill(process.pid, "SIGKILL");

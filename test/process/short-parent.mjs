// Parents that do little. Arguments: what, and the directory for sockets.
import process from "node:process";
import { fileURLToPath } from "node:url";
import { spawn } from "sluice/process";

const [what, directory] = process.argv.slice(2);
const worker = await spawn("node", [fileURLToPath(new URL("worker.mjs", import.meta.url)), "stdio", "linger"], {
  directory,
  shutdown: { exit: 500 },
});
if (what === "stay" || what === "idle") process.stdout.write(`${worker.pid}\n`);
if (what === "stay") setInterval(() => {}, 1_000);
if (what === "call") {
  await worker.call("busy", { ms: 300 });
  process.stdout.write("answered\n");
  await worker.close();
  process.stdout.write(`${(await worker.exited).signal}\n`);
}
if (what === "abort") {
  worker.abort();
  process.stdout.write(`${(await worker.exited).signal}\n`);
}
if (what === "kill") {
  worker.kill("SIGKILL");
  process.stdout.write(`${(await worker.exited).signal}\n`);
}

// Parents of a child that is gone, and has left something: a process that keeps its outputs open, or words to be read.
// Arguments: what they do, and the directory for sockets.
import process from "node:process";
import { fileURLToPath } from "node:url";
import { spawn } from "sluice/process";

const [what, directory] = process.argv.slice(2);
const start = (besides) =>
  spawn("node", [fileURLToPath(new URL("worker.mjs", import.meta.url)), "stdio", besides], { directory });
const tellTime = () => {
  const begin = Date.now();
  process.on("exit", () => process.stdout.write(String(Date.now() - begin)));
};

if (what === "fail") {
  await spawn("sh", ["-c", "sleep 8 & exit 1"], { directory }).catch(() => {});
  tellTime();
} else if (what === "read") {
  const worker = await start("last words");
  await worker.close();
  let bytes = 0;
  for await (const part of worker.stderr) bytes += part.length;
  process.stdout.write(String(bytes));
} else {
  const worker = await start("leave a process");
  if (what === "close") await worker.close();
  else worker.abort();
  await worker.exited;
  tellTime();
}

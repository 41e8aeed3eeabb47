// Parents that are harsh to their child, in whatever runtime runs this. Arguments: what they do, and the directory for
// sockets. They print what came of it, as JSON.
import fs from "node:fs";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { spawn } from "sluice/process";

const [what, directory] = process.argv.slice(2);
const start = (shutdown) =>
  spawn("node", [fileURLToPath(new URL("worker.mjs", import.meta.url)), "stdio"], { directory, shutdown });
const failure = async (options) => {
  const code = await spawn("true", [], options).catch((error) => error.code);
  await sleep(100);
  return code;
};

const parents = {
  async closes() {
    const worker = await start({ exit: 100, terminate: 200 });
    await worker.call("deaf");
    await worker.close();
    return worker.exited;
  },
  async aborts() {
    const worker = await start({ terminate: 200 });
    await worker.call("deaf");
    worker.abort();
    return worker.exited;
  },
  async signals() {
    const worker = await start();
    await worker.call("heed", { signal: "SIGUSR2" });
    const sent = [worker.kill("SIGUSR2"), worker.kill("SIGUSR2"), worker.kill(0)];
    while ((await worker.call("heeded")) === 0) await sleep(10);
    worker.ref();
    await worker.call("heed", { signal: "SIGTERM", code: 5 });
    sent.push(worker.kill());
    const exit = await worker.exited;
    return { sent, exit, later: worker.kill() };
  },
  async floods() {
    const worker = await start({ terminate: 100 });
    worker.kill("SIGSTOP");
    const text = "x".repeat(100_000);
    for (let count = 0; count < 400 && worker.stats().state === "open"; count += 1) {
      worker.notify("fail", { text });
      await sleep(0);
    }
    if (worker.stats().state === "open") worker.abort(new Error("It is open still"));
    return worker.closed.catch((error) => error.message);
  },
  /** Once in vain, from a working directory that is gone; nothing else may come of it. */
  async "fails from nowhere"() {
    process.chdir(fs.mkdtempSync(`${directory}/`));
    fs.rmdirSync(process.cwd());
    return failure({ directory: "here" });
  },
  async fails() {
    return failure({ directory });
  },
};
process.stdout.write(JSON.stringify(await parents[what]()));

// One end of a busy session. It writes what it saw to a file when the session is over, and ends by itself.
//   busy.mjs parent|child DIRECTORY: that of the sockets, beside which the reports are
import { writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { connect } from "sluice";
import { parentLink, spawn } from "sluice/process";
import { makeSession } from "./busy-session.mjs";

const [side, directory] = process.argv.slice(2);
const { api, run } = makeSession(side);
const report = (what) => writeFileSync(`${directory}.${side}`, JSON.stringify(what));

if (side === "child") report(await run(connect(parentLink(), api)));
else {
  try {
    const worker = await spawn(process.execPath, [fileURLToPath(import.meta.url), "child", directory], {
      ...api,
      directory,
    });
    process.stdout.write("busy\n");
    const seen = await run(worker);
    report({ ...seen, exit: await worker.exited });
  } catch (error) {
    report({ side, failed: error.code, message: error.message });
  }
}

// A parent of a Python worker, which streams until it is killed. Prints the pid of the worker.
import { raw } from "sluice/codecs/raw";
import { spawn } from "sluice/process";

const [python, script, busy] = process.argv.slice(2);
const worker = await spawn(python, [script]);
console.log(worker.pid);
if (busy === "busy") worker.call("busy", { seconds: 60 }).catch(() => {});
const { readable, writable } = worker.openStream("echo", { codec: raw() });
readable.pipeTo(writable);
const writer = worker.openStream("echo", { codec: raw() }).writable.getWriter();
for (;;) await writer.write(new Uint8Array(65_536));

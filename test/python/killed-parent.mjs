// A parent of a Python worker, which streams until it is killed. Prints the pid of the worker.
import { raw } from "sluice/codecs/raw";
import { spawn } from "sluice/process";

const [python, script, busy] = process.argv.slice(2);
const worker = await spawn(python, [script]);
if (busy !== "idle") worker.call("busy", { seconds: 60 }).catch(() => {});
// More than it reads ahead, and less than it may leave unread.
for (let count = 0; busy === "flooded" && count < 30; count += 1) {
  worker.notify("tell", ["x".repeat(500_000)]);
  await new Promise((resolve) => setTimeout(resolve, 1));
}
console.log(worker.pid);
const { readable, writable } = worker.openStream("echo", { codec: raw() });
readable.pipeTo(writable);
const writer = worker.openStream("echo", { codec: raw() }).writable.getWriter();
for (;;) await writer.write(new Uint8Array(65_536));

// A parent, in whatever runtime runs this: does all that a parent can with a child, and prints what came of it.
//   parent.mjs '{"command": "deno", "args": ["run", "-A", "worker.mjs"], "control": "stdio"}'
import { createHash } from "node:crypto";
import process from "node:process";
import { spawn } from "sluice/process";

const { command, args, control, last } = JSON.parse(process.argv[2]);
const MiB = 2 ** 20;
const TOTAL = 24 * MiB;
const greeted = [];

const worker = await spawn(command, [...args, control, "call first"], {
  control,
  ...(control === "fd" && { stdout: "ignore" }),
  methods: { hello: ({ pid }) => greeted.push(pid), double: ([value]) => 2 * value },
});
const outcome = { samePid: (await worker.call("pid")) === worker.pid };
outcome.greeted = greeted.length === 1 && greeted[0] === worker.pid;
outcome.sum = await worker.call("add", [1, 2]);
outcome.asked = await worker.call("ask", { method: "double", params: [21] });
const text = "äö€𝄞\n\r\n\u2028 ".repeat(20_000);
outcome.text = (await worker.call("echo", { value: text })) === text;
outcome.counted = 0;
for await (const number of worker.stream("count", { to: 1_000 })) outcome.counted += number;

/** Chunks of many sizes, up to 3 MiB. */
async function* chunks() {
  let left = TOTAL;
  for (let index = 0; left > 0; index += 1) {
    const chunk = new Uint8Array(Math.min([10, 1_000, 100_003, 3 * MiB][index % 4], left));
    for (let at = 0; at < chunk.length; at += 97) chunk[at] = index + at;
    left -= chunk.length;
    yield chunk;
  }
}
const sent = createHash("sha256");
const got = createHash("sha256");
const { readable, writable } = worker.openStream("echo");
async function write() {
  const writer = writable.getWriter();
  for await (const chunk of chunks()) {
    sent.update(chunk);
    await writer.write(chunk);
  }
  await writer.close();
}
const written = write();
for await (const chunk of readable) got.update(chunk);
await written;
outcome.echoed = got.digest("hex") === sent.digest("hex");

for (let count = 0; count < 10; count += 1) await worker.sendData(new Uint8Array(MiB));
outcome.received = await worker.call("received", {});
let back = 0;
worker.onData((chunk) => {
  back += chunk.byteLength;
});
await worker.call("sendBack", { count: 10, size: 100_000 });
outcome.back = back;
await worker.call("log", { text: "logged" });
await worker.close();
outcome.exit = await worker.exited;
outcome.stderr = "";
for await (const part of worker.stderr) outcome.stderr += new TextDecoder().decode(part);

// One that answers with its last breath.
const dying = await spawn(command, [...args, control], { control, ...(control === "fd" && { stdout: "ignore" }) });
outcome.last = (await dying.call("last", { size: last, code: 3 })).length;
// An idle channel would not keep this process alive.
dying.ref();
outcome.closed = await dying.closed.then(
  () => "properly",
  (error) => `${error.code}: ${error.message.includes("has exited with code 3")}`,
);
outcome.lastExit = await dying.exited;

// One that dies without a word.
const killed = await spawn(command, [...args, control], { control, ...(control === "fd" && { stdout: "ignore" }) });
const pending = killed.call("never").then(
  () => "answered",
  (error) => error.code,
);
killed.kill("SIGKILL");
outcome.pending = await pending;
outcome.killed = await killed.exited;
process.stdout.write(`${JSON.stringify(outcome)}\n`);

// 500 MiB on their way to a handler in another process that is stuck: how many chunks are taken from the sender, and how
// the other process grows. The child is this script again.
//   process-stuck.mjs parent down|up stream|data
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { connect } from "sluice";
import { parentLink, spawn } from "sluice/process";
import { memoryOf } from "./memory-of.mjs";

const [role, direction, way] = process.argv.slice(2);
const MiB = 2 ** 20;
const CHUNKS = 500;
const STILL = 500;

const api = {
  streams: { stuck: () => new Promise(() => {}) },
  methods: { flood: () => flood() },
};
const channel =
  role === "parent"
    ? await spawn(process.execPath, [fileURLToPath(import.meta.url), "child", direction, way], api)
    : connect(parentLink(), api);
channel.onData(() => new Promise(() => {}));

/** Sends until nothing more is taken. Returns how many chunks were. */
async function flood() {
  const writer = way === "data" ? undefined : channel.openStream("stuck").writable.getWriter();
  let taken = 0;
  const sending = (async () => {
    for (; taken < CHUNKS; taken++) {
      const chunk = new Uint8Array(MiB).fill(taken);
      await (writer === undefined ? channel.sendData(chunk) : writer.write(chunk));
    }
  })();
  sending.catch(() => {});
  for (;;) {
    const before = taken;
    await sleep(STILL);
    if (taken === before) return taken;
  }
}

if (role === "parent") {
  const pid = direction === "down" ? channel.pid : process.pid;
  const before = memoryOf(pid, "VmRSS");
  const taken = direction === "down" ? await flood() : await channel.call("flood");
  console.log(JSON.stringify({ taken, growth: memoryOf(pid, "VmHWM") - before }));
  channel.abort();
  await channel.exited;
}

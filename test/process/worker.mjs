// What the tests of `spawn` start. Arguments: where the control goes ("stdio" or "fd"), and what to do besides.
import { spawn } from "node:child_process";
import fs from "node:fs";
import process from "node:process";
import { connect, define } from "sluice";
import { parentLink } from "sluice/process";

const [control = "stdio", besides = ""] = process.argv.slice(2);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let bytes = 0;
let chunks = 0;
let heeded = 0;

const api = define({
  methods: {
    add: ([a, b]) => a + b,
    pid: () => process.pid,
    echo: ({ value }) => value,
    async *count({ to }) {
      for (let number = 1; number <= to; number += 1) yield number;
    },
    async received(_, { dataHandled }) {
      await dataHandled?.();
      return { bytes, chunks };
    },
    async sendBack({ count, size }) {
      for (let number = 0; number < count; number += 1) await channel.sendData(new Uint8Array(size).fill(number));
      return count;
    },
    /** Calls the parent back. */
    ask: ({ method, params }) => channel.call(method, params),
    print({ text, times = 1 }) {
      process.stdout.write(text.repeat(times));
    },
    log({ text }) {
      console.log(text);
      console.info(text);
    },
    fail({ text }) {
      process.stderr.write(text);
    },
    env: () => ({ env: { ...process.env }, argv: process.argv }),
    exit({ code }) {
      setTimeout(() => process.exit(code), 10);
    },
    /** Answers, and exits in the same turn as the answer is sent. */
    async last({ size, code }) {
      setTimeout(() => {
        resolveLast("x".repeat(size));
        queueMicrotask(() => queueMicrotask(() => setImmediate(() => process.exit(code))));
      }, 20);
      return lastAnswer;
    },
    never: () => new Promise(() => {}),
    busy({ ms }) {
      const end = Date.now() + ms;
      while (Date.now() < end);
    },
    /** Ends the data connections, and nothing else. */
    cutData() {
      const standard = [process.stdin, process.stdout, process.stderr];
      setTimeout(() => {
        for (const handle of process._getActiveHandles())
          if (handle.constructor.name === "Socket" && !standard.includes(handle)) handle.destroy();
      }, 10);
    },
    closeChannel() {
      setTimeout(() => channel.close(), 10);
    },
    deaf() {
      process.on("SIGTERM", () => {});
      setInterval(() => {}, 1_000);
    },
    /** Counts that signal; or exits with the code. */
    heed({ signal, code }) {
      process.on(signal, () => (code === undefined ? ++heeded : process.exit(code)));
    },
    heeded: () => heeded,
    stayAlive() {
      setInterval(() => {}, 1_000);
    },
  },
  streams: {
    echo: ({ readable, writable }) => readable.pipeTo(writable),
    /** Never reads. */
    hold: ({ readable }) => readable.closed ?? new Promise(() => {}),
  },
});

let resolveLast;
const lastAnswer = new Promise((resolve) => {
  resolveLast = resolve;
});

if (besides === "exit at once") {
  console.error("first line\nthe last words");
  process.exit(7);
}
if (besides === "never connect") {
  console.error("thinking");
  await wait(60_000);
}
if (besides === "leave a process") spawn("sleep", ["8"], { stdio: ["ignore", "inherit", "inherit"] }).unref();
if (besides === "last words") process.on("exit", () => fs.writeSync(2, "x".repeat(60_000)));
if (besides === "print first") console.log("before the link");
const channel = connect(parentLink({ control }), api);
channel.onData((chunk) => {
  chunks += 1;
  bytes += chunk.byteLength;
});
if (besides === "call first") await channel.call("hello", { pid: process.pid });
if (besides === "linger") setInterval(() => {}, 1_000);

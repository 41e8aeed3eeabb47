// A child after docs/protocol.md alone, which does one thing in another way. Argument: what.
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

const [what] = process.argv.slice(2);
const secretly = () => randomBytes(16).toString("hex");
const say = (message) => fs.writeSync(1, `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const hear = async () => JSON.parse((await lines.next()).value);
const heard = (socket) => new Promise((resolve) => socket.once("data", (bytes) => resolve(String(bytes))));

const parent = (await hear()).params.data;
const own = { path: path.join(path.dirname(parent.path), "child"), secret: secretly(), proof: secretly() };
const server = net.createServer(async (socket) => {
  server.close();
  await heard(socket);
  socket.write(`${what === "proves nothing" ? secretly() : parent.proof}\n`);
  // Hung up on.
  socket.on("close", () => process.exit(6));
});
if (what !== "has one connection") server.listen(own.path);

/** What it tells of itself, but for the rest. */
const odd = {
  "has one connection": { path: undefined, secret: undefined },
  "has no pid": { pid: undefined },
  "has a pid that is none": { pid: "1" },
  "has an empty path": { path: "" },
  "has a path that is not absolute": { path: "8080" },
  "has a path with a zero in it": { path: "/tmp/a\0b" },
  "listens nowhere": { path: `${own.path}-not` },
  "exits meanwhile": { path: `${own.path}-not` },
};
const data = { pid: process.pid, ...own, ...odd[what] };
const limits = { streams: 10, maxChunk: 1024 };
const hello = { version: 1, limits, initialCredit: { chunks: 1, bytes: 1024 }, data };
const greet = () => say({ method: "$/hello", params: hello });

const socket = net.connect(parent.path).on("error", () => {});
const introduce = () => socket.write(`${parent.secret}\n`);
if (what === "comes before its hello") {
  introduce();
  await sleep(200);
  greet();
} else {
  greet();
  if (what === "exits meanwhile") process.exit(9);
  introduce();
}
socket.on("close", () => process.exit(6));
for (;;) {
  const { id, method } = await hear();
  if (id !== undefined) say({ id, result: method });
}

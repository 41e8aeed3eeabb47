// A program for Node, Deno and Bun: the same through a port, a worker and a child process. Its arguments are the command
// of the child.
import process from "node:process";
import { connect } from "sluice";
import { messagePortLink } from "sluice/message-port";
import { spawn } from "sluice/process";
import { Worker, workerLink } from "sluice/worker";
import { type Api, api } from "./offers.ts";
import { use } from "./use.ts";

const { port1, port2 } = new MessageChannel();
connect(messagePortLink(port2), api);
const port = await use(connect<Api>(messagePortLink(port1)));

// This file may be run as it is, or compiled.
const beside = (name: string): URL => new URL(import.meta.url.replace(/main(?=\.\w+$)/, name));
const thread = new Worker(beside("worker"), { type: "module" });
const worker = await use(connect<Api>(workerLink(thread)));
thread.terminate();

const [command = "", ...args] = process.argv.slice(2);
const child = await use(await spawn<Api>(command, args));
console.log(JSON.stringify({ port, worker, child }));

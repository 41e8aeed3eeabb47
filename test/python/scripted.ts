/** A parent that says what its test has it say, byte by byte, and hears what comes back. It knows docs/protocol.md only. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { frameBytes } from "../unit/support/bytes.ts";
import { python, script } from "./python.ts";

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export const OPEN = 2;
export const ACCEPT = 3;
export const REFUSE = 4;
export const END = 6;
export const ENDED = 7;
export const ERROR = 8;
export const CREDIT = 9;
export const CANCEL = 10;

type Message = Record<string, unknown>;

export class ScriptedParent {
  readonly child: ChildProcessWithoutNullStreams;
  /** What has come and was not taken. */
  readonly messages: Message[] = [];
  readonly frames: Frame[] = [];
  stderr = "";
  #data!: net.Socket;
  #rest: Buffer = Buffer.alloc(0);

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child;
    createInterface(child.stdout).on("line", (line) => this.messages.push(JSON.parse(line)));
    child.stderr.on("data", (bytes) => {
      this.stderr += bytes;
    });
    child.stdin.on("error", () => {});
  }

  /** A child that is connected. `besides` goes into the parent's hello. */
  static async meet(besides: Message = {}): Promise<ScriptedParent> {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "sp-"));
    const parent = new ScriptedParent(spawn(String(python), [script("worker.py")]));
    onTestFinished(() => {
      parent.child.kill("SIGKILL");
      fs.rmSync(directory, { recursive: true });
    });
    const secret = randomBytes(16).toString("hex");
    const server = net.createServer().listen(path.join(directory, "parent"));
    await once(server, "listening");
    const limits = { streams: 100, unaccepted: 100, calls: 100, maxChunk: 1 << 24, message: 1 << 20 };
    const data = { pid: process.pid, path: server.address(), secret, proof: randomBytes(16).toString("hex") };
    const says = { version: 1, limits, initialCredit: { chunks: 1, bytes: 65_536 }, data, ...besides };
    parent.line(JSON.stringify({ jsonrpc: "2.0", method: "$/hello", params: says }));
    const [socket] = (await once(server, "connection")) as [net.Socket];
    server.close();
    parent.#data = socket;
    const said = Buffer.concat([await once(socket, "data").then(([bytes]) => bytes)]).toString();
    const hello = (await parent.message()) as { params: { data: { proof: string } } };
    if (said !== `${secret}\n`) throw new Error(`The child has said ${JSON.stringify(said)}`);
    socket.write(`${hello.params.data.proof}\n`);
    socket.on("data", (bytes) => parent.#read(bytes)).on("error", () => {});
    return parent;
  }

  /** A line on the child's stdin. */
  line(text: string | Buffer): void {
    this.child.stdin.write(text);
    this.child.stdin.write("\n");
  }

  say(message: Message | readonly unknown[]): void {
    this.line(JSON.stringify(message));
  }

  call(id: unknown, method: string, params: unknown = {}): void {
    this.say({ jsonrpc: "2.0", id, method, params });
  }

  /** The next message of the child. */
  async message(): Promise<Message> {
    return next(
      this.messages,
      () => true,
      "message",
      () => this.stderr,
    );
  }

  /** The next frame of that type, of that stream. */
  async frame(type: number, stream: number): Promise<Frame> {
    const isIt = (frame: Frame): boolean => frame.type === type && frame.stream === stream;
    return next(this.frames, isIt, `frame ${type} of stream ${stream}`, () => this.stderr);
  }

  send(type: number, stream: number, payload: Buffer | Message = Buffer.alloc(0), flags = 0, total = 0): void {
    const body = Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload));
    this.#data.write(frameBytes({ type, flags, stream, total }, body));
  }

  open(stream: number, name: string, codec: string, limit: number, unit = "chunks"): void {
    this.send(OPEN, stream, { name, codec, readable: { unit, limit, bytes: 1 << 23, fixed: true } });
  }

  credit(stream: number, limit: number): void {
    this.send(CREDIT, stream, floats(limit, 1 << 23));
  }

  cutData(): void {
    this.#data.destroy();
  }

  #read(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (;;) {
      const rest = this.#rest;
      if (rest.length < 16) return;
      const length = rest.readUInt32LE(0);
      const padded = length + (-length & 7);
      if (rest.length < 16 + padded) return;
      const payload = rest.subarray(16, 16 + length);
      this.frames.push({ type: rest[4] ?? 0, flags: rest[5] ?? 0, stream: rest.readUInt32LE(8), payload });
      this.#rest = rest.subarray(16 + padded);
    }
  }
}

export function floats(...values: number[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  for (const [at, value] of values.entries()) bytes.writeDoubleLE(value, 8 * at);
  return bytes;
}

async function next<T>(list: T[], isIt: (item: T) => boolean, what: string, more: () => string): Promise<T> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    const at = list.findIndex(isIt);
    if (at >= 0) return list.splice(at, 1)[0] as T;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`No ${what} has come; there are ${JSON.stringify(list.slice(0, 5))}\n${more()}`);
}

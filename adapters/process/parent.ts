/** The child's side: the link to the process that has spawned it. The two may be written in any language. */
import { Buffer } from "node:buffer";
import fs from "node:fs";
import net from "node:net";
import process from "node:process";
import type { Readable } from "node:stream";
import { type ByteLinkReceiver, type Framed, framed } from "../../src/bytes.ts";
import { mistake } from "../../src/errors.ts";
import { consoleToStderr } from "./console.ts";
import { type Message, strayError } from "./control-lines.ts";
import { besideParent } from "./directory.ts";
import { ProcessLink } from "./link.ts";
import { Listener } from "./listener.ts";
import { checkParentOptions } from "./options.ts";
import type { ParentLinkOptions } from "./types.ts";
import { writeAll } from "./write-all.ts";

/** The inherited descriptor, with `control: "fd"`. */
const CONTROL_FD = 3;
const STDOUT_FD = 1;
const STDERR_FD = 2;
/** How long a program may go on when its parent is gone, in milliseconds. */
const ORPHAN_TIME = 1_000;

let linked = false;

/**
 * In a process that was started by `spawn`: the link to its parent. Call it before anything is printed: stdout carries
 * the calls, and from now on `console` prints to stderr. When the parent is gone, the process ends within a second.
 */
export function parentLink(options: ParentLinkOptions = {}): Framed {
  checkParentOptions(options);
  if (linked) {
    const message = "Cannot link to the parent: this process has its link already, call parentLink() once";
    throw mistake(new TypeError(message), "NO_PARENT");
  }
  const control = options.control === "fd" ? descriptorControl() : stdioControl();
  linked = true;
  return framed(new ParentLink(control, options));
}

/** The two directions of the control channel. */
interface Control {
  readonly input: Readable;
  /** Returns once the system has it, wherever that is possible. */
  write(line: string): void;
  /** Lets go of it, so that it keeps the process alive no more. */
  leave(): void;
}

function stdioControl(): Control {
  if (process.stdin.isTTY) throw noParent("its stdin is a terminal");
  consoleToStderr();
  // On a line of its own, whatever the program has written to stdout before.
  const write = (line: string): void => writeAll(STDOUT_FD, Buffer.from(`\n${line}\n`));
  return { input: process.stdin, write, leave: () => process.stdin.destroy() };
}

function descriptorControl(): Control {
  const write = (line: string): void => writeAll(CONTROL_FD, Buffer.from(`${line}\n`));
  try {
    // Bun has no sockets of descriptors.
    if ("Bun" in globalThis) {
      fs.fstatSync(CONTROL_FD);
      const input = fs.createReadStream("", { fd: CONTROL_FD });
      return { input, write, leave: () => input.destroy() };
    }
    const socket = new net.Socket({ fd: CONTROL_FD });
    // Deno's files do not know descriptors that it has not opened. What it writes to a socket that takes it, is written at once.
    if ("Deno" in globalThis) {
      const leave = (): unknown => socket.end(() => socket.destroy());
      return { input: socket, write: (line) => socket.write(`${line}\n`), leave };
    }
    return { input: socket, write, leave: () => socket.destroy() };
  } catch (cause) {
    throw noParent(`it has inherited no descriptor ${CONTROL_FD}`, cause);
  }
}

function noParent(why: string, cause?: unknown): TypeError {
  const message = `Cannot link to a parent: ${why}; start this program by spawn(), with the same option control`;
  return mistake(new TypeError(message, { cause }), "NO_PARENT");
}

/** Somebody has started this program by hand, or speaks to it elsewhere. */
function sayUnmet(): void {
  try {
    fs.writeSync(STDERR_FD, `${noParent("its control channel has ended before anything came").message}\n`);
  } catch {
    // It was a parent, and is gone: nobody reads.
  }
}

class ParentLink extends ProcessLink {
  readonly #control: Control;
  readonly #onStray: ((error: Error) => void) | undefined;
  /** The parent's first line is being answered: those that came meanwhile. */
  #waiting: string[] | undefined = undefined;
  #met = false;
  #gone = false;

  constructor(control: Control, options: ParentLinkOptions) {
    super("the parent", options.heartbeat ?? 0, ["control"]);
    this.#control = control;
    this.#onStray = options.onStray;
  }

  override listen(receiver: ByteLinkReceiver): void {
    super.listen(receiver);
    const { input } = this.#control;
    const over = (): void => {
      this.#gone = true;
      this.controlOver("The parent process is gone: it has closed the control channel without closing the channel");
    };
    input.on("data", (bytes: Buffer) => this.lines.push(bytes));
    input.on("end", over).on("error", over).on("close", over);
  }

  override post(line: string): void {
    if (this.closed || this.#gone) return;
    try {
      this.#control.write(line);
    } catch {
      // Nobody reads any more: the end of the input tells.
    }
  }

  /** A child lives as long as its channel: work comes from nowhere else. */
  override keepAlive(): void {}

  override fail(error: Error): void {
    if (this.closed) return;
    super.fail(error);
    process.exitCode ??= 1;
    if (!this.#met) sayUnmet();
    setTimeout(() => process.exit(1), ORPHAN_TIME).unref();
  }

  protected override leave(): void {
    this.#control.leave();
  }

  protected override stray(line: string): void {
    if (this.#onStray !== undefined) this.#onStray(strayError("the parent", line));
    else process.stderr.write(`${line}\n`);
  }

  protected override message(line: string, parsed: Message): void {
    if (this.#waiting !== undefined) this.#waiting.push(line);
    else if (this.#met) super.message(line, parsed);
    else {
      this.#waiting = [line];
      this.#meet(parsed);
    }
  }

  /** Our hello tells where we listen, which is beside the parent: so its hello comes first. */
  async #meet(parsed: Message): Promise<void> {
    const path = pathIn(parsed);
    // Where we cannot listen, one connection has to do for both ways.
    const listener = path === undefined ? undefined : await Listener.open(besideParent(path)).catch(() => undefined);
    if (listener !== undefined) this.data.use(listener);
    this.#met = true;
    this.receiver?.met(false);
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const line of waiting) this.receiver?.text(line);
  }
}

function pathIn(message: Message): string | undefined {
  const { method, params } = message as { method?: unknown; params?: { data?: { path?: unknown } | null } | null };
  const path = method === "$/hello" ? params?.data?.path : undefined;
  return typeof path === "string" ? path : undefined;
}

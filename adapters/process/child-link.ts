/** The parent's side: the link to a child that it has spawned. */
import { Buffer } from "node:buffer";
import type { ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { LinkError } from "../../src/errors.ts";
import type { ByteLinkReceiver } from "../../src/link.ts";
import { strayError } from "./control-lines.ts";
import type { Directory } from "./directory.ts";
import { ProcessLink } from "./link.ts";
import type { Listener } from "./listener.ts";
import type { Stderr } from "./stderr.ts";

/** What a child that reads no control may leave with us, in bytes. */
const MOST_UNREAD = 16 * 1024 * 1024;

/** How long the ends of its outputs may come after its exit, in milliseconds. */
const LAST_WORDS = 200;

/** Stray lines in one read, beyond which other events come first. */
const MOST_STRAYS = 100;

export interface Child {
  /** As errors call it: its command and pid. */
  readonly name: string;
  readonly process: ChildProcess;
  readonly control: "stdio" | "fd";
  readonly stderr: Stderr;
  readonly directory: Directory;
  readonly listener: Listener;
  readonly heartbeat: number;
  readonly onStray: ((error: Error) => void) | undefined;
}

interface Counted {
  ref?(): void;
  unref?(): void;
}

export class ChildLink extends ProcessLink {
  /** The data connections stand. */
  readonly started: Promise<void>;
  readonly #child: Child;
  readonly #input: Writable;
  readonly #output: Readable;
  #settleStarted!: () => void;
  /** Nothing can be read any more. */
  readonly #outputEnded: Promise<void>;
  #settleOutputEnded!: () => void;
  /** Bytes of control that the system has not taken yet. Bun's streams do not tell. */
  #unread = 0;
  /** Lines that were no messages, of one read. */
  #strays: string[] = [];
  #starting = true;
  #wanted = true;
  /** Its end is waited for. */
  #held = false;
  /** It has exited, and all that it has said is there. */
  #gone = false;
  /** What all that belongs to the child was told last. */
  #counted = true;

  constructor(child: Child) {
    super(child.name, child.heartbeat, ["control", "process"]);
    this.#child = child;
    this.started = new Promise((resolve) => {
      this.#settleStarted = resolve;
    });
    this.#outputEnded = new Promise((resolve) => {
      this.#settleOutputEnded = resolve;
    });
    const { stdin, stdout, stdio } = child.process;
    const inherited = stdio[3] as unknown as (Readable & Writable) | undefined;
    this.#input = (child.control === "fd" ? inherited : stdin) as Writable;
    this.#output = (child.control === "fd" ? inherited : stdout) as Readable;
    this.data.use(child.listener);
  }

  override listen(receiver: ByteLinkReceiver): void {
    super.listen(receiver);
    const what = `${this.#child.name} has closed its control channel`;
    const over = (): void => {
      this.controlOver(what);
      this.#settleOutputEnded();
    };
    this.#output.on("data", (bytes: Buffer) => {
      this.lines.push(bytes);
      if (this.#strays.length > MOST_STRAYS) this.#breathe();
      this.#passStrays();
    });
    this.#output.on("end", over).on("error", over).on("close", over);
    // That nobody reads any more shows elsewhere, too, unless the child has closed its stdin only (in Bun it then shows
    // nowhere: it drops the errors of small writes). What it has printed is still to be read.
    this.#input.on("error", () => this.ending.over("control", new LinkError("CONNECTION_LOST", what)));
    this.#child.process.on("exit", (code, signal) => this.#exited(code, signal));
    queueMicrotask(() => this.receiver?.met(true));
  }

  override post(line: string): void {
    if (this.closed || !this.#input.writable) return;
    const bytes = Buffer.from(`${line}\n`);
    this.#unread += bytes.length;
    this.#input.write(bytes, () => {
      this.#unread -= bytes.length;
    });
    if (this.#unread <= MOST_UNREAD) return;
    const message = `${this.#child.name} has left more than ${MOST_UNREAD} bytes of control unread: see what keeps it, or make fewer calls at once`;
    // Not from within what the core does just now.
    queueMicrotask(() => this.fail(new LinkError("CONNECTION_LOST", message)));
  }

  override keepAlive(on: boolean): void {
    this.#wanted = on;
    if (on) this.#count();
    // One call often follows another, and much is to be told.
    else this.scheduler.defer(this.#count);
  }

  /** Keeps our process alive from now on until the child has exited. */
  hold(): void {
    this.#held = true;
    this.#count();
  }

  override close(): void {
    super.close();
    this.#child.directory.remove();
    this.#starting = false;
    this.#count();
  }

  protected override leave(): void {
    this.#input.end();
  }

  protected override stray(line: string): void {
    const { name, onStray } = this.#child;
    this.#strays.push(line);
    if (onStray !== undefined) onStray(strayError(name, line));
  }

  protected override controlOver(what: string): void {
    super.controlOver(what);
    this.#passStrays();
  }

  #passStrays(): void {
    if (this.#strays.length === 0) return;
    const { onStray, stderr } = this.#child;
    if (onStray === undefined) stderr.pass(Buffer.from(`${this.#strays.join("\n")}\n`));
    this.#strays = [];
  }

  protected override connected(): void {
    this.#start();
    super.connected();
  }

  #start(): void {
    this.#child.directory.remove();
    this.#starting = false;
    this.#settleStarted();
    this.#count();
  }

  #exited(code: number | null, signal: string | null): void {
    const how = signal === null ? `has exited with code ${code}` : `was ended by ${signal}`;
    const early = this.#starting;
    const { name, stderr } = this.#child;
    this.ending.exited();
    this.#outputsOver().then(() => {
      const what = `${name} ${how}${early ? " before it was connected" : ""}${stderr.lastWords}`;
      this.ending.over("process", new LinkError(early ? "EXITED_EARLY" : "CONNECTION_LOST", what));
      this.#gone = true;
      this.#count();
    });
  }

  /** Its last words may be on their way still; a process of its own may keep its outputs open for ever. */
  async #outputsOver(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => {
      // What has arrived while the event loop was held up is read first.
      timer = setTimeout(() => setImmediate(resolve), LAST_WORDS);
    });
    await Promise.race([Promise.all([this.#child.stderr.ended, this.#outputEnded]), patience]);
    clearTimeout(timer);
  }

  /** A child that prints without end must not keep our process from all else. */
  #breathe(): void {
    this.#output.pause();
    setImmediate(() => this.#output.resume());
  }

  /** Whether all that belongs to the child keeps us alive. */
  readonly #count = (): void => {
    // What a process of the child's own keeps open is not waited for.
    const on = !this.#gone && (this.#wanted || this.#starting || this.#held);
    // Bun counts how often it was asked.
    if (on === this.#counted) return;
    this.#counted = on;
    this.data.keepAlive(on);
    const child = this.#child.process;
    for (const counted of [child, this.#input, this.#output, child.stderr] as (Counted | null)[]) {
      if (on) counted?.ref?.();
      else counted?.unref?.();
    }
  };
}

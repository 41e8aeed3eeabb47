/** A channel to a process that we have spawned, and that process: it ends when its channel has. */
import type { ChildProcess } from "node:child_process";
import type { Untyped } from "../../src/api.ts";
import { framed } from "../../src/bytes.ts";
import { Channel } from "../../src/channel.ts";
import type { ConnectOptions } from "../../src/options.ts";
import { LONGEST } from "../message-port/scheduler.ts";
import type { ChildLink } from "./child-link.ts";
import { checkSignal } from "./options.ts";
import { sendSignal } from "./signal.ts";
import type { Stderr } from "./stderr.ts";
import { Termination } from "./termination.ts";
import type { Exit, ShutdownTimes } from "./types.ts";

/** Its number, everywhere. */
const SIGKILL = 9;

/** What `spawn` makes one of. */
export interface WorkerParts {
  readonly link: ChildLink;
  readonly child: ChildProcess;
  readonly stderr: Stderr;
  readonly connect: ConnectOptions;
  readonly shutdown: Required<ShutdownTimes>;
}

/** What `spawn` gives: a channel, and the process at its other end. */
export class WorkerProcess<Api = Untyped> extends Channel<Api> {
  readonly pid: number;
  /**
   * Resolves when the process has ended, however. An idle channel does not keep ours alive, nor does waiting for this:
   * `ref()` does, and so do `close()`, `abort()` and `kill("SIGKILL")` until then.
   */
  readonly exited: Promise<Exit>;
  /**
   * What the process prints to its stderr. While nobody reads it, the last 64 KiB are kept and the process goes on; a
   * reader keeps it waiting as any stream does. What it prints to a stdout that carries the calls comes here as well, and
   * cannot wait: of that, the oldest is dropped when the reader is 64 KiB behind.
   */
  readonly stderr: ReadableStream<Uint8Array>;
  readonly #link: ChildLink;
  readonly #child: ChildProcess;
  readonly #termination: Termination;
  readonly #finish: number;
  #closing: Promise<void> | undefined = undefined;

  /** Made by `spawn` only. */
  constructor({ link, child, stderr, connect, shutdown }: WorkerParts) {
    super(framed(link), connect);
    this.pid = child.pid as number;
    this.stderr = stderr.readable;
    this.#link = link;
    this.#child = child;
    this.#finish = shutdown.finish;
    this.#termination = new Termination(child, shutdown);
    this.exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => resolve({ code, signal }));
    });
    this.closed.then(
      () => this.#termination.go("wait"),
      () => {
        // Until it is known that the child is gone, SIGKILL may be needed.
        this.#hold();
        this.#termination.go("terminate");
      },
    );
  }

  /**
   * Sends the process a signal, SIGTERM if none is named. Returns whether that was possible; with 0, which sends none,
   * whether it would be.
   */
  kill(signal: NodeJS.Signals | number = "SIGTERM"): boolean {
    checkSignal(signal);
    const sent = sendSignal(this.#child, signal);
    if (sent && (signal === "SIGKILL" || signal === SIGKILL)) this.#hold();
    return sent;
  }

  /**
   * Finishes what is under way on both sides, takes nothing new, then ends the process: it may exit by itself, then gets
   * SIGTERM, then SIGKILL, each after its time in the option `shutdown`. Resolves when it has ended.
   */
  override close(): Promise<void> {
    if (this.#closing === undefined) {
      this.#closing = this.#close();
      // `closed` says the same: nobody need wait here.
      this.#closing.catch(() => {});
    }
    return this.#closing;
  }

  /** Keeps our process alive until the child has ended. */
  #hold(): void {
    this.#link.hold();
    this.#termination.hold();
  }

  async #close(): Promise<void> {
    this.#hold();
    const giveUp = (): void =>
      this.abort(
        new DOMException(
          `Streams and calls were not done within ${this.#finish} ms of close(): allow more by the option shutdown.finish`,
          "TimeoutError",
        ),
      );
    const timer = later(this.#finish, giveUp);
    try {
      await super.close();
    } finally {
      clearTimeout(timer);
      await this.exited;
    }
  }
}

function later(ms: number, task: () => void): ReturnType<typeof setTimeout> | undefined {
  return ms > LONGEST ? undefined : setTimeout(task, ms);
}

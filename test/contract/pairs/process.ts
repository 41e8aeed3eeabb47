/** Pairs whose far end is in a child process, which runs what was built. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type ByteLink, type ByteLinkReceiver, connect, type Scheduler } from "sluice";
import { ChildLink } from "../../../adapters/process/child-link.ts";
import { Directory } from "../../../adapters/process/directory.ts";
import { Listener } from "../../../adapters/process/listener.ts";
import { Stderr } from "../../../adapters/process/stderr.ts";
import { type Ask, Far } from "../suite/far.ts";
import type { MakePair } from "../suite/pair.ts";
import { native } from "./in-process.ts";

const fixture = fileURLToPath(new URL("../../fixtures/process.mjs", import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly ask: Ask;
}

/** The next child loads while a test still runs. */
let spare: Started | undefined;

function load(): Started {
  const child = spawn(process.execPath, [fixture], {
    stdio: ["pipe", "pipe", "pipe", "ipc"],
    serialization: "advanced",
  });
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: unknown): void }>();
  let last = 0;
  child.on("message", ({ id, answer, failure }: { id: number; answer: unknown; failure?: unknown }) => {
    if (failure) waiting.get(id)?.reject(Object.assign(new Error("The far side could not answer"), { failure }));
    else waiting.get(id)?.resolve(answer);
    waiting.delete(id);
  });
  child.once("exit", () => {
    for (const { reject } of waiting.values()) reject(new Error("The child has ended"));
  });
  const ask: Ask = (question, ...args) => {
    const answer = new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      child.send({ id, question, args }, (error) => error && reject(error));
    });
    // A test need not wait for every answer.
    answer.catch(() => {});
    return answer;
  };
  return { child, ask };
}

/** A link to a child, of which the listener is made when the link is listened to: a pair is made at once. */
class LateLink implements ByteLink {
  readonly kind = "bytes";
  readonly trusted = true;
  readonly heartbeat = 0;
  readonly scheduler: Scheduler;
  readonly hello: Readonly<Record<string, unknown>>;
  readonly directory: Directory = Directory.make();
  readonly #child: ChildProcess;
  #link: ChildLink | undefined = undefined;
  #closed = false;

  constructor(child: ChildProcess, scheduler: Scheduler) {
    this.#child = child;
    this.scheduler = scheduler;
    const told = (key: string): unknown => this.#link?.hello[key];
    this.hello = Object.defineProperties(
      {},
      Object.fromEntries(
        ["pid", "path", "secret", "proof"].map((key) => [key, { enumerable: true, get: () => told(key) }]),
      ),
    );
  }

  listen(receiver: ByteLinkReceiver): void {
    void Listener.open(this.directory.path).then((listener) => {
      if (this.#closed) {
        listener.close();
        return;
      }
      const child = this.#child;
      const { directory } = this;
      const stderr = new Stderr(child.stderr);
      const onStray = undefined;
      this.#link = new ChildLink({
        name: "The child",
        process: child,
        control: "stdio",
        stderr,
        directory,
        listener,
        heartbeat: 0,
        onStray,
      });
      this.#link.listen(receiver);
    });
  }

  greeted(hello: Readonly<Record<string, unknown>>): void {
    this.#link?.greeted(hello);
  }

  post(line: string): void {
    this.#link?.post(line);
  }

  write(parts: readonly Uint8Array[], taken: () => void): boolean {
    return this.#link?.write(parts, taken) ?? false;
  }

  keepAlive(on: boolean): void {
    this.#link?.keepAlive(on);
  }

  close(): void {
    this.#closed = true;
    this.#link?.close();
    this.directory.remove();
  }
}

export function inProcessOfItsOwn(scheduler: Scheduler): MakePair {
  return (options) => {
    const { child, ask } = spare ?? load();
    spare = load();
    void ask("setUp", options.far ?? {});
    const exit = new Promise((resolve) => child.once("exit", resolve));
    const near = connect(new LateLink(child, scheduler), options.near);
    return {
      near,
      far: new Far(ask),
      classes: native,
      async kill() {
        child.kill("SIGKILL");
        await exit;
      },
      async dispose() {
        near.abort();
        child.kill("SIGKILL");
        await exit;
      },
    };
  };
}

/** The child that no test has taken. */
export function endSpare(): void {
  spare?.child.kill("SIGKILL");
}

/**
 * Pairs whose far end is in a child process, which runs what was built. A pair is there at once, so the children are
 * started ahead: each link is made as `spawn` makes it, from a child that runs already.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Channel, connect } from "sluice";
import { framed } from "sluice/bytes";
import { ChildLink } from "../../../adapters/process/child-link.ts";
import { Directory } from "../../../adapters/process/directory.ts";
import { Listener } from "../../../adapters/process/listener.ts";
import { Stderr } from "../../../adapters/process/stderr.ts";
import { type Ask, Far } from "../suite/far.ts";
import type { MakePair } from "../suite/pair.ts";
import { native } from "./in-process.ts";

const fixture = fileURLToPath(new URL("../../fixtures/process.mjs", import.meta.url));
/** As many pairs as one test makes. */
const AHEAD = 2;
/**
 * Looks in a row at which both accounts are as they were. A child has a turn of its event loop between two looks, in
 * which it takes what its socket has, but 128 KiB at the most: so many are the largest chunk of any test, twice.
 */
const STILL = 16;

interface Started {
  readonly child: ChildProcess;
  readonly ask: Ask;
  readonly directory: Directory;
  readonly listener: Listener;
  readonly exited: Promise<unknown>;
  /** All that it has printed to its stderr. */
  printed(): string;
}

/** Children that wait for a test. */
export class Children {
  readonly #base = fs.mkdtempSync(path.join(os.tmpdir(), "sp-"));
  #spares: Started[] = [];
  #loading: Promise<Started>[] = [];

  /** Resolves when there are as many as a test may take. */
  async ready(): Promise<void> {
    while (this.#spares.length + this.#loading.length < 2 * AHEAD) this.#more();
    while (this.#spares.length < AHEAD) await Promise.race(this.#loading);
  }

  readonly makePair: MakePair = (options) => {
    const taken = this.#take();
    const { child, ask, directory, listener, exited, printed } = taken;
    const stderr = new Stderr(null);
    const link = new ChildLink({
      name: `The child (pid ${child.pid})`,
      process: child,
      control: "stdio",
      stderr,
      directory,
      listener,
      heartbeat: 0,
      onStray: undefined,
    });
    let near: Channel;
    try {
      near = connect(framed(link), options.near);
    } catch (error) {
      // Its options are refused: the child is none the wiser.
      this.#spares.unshift(taken);
      throw error;
    }
    const far = new Far(ask);
    void ask("setUp", options.far ?? {});
    let met = false;
    near.ready.then(
      () => {
        met = true;
      },
      () => {},
    );
    const end = async (): Promise<void> => {
      child.kill("SIGKILL");
      await exited;
    };
    return {
      near,
      far,
      classes: native,
      // The data have a way of their own, on which no call goes: round trips tell nothing of it.
      idle: () => stillness(near, far),
      async kill() {
        // `spawn` gives no channel before its data can go, and tells otherwise of a child that dies before.
        if (met) await link.started;
        await end();
      },
      async dispose() {
        near.abort();
        await end();
        // As `spawn` does: the child may have made its socket after the link was closed.
        directory.remove();
        // What its runtime has to say: a rejection that nobody has handled, a warning.
        if (printed() !== "") throw new Error(`The child has printed ${printed()}`);
      },
    };
  };

  /** Ends those that no test has taken. */
  async end(): Promise<void> {
    this.#spares.push(...(await Promise.all(this.#loading)));
    for (const { child, directory, listener } of this.#spares) {
      child.kill("SIGKILL");
      listener.close();
      directory.remove();
    }
    await Promise.all(this.#spares.map(({ exited }) => exited));
    // Of those that were taken, too, nothing is left.
    fs.rmdirSync(this.#base);
  }

  #take(): Started {
    const taken = this.#spares.shift();
    if (taken === undefined) throw new Error(`A test has made more than ${AHEAD} pairs`);
    return taken;
  }

  #more(): void {
    const loading = load(this.#base);
    this.#loading.push(loading);
    void loading.then((started) => {
      this.#loading.splice(this.#loading.indexOf(loading), 1);
      this.#spares.push(started);
    });
  }
}

/** A child that runs the fixture and has loaded all that it needs, and a way to ask it which is no part of the link. */
async function load(base: string): Promise<Started> {
  const directory = Directory.make(base);
  const listener = await Listener.open(directory.path);
  const child = spawn(process.execPath, [fixture], {
    stdio: ["pipe", "pipe", "pipe", "ipc"],
    serialization: "advanced",
  });
  const exited = once(child, "exit");
  let text = "";
  child.stderr?.on("data", (more) => {
    text += more;
  });
  return { child, ask: asking(child), directory, listener, exited, printed: () => text };
}

/** Waits until nothing has moved at either end, `STILL` times in a row. */
async function stillness(near: Channel, far: Far): Promise<void> {
  let before: string | undefined;
  for (let still = 0; still < STILL; ) {
    const now = JSON.stringify([near.stats(), (await far.started()) && (await far.channelStats())]);
    still = now === before ? still + 1 : 0;
    before = now;
  }
}

function asking(child: ChildProcess): Ask {
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: unknown): void }>();
  let last = 0;
  child.on("message", ({ id, answer, failure }: { id: number; answer?: unknown; failure?: unknown }) => {
    if (failure) waiting.get(id)?.reject(Object.assign(new Error("The far side could not answer"), { failure }));
    else waiting.get(id)?.resolve(answer);
    waiting.delete(id);
  });
  child.once("exit", () => {
    for (const { reject } of waiting.values()) reject(new Error("The child has ended"));
  });
  return (question, ...args) => {
    const answer = new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      child.send({ id, question, args }, (error) => error && reject(error));
    });
    // A test need not wait for every answer.
    answer.catch(() => {});
    return answer;
  };
}

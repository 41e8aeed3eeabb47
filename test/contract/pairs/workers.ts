/**
 * Workers for the far sides of pairs. To start one takes longer than most tests, so one that a test has left as it was
 * found serves the next: its channel was closed, in peace at both ends, and nothing that was asked waits for an answer.
 * Any other is terminated. What a channel has left behind in a worker fails its test.
 */
import { type Channel, connect, type Link } from "sluice";
import type { WorkerLinkOptions } from "sluice/worker";
import { Far } from "../suite/far.ts";
import type { MakePair, PairOptions } from "../suite/pair.ts";
import { native } from "./in-process.ts";
import type { Questions } from "./questions.ts";

export interface FarWorker extends Questions {
  readonly worker: { postMessage(message: unknown): void };
  /** What it failed with, though no test has asked for it. */
  readonly failures: unknown[];
  /** Calls `hear` with what the worker says on its own port; returns what stops that. */
  listen(hear: (said: { readonly left?: string[] }) => void): () => void;
  terminate(): Promise<void> | void;
  /** Whether it keeps the process alive. */
  keepAlive?(on: boolean): void;
}

/** How many channels a worker serves, one after the other. */
const CHANNELS = 25;
/** How long it may take to close a channel with nothing under way, and to hear what it has left, in milliseconds. */
const CLOSING = 500;

export class Workers<W extends FarWorker> {
  readonly #load: () => W;
  /** How many load while a test still runs. */
  readonly #ahead: number;
  readonly #fresh: W[] = [];
  readonly #used: W[] = [];
  readonly #served = new WeakMap<W, number>();

  constructor(load: () => W, ahead = 1) {
    this.#load = load;
    this.#ahead = ahead;
  }

  /** One for a new channel: one that has served none where the test looks at its life, or at how it begins. */
  take({ freshFar, far }: PairOptions = {}): W {
    const worker = (freshFar || far?.late ? undefined : this.#used.pop()) ?? this.#takeFresh();
    worker.keepAlive?.(true);
    this.#served.set(worker, (this.#served.get(worker) ?? 0) + 1);
    return worker;
  }

  #takeFresh(): W {
    const worker = this.#fresh.shift() ?? this.#load();
    while (this.#fresh.length < this.#ahead) {
      const next = this.#load();
      next.keepAlive?.(false);
      this.#fresh.push(next);
    }
    return worker;
  }

  /** Ends the channel, and the worker with it unless it may serve another. Rejects if something was left in it. */
  async giveBack(worker: W, near: Channel, far: Far): Promise<void> {
    const left = worker.failures.length === 0 ? await leave(worker, near, far) : undefined;
    const isAsNew = left?.length === 0 && worker.failures.length === 0;
    if (isAsNew && this.#served.get(worker) !== CHANNELS) {
      worker.keepAlive?.(false);
      this.#used.push(worker);
      return;
    }
    near.abort();
    await worker.terminate();
    if (worker.failures.length > 0) throw worker.failures[0];
    if (left !== undefined && left.length > 0) throw new Error(`Left behind in the worker: ${left.join(", ")}`);
  }
}

/** Makes pairs whose far sides are in `workers`, over links that `linkTo` makes. */
export function inWorkers<W extends FarWorker>(
  workers: Workers<W>,
  linkTo: (worker: W["worker"]) => Link,
  link: WorkerLinkOptions,
): MakePair {
  return (options) => {
    const started = workers.take(options);
    const { worker, ask } = started;
    void ask("setUp", options.far ?? {}, link);
    const near = connect(linkTo(worker), options.near);
    const far = new Far(ask);
    return {
      near,
      far,
      classes: native,
      kill: () => started.terminate(),
      dispose: () => workers.giveBack(started, near, far),
    };
  };
}

/** Resolves with what was left in the worker; `undefined`: the channel was not closed in peace at both ends. */
async function leave(worker: FarWorker, near: Channel, far: Far): Promise<string[] | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), CLOSING);
  });
  const closed = async (): Promise<string[] | undefined> =>
    (await endsInPeace(worker, near, far)) ? leftIn(worker) : undefined;
  try {
    return await Promise.race([closed(), late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** By the worker's own port, so that all that was said there before has come: what it finds left behind. */
function leftIn({ worker, listen }: FarWorker): Promise<string[]> {
  return new Promise((resolve) => {
    const stop = listen(({ left }) => {
      if (left === undefined) return;
      stop();
      resolve(left);
    });
    worker.postMessage({ leave: true });
  });
}

/**
 * Closes the channel, after the streams that the far side's puppets were left with, and tells whether that went well at
 * both ends. Where anything else is under way, nobody would end it.
 */
async function endsInPeace({ unanswered }: FarWorker, near: Channel, far: Far): Promise<boolean> {
  const { state } = near.stats();
  if (unanswered() > 0 || (state !== "open" && state !== "closed")) return false;
  await far.endAll();
  const { calls, streams } = await far.channelStats();
  if (calls > 0 || streams.length > 0) return false;
  await near.close();
  await near.closed;
  return (await far.closed()).error === undefined;
}

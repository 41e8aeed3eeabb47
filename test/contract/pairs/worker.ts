/** Pairs whose far end is in a worker of `node:worker_threads`, which runs what was built. */
import { connect, type StreamClasses } from "sluice";
import { Worker, type WorkerLinkOptions, workerLink } from "sluice/worker";
import { type Ask, Far } from "../suite/far.ts";
import type { MakePair, PairOptions } from "../suite/pair.ts";

const classes: Required<StreamClasses> = {
  ReadableStream,
  WritableStream,
  ByteLengthQueuingStrategy,
  CountQueuingStrategy,
};
const fixture = new URL("../../fixtures/worker.mjs", import.meta.url);

interface Started {
  readonly worker: Worker;
  readonly ask: Ask;
}

/** The next worker loads while a test still runs. */
let spare: Started | undefined;

/** A worker that runs the fixture, and a way to ask it which is no part of the link. */
export function startWorker(spec: PairOptions["far"] = {}, link: WorkerLinkOptions = {}): Started {
  const { worker, ask } = spare ?? load();
  spare = load();
  spare.worker.unref();
  worker.ref();
  void ask("setUp", spec, link);
  return { worker, ask };
}

function load(): Started {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(fixture, { workerData: { questions: port2 }, transferList: [port2 as never] });
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: unknown): void }>();
  let last = 0;
  port1.onmessage = ({ data: { id, answer, failure } }) => {
    if (failure) waiting.get(id)?.reject(Object.assign(new Error("The far side could not answer"), { failure }));
    else waiting.get(id)?.resolve(answer);
    waiting.delete(id);
  };
  worker.once("exit", () => {
    for (const { reject } of waiting.values()) reject(new Error("The worker has ended"));
    port1.close();
  });
  const ask: Ask = (question, ...args) => {
    const answer = new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      port1.postMessage({ id, question, args });
    });
    // A test need not wait for every answer.
    answer.catch(() => {});
    return answer;
  };
  return { worker, ask };
}

export function inWorker(link: WorkerLinkOptions = {}): MakePair {
  return (options) => {
    const { worker, ask } = startWorker(options.far, link);
    const failures: unknown[] = [];
    worker.on("error", (error) => failures.push(error));
    const exit = new Promise((resolve) => worker.once("exit", resolve));
    const near = connect(workerLink(worker, link), options.near);
    return {
      near,
      far: new Far(ask),
      classes,
      kill: () => worker.terminate().then(() => {}),
      async dispose() {
        near.abort();
        await worker.terminate();
        await exit;
        if (failures.length > 0) throw failures[0];
      },
    };
  };
}

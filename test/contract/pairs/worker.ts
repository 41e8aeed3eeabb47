/** Pairs whose far end is in a worker of `node:worker_threads`, which runs what was built. */
import { connect } from "sluice";
import { Worker, type WorkerLinkOptions, workerLink } from "sluice/worker";
import { Far } from "../suite/far.ts";
import type { MakePair, PairOptions } from "../suite/pair.ts";
import { native } from "./in-process.ts";
import { askOver } from "./questions.ts";
import { type FarWorker, Workers } from "./workers.ts";

const fixture = new URL("../../fixtures/worker.mjs", import.meta.url);

interface Started extends FarWorker {
  readonly worker: Worker;
}

const own = new Workers(() => load(fixture));

/** A worker of the test's own that runs the fixture, and a way to ask it which is no part of the link. */
export function startWorker(spec: PairOptions["far"] = {}, link: WorkerLinkOptions = {}): Started {
  const started = own.take({ freshFar: true });
  void started.ask("setUp", spec, link);
  return started;
}

function load(script: URL): Started {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(script, { workerData: { questions: port2 }, transferList: [port2 as never] });
  const questions = askOver(port1);
  const failures: unknown[] = [];
  worker.on("error", (error) => failures.push(error));
  const exit = new Promise<void>((resolve) => {
    worker.once("exit", () => {
      questions.end();
      resolve();
    });
  });
  return {
    worker,
    failures,
    ...questions,
    leave() {
      return new Promise((resolve) => {
        worker.on("message", function hear({ left }) {
          if (left === undefined) return;
          worker.off("message", hear);
          resolve(left);
        });
        worker.postMessage({ leave: true });
      });
    },
    async terminate() {
      await worker.terminate();
      await exit;
    },
    keepAlive: (on) => (on ? worker.ref() : worker.unref()),
  };
}

/** `script`: where the fixture is, for who runs this from elsewhere. */
export function inWorker(link: WorkerLinkOptions = {}, script: URL = fixture): MakePair {
  const workers = new Workers(() => load(script));
  return (options) => {
    const started = workers.take(options);
    const { worker, ask } = started;
    void ask("setUp", options.far ?? {}, link);
    const near = connect(workerLink(worker, link), options.near);
    const far = new Far(ask);
    return {
      near,
      far,
      classes: native,
      kill: () => worker.terminate().then(() => {}),
      dispose: () => workers.giveBack(started, near, far),
    };
  };
}

/** Pairs whose far end is in a worker of `node:worker_threads`, which runs what was built. */
import { Worker, type WorkerLinkOptions, workerLink } from "sluice/worker";
import type { MakePair, PairOptions } from "../suite/pair.ts";
import { askOver } from "./questions.ts";
import { type FarWorker, inWorkers, Workers } from "./workers.ts";

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
    listen(hear) {
      worker.on("message", hear);
      return () => worker.off("message", hear);
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
  return inWorkers(new Workers(() => load(script)), (worker) => workerLink(worker, link), link);
}

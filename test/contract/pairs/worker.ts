/** Pairs whose far end is in a worker of `node:worker_threads`, which runs what was built. */
import { connect } from "sluice";
import { Worker, type WorkerLinkOptions, workerLink } from "sluice/worker";
import { type Ask, Far } from "../suite/far.ts";
import type { MakePair, PairOptions } from "../suite/pair.ts";
import { native } from "./in-process.ts";
import { askOver } from "./questions.ts";

const fixture = new URL("../../fixtures/worker.mjs", import.meta.url);

interface Started {
  readonly worker: Worker;
  readonly ask: Ask;
}

/** The next worker loads while a test still runs. */
let spare: Started | undefined;

/** A worker that runs the fixture, and a way to ask it which is no part of the link. */
export function startWorker(
  spec: PairOptions["far"] = {},
  link: WorkerLinkOptions = {},
  script: URL = fixture,
): Started {
  const { worker, ask } = spare ?? load(script);
  spare = load(script);
  spare.worker.unref();
  worker.ref();
  void ask("setUp", spec, link);
  return { worker, ask };
}

function load(script: URL): Started {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(script, { workerData: { questions: port2 }, transferList: [port2 as never] });
  const { ask, end } = askOver(port1);
  worker.once("exit", end);
  return { worker, ask };
}

/** `script`: where the fixture is, for who runs this from elsewhere. */
export function inWorker(link: WorkerLinkOptions = {}, script: URL = fixture): MakePair {
  return (options) => {
    const { worker, ask } = startWorker(options.far, link, script);
    const failures: unknown[] = [];
    worker.on("error", (error) => failures.push(error));
    const exit = new Promise((resolve) => worker.once("exit", resolve));
    const near = connect(workerLink(worker, link), options.near);
    return {
      near,
      far: new Far(ask),
      classes: native,
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

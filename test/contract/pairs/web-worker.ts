/** Pairs whose far end is in a worker of the web's kind: in browsers, Deno and Bun. */
import { connect } from "sluice";
import { type WorkerLinkOptions, workerLink } from "sluice/worker";
import { Far } from "../suite/far.ts";
import type { MakePair } from "../suite/pair.ts";
import { native } from "./in-process.ts";
import { askOver, type Questions } from "./questions.ts";

interface Started extends Questions {
  readonly worker: globalThis.Worker;
  /** What it failed with, though no test has asked for it. */
  readonly failures: unknown[];
}

/** `script`: what `test/fixtures/web-worker.mjs` was bundled to. */
export function inWebWorker(script: URL, link: WorkerLinkOptions = {}): MakePair {
  /** The next worker loads while a test still runs. */
  let spare: Started | undefined;
  return (options) => {
    const { worker, ask, end, failures } = spare ?? load(script);
    spare = load(script);
    void ask("setUp", options.far ?? {}, link);
    const near = connect(workerLink(worker as never, link), options.near);
    const kill = (): void => {
      worker.terminate();
      end();
    };
    return {
      near,
      far: new Far(ask),
      classes: native,
      kill,
      async dispose() {
        near.abort();
        kill();
        if (failures.length > 0) throw failures[0];
      },
    };
  };
}

function load(script: URL): Started {
  const { port1, port2 } = new MessageChannel();
  const worker = new globalThis.Worker(script, { type: "module" });
  const failures: unknown[] = [];
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    failures.push(event.error ?? new Error(`The worker failed: ${event.message}`));
  });
  worker.postMessage({ questions: port2 }, [port2]);
  return { worker, failures, ...askOver(port1) };
}

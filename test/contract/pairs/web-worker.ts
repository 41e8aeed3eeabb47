/** Pairs whose far end is in a worker of the web's kind: in browsers, Deno and Bun. */
import { connect } from "sluice";
import { type WorkerLinkOptions, workerLink } from "sluice/worker";
import { Far } from "../suite/far.ts";
import type { MakePair } from "../suite/pair.ts";
import { native } from "./in-process.ts";
import { askOver } from "./questions.ts";
import { type FarWorker, Workers } from "./workers.ts";

interface Started extends FarWorker {
  readonly worker: globalThis.Worker;
}

/**
 * A worker that a worker of Deno's starts hears its first message a second later, however little there is to do: so many
 * load at once there.
 */
const AHEAD = "Deno" in globalThis ? 12 : 1;

/** `script`: what `test/fixtures/web-worker.mjs` was bundled to. */
export function inWebWorker(script: URL, link: WorkerLinkOptions = {}): MakePair {
  const workers = new Workers(() => load(script), AHEAD);
  return (options) => {
    const started = workers.take(options);
    const { worker, ask } = started;
    void ask("setUp", options.far ?? {}, link);
    const near = connect(workerLink(worker as never, link), options.near);
    const far = new Far(ask);
    return {
      near,
      far,
      classes: native,
      kill: () => void started.terminate(),
      dispose: () => workers.giveBack(started, near, far),
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
  const questions = askOver(port1);
  return {
    worker,
    failures,
    ...questions,
    leave() {
      return new Promise((resolve) => {
        worker.addEventListener("message", function hear({ data: { left } }) {
          if (left === undefined) return;
          worker.removeEventListener("message", hear);
          resolve(left);
        });
        worker.postMessage({ leave: true });
      });
    },
    terminate() {
      worker.terminate();
      questions.end();
    },
  };
}

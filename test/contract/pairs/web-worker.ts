/** Pairs whose far end is in a worker of the web's kind: in browsers, Deno and Bun. */
import { type WorkerLinkOptions, workerLink } from "sluice/worker";
import type { MakePair } from "../suite/pair.ts";
import { askOver } from "./questions.ts";
import { type FarWorker, inWorkers, Workers } from "./workers.ts";

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
  return inWorkers(new Workers(() => load(script), AHEAD), (worker) => workerLink(worker as never, link), link);
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
    listen(hear) {
      const onMessage = ({ data }: MessageEvent): void => hear(data);
      worker.addEventListener("message", onMessage);
      return () => worker.removeEventListener("message", onMessage);
    },
    terminate() {
      worker.terminate();
      questions.end();
    },
  };
}

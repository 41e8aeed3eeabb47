/**
 * `sluice/worker` for Node: links between `node:worker_threads`.
 *
 * @module
 */
import { Worker as NodeWorker, type WorkerOptions as NodeWorkerOptions, parentPort } from "node:worker_threads";
import { checkOptions } from "../../src/check.ts";
import { LinkError, mistake } from "../../src/errors.ts";
import type { MessageLink } from "../../src/link.ts";
import { DoorLink } from "../message-port/door-link.ts";
import type { Doorway } from "../message-port/doorway.ts";
import { WORKER_START } from "../message-port/endpoint.ts";
import { checkEnd, OWN } from "../message-port/options.ts";
import { TOLD } from "../message-port/presence.ts";
import type { WorkerLinkOptions } from "./types.ts";

export type { WorkerLinkOptions } from "./types.ts";

/** Options of Node's Worker, and those of the web's that change nothing here. */
export interface WorkerOptions extends NodeWorkerOptions {
  readonly type?: "module" | "classic";
}

/** The runtime's own worker: Node's, which takes what the web's takes. */
export class Worker extends NodeWorker {
  constructor(url: string | URL, options?: WorkerOptions) {
    super(url, options);
  }
}

/** A link to a worker that this thread has started; the worker takes `parentLink()`. */
export function workerLink(worker: NodeWorker, options: WorkerLinkOptions = {}): MessageLink {
  checkEnd("workerLink", worker, ["postMessage", "on"], "a Worker of node:worker_threads");
  checkOptions("workerLink option", OWN, options);
  return new DoorLink(workerDoor(worker), { ...options, role: "host", bond: TOLD, startTimeout: WORKER_START });
}

/** In a worker: the link to the thread that has started it. */
export function parentLink(options: WorkerLinkOptions = {}): MessageLink {
  checkOptions("parentLink option", OWN, options);
  if (parentPort === null) {
    throw mistake(
      new TypeError("Cannot link to a parent: this is the main thread, call parentLink() in a worker"),
      "NO_PARENT",
    );
  }
  return new DoorLink(parentDoor(parentPort), { ...options, role: "guest", bond: TOLD });
}

function workerDoor(worker: NodeWorker): Doorway {
  return {
    name: "the worker",
    end: worker,
    tellsDeath: true,
    post: (message, transfer) => worker.postMessage(message, transfer as never),
    open({ message, lost }) {
      let failure: Error | undefined;
      const error = (cause: Error): void => {
        failure = new LinkError("CONNECTION_LOST", `The worker failed: ${cause.message}`, { cause });
      };
      const exit = (code: number): void => {
        lost(failure ?? new LinkError("CONNECTION_LOST", `The worker has ended with exit code ${code}`));
      };
      worker.on("message", message).on("error", error).on("exit", exit);
      // One that has ended before says nothing any more.
      if (worker.threadId === -1)
        queueMicrotask(() =>
          lost(new LinkError("CONNECTION_LOST", "The worker has ended already: link one that runs")),
        );
      return () => worker.off("message", message).off("error", error).off("exit", exit);
    },
    keepAlive: (on) => (on ? worker.ref() : worker.unref()),
  };
}

function parentDoor(port: NonNullable<typeof parentPort>): Doorway {
  return {
    name: "the worker",
    end: port,
    tellsDeath: true,
    post: (message, transfer) => port.postMessage(message, transfer as never),
    open({ message }) {
      port.on("message", message);
      return () => port.off("message", message);
    },
    keepAlive: () => {},
  };
}

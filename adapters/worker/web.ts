/**
 * `sluice/worker` for browsers, Deno and Bun: links between Web Workers.
 *
 * @module
 */
import { checkOptions } from "../../src/check.ts";
import { LinkError, mistake } from "../../src/errors.ts";
import type { MessageLink, Transferable } from "../../src/link.ts";
import { DoorLink } from "../message-port/door-link.ts";
import type { Doorway } from "../message-port/doorway.ts";
import { WORKER_START } from "../message-port/endpoint.ts";
import { tellsClose } from "../message-port/lane.ts";
import { checkEnd, OWN } from "../message-port/options.ts";
import { type Bond, TOLD } from "../message-port/presence.ts";
import type { WorkerLinkOptions } from "./types.ts";

export type { WorkerLinkOptions } from "./types.ts";

/** The runtime's own Worker. */
export const Worker: typeof globalThis.Worker = globalThis.Worker;

/** A worker dies with the one that started it: only that one has to learn of the other's end. */
const WATCHES: Bond = tellsClose() ? TOLD : { holds: false, watches: true, together: true };
const HOLDS: Bond = tellsClose() ? TOLD : { holds: true, watches: false, together: true };

/** A link to a worker that this thread has started; the worker takes `parentLink()`. */
export function workerLink(worker: globalThis.Worker, options: WorkerLinkOptions = {}): MessageLink {
  checkEnd("workerLink", worker, ["postMessage", "addEventListener"], "a Worker");
  checkOptions("workerLink option", OWN, options);
  return new DoorLink(workerDoor(worker), { ...options, role: "host", bond: WATCHES, startTimeout: WORKER_START });
}

/** In a worker: the link to the thread that has started it. */
export function parentLink(options: WorkerLinkOptions = {}): MessageLink {
  checkOptions("parentLink option", OWN, options);
  const scope = globalThis as unknown as Partial<WorkerScope>;
  if (
    typeof scope.postMessage !== "function" ||
    "document" in globalThis ||
    typeof scope.addEventListener !== "function"
  ) {
    throw mistake(new TypeError("Cannot link to a parent: this is no worker, call parentLink() in one"), "NO_PARENT");
  }
  return new DoorLink(parentDoor(scope as WorkerScope), { ...options, role: "guest", bond: HOLDS });
}

/** The part of a DedicatedWorkerGlobalScope in use. */
interface WorkerScope {
  close(): void;
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: string, listener: (event: MessageEvent) => void, options?: { capture: boolean }): void;
  removeEventListener(type: string, listener: (event: MessageEvent) => void, options?: { capture: boolean }): void;
}

/**
 * Deno ends a worker at its first uncaught error; elsewhere it goes on, once it has been loaded. And there a worker with
 * nothing to do never ends, nor does the process: it closes itself once its channel to the parent has closed.
 */
const isDeno: boolean = "Deno" in globalThis;

/** In browsers a message to a worker goes from thread to thread; one to a port that was posted, by way of a process. */
const carries: boolean = !tellsClose() && !isDeno;

/**
 * What is ours is kept from the listeners of others that are added later; in Firefox and WebKit from earlier ones as well,
 * for there a listener that captures comes first. Chromium keeps to the order in which they were added.
 */
const FIRST = { capture: true };

function ownMessages(message: (data: unknown) => boolean): (event: MessageEvent) => void {
  return (event) => {
    if (message(event.data)) event.stopImmediatePropagation();
  };
}

function workerDoor(worker: globalThis.Worker): Doorway {
  return {
    name: "the worker",
    end: worker,
    tellsDeath: tellsClose(),
    post: (message, transfer) => worker.postMessage(message, transfer),
    carries,
    open({ message, unreadable, lost }) {
      let met = false;
      let failure: LinkError | undefined;
      const onMessage = ownMessages((data) => {
        met = true;
        return message(data);
      });
      const onError = (event: Event): void => {
        const { message: text, error } = event as ErrorEvent;
        const what = met ? "The worker failed" : "The worker failed before it connected";
        failure = new LinkError("CONNECTION_LOST", text ? `${what}: ${text}` : what, { cause: error ?? undefined });
        // It would end our process as well, though the channel tells.
        if (isDeno) event.preventDefault();
        if (isDeno || !met) lost(failure);
      };
      const onClose = (): void => lost(failure ?? new LinkError("CONNECTION_LOST", "The worker has ended"));
      worker.addEventListener("message", onMessage, FIRST);
      worker.addEventListener("messageerror", unreadable);
      worker.addEventListener("error", onError);
      worker.addEventListener("close", onClose);
      // No runtime tells who terminates a worker that it is gone.
      const terminate = worker.terminate;
      worker.terminate = () => {
        const result = terminate.call(worker);
        lost(new LinkError("CONNECTION_LOST", "The worker was terminated"));
        return result;
      };
      return () => {
        worker.removeEventListener("message", onMessage, FIRST);
        worker.removeEventListener("messageerror", unreadable);
        worker.removeEventListener("error", onError);
        worker.removeEventListener("close", onClose);
        worker.terminate = terminate;
      };
    },
    keepAlive(on) {
      const counted = worker as { ref?(): void; unref?(): void };
      if (on) counted.ref?.();
      else counted.unref?.();
    },
  };
}

function parentDoor(scope: WorkerScope): Doorway {
  return {
    name: "the worker",
    end: scope,
    tellsDeath: true,
    post: (message, transfer) => scope.postMessage(message, transfer),
    carries,
    open({ message, unreadable }) {
      const onMessage = ownMessages(message);
      scope.addEventListener("message", onMessage, FIRST);
      scope.addEventListener("messageerror", unreadable);
      return () => {
        scope.removeEventListener("message", onMessage, FIRST);
        scope.removeEventListener("messageerror", unreadable);
      };
    },
    ...(isDeno && { leave: () => scope.close() }),
    keepAlive: () => {},
  };
}

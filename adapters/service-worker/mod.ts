/**
 * `sluice/service-worker`: links between a ServiceWorker and the pages of its origin. The browser stops a service worker
 * when it likes to, and with it all that it has in memory: its channels end with CONNECTION_LOST, and a new one starts it
 * again.
 *
 * @module
 */
import { LinkError, mistake } from "../../src/errors.ts";
import type { MessageLink } from "../../src/link.ts";
import { MessagePortLink, type PortContext } from "../message-port/link.ts";
import { TOGETHER } from "../message-port/presence.ts";
import type { MessagePortOptions, PortLike } from "../message-port/types.ts";

export type ServiceWorkerLinkOptions = Omit<MessagePortOptions, "trusted">;

/** What a page posts to the worker, which is started for it if need be. */
interface ClientMessage {
  readonly sluice: "client";
  readonly port: MessagePort;
}

function isClientMessage(message: unknown): message is ClientMessage {
  const { sluice, port } = (message ?? {}) as Partial<ClientMessage>;
  return sluice === "client" && typeof port?.postMessage === "function";
}

/** In a page: a link to a service worker, or to that of a registration; the worker takes it by `onClient`. */
export function serviceWorkerLink(
  target: ServiceWorker | ServiceWorkerRegistration,
  options: ServiceWorkerLinkOptions = {},
): MessageLink {
  const worker = workerOf(target);
  const { port1, port2 } = new MessageChannel();
  const context: PortContext = {
    bond: TOGETHER,
    begin({ lost, isMet }) {
      const onChange = (): void => {
        // One that has been replaced may serve its pages to the end.
        if (worker.state !== "redundant" || isMet()) return;
        const message =
          "The service worker was replaced, or could not be installed: link the one that is registered now";
        lost(new LinkError("CONNECTION_LOST", message));
      };
      worker.addEventListener("statechange", onChange);
      const message: ClientMessage = { sluice: "client", port: port2 };
      worker.postMessage(message, [port2]);
      queueMicrotask(onChange);
      return () => worker.removeEventListener("statechange", onChange);
    },
  };
  return new MessagePortLink(port1 as PortLike, options, context);
}

/**
 * In the worker: calls `take` with a link to each page that connects, to be given to `connect`. Call it while the script
 * runs first, as for every event of a service worker. Until its link ends, each asks the browser to let the worker live,
 * which does so for some minutes at the most. Returns what stops it; links that were taken live on.
 */
export function onClient(take: (link: MessageLink) => void, options: ServiceWorkerLinkOptions = {}): () => void {
  if (!("registration" in globalThis && "clients" in globalThis)) {
    throw mistake(
      new TypeError("Cannot wait for clients: this is no service worker, call onClient() in one"),
      "NO_CLIENTS",
    );
  }
  const onMessage = (event: MessageEvent & { waitUntil?(promise: Promise<void>): void }): void => {
    if (!isClientMessage(event.data)) return;
    const { port } = event.data;
    let settle = (): void => {};
    event.waitUntil?.(new Promise((resolve) => (settle = resolve)));
    take(new MessagePortLink(port as PortLike, options, { bond: TOGETHER, begin: () => settle }));
  };
  addEventListener("message", onMessage);
  return () => removeEventListener("message", onMessage);
}

function workerOf(target: ServiceWorker | ServiceWorkerRegistration): ServiceWorker {
  const worker = "postMessage" in target ? target : (target.active ?? target.waiting ?? target.installing);
  if (worker !== null) return worker;
  const message = "Cannot link to a service worker: the registration has none, await navigator.serviceWorker.ready";
  throw mistake(new TypeError(message), "NO_SERVICE_WORKER");
}

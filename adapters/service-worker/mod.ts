/**
 * `sluice/service-worker`: links between a ServiceWorker and the pages of its origin. The browser stops a service worker
 * when it likes to, and with it all that it has in memory: its channels end with CONNECTION_LOST, and a new one starts it
 * again.
 *
 * @module
 */
import { checkOptions } from "../../src/check.ts";
import { LinkError, mistake } from "../../src/errors.ts";
import type { MessageLink } from "../../src/link.ts";
import { WORKER_START } from "../message-port/endpoint.ts";
import { MessagePortLink, type PortContext } from "../message-port/link.ts";
import { makeNonce } from "../message-port/meeting.ts";
import { checkEnd, OWN } from "../message-port/options.ts";
import { TOGETHER } from "../message-port/presence.ts";
import type { MessagePortOptions, PortLike } from "../message-port/types.ts";
import { type Extendable, Lifetime } from "./lifetime.ts";

export type ServiceWorkerLinkOptions = Omit<MessagePortOptions, "trusted">;

/** What a page posts to the worker, which is started for it if need be: a port of its own. */
interface ClientMessage {
  readonly sluice: "client";
  /** Of the client, for what it posts later. */
  readonly id: string;
  readonly port: MessagePort;
}

/** Calls or streams are open again: the worker is to live until they are done. */
interface BusyMessage {
  readonly sluice: "busy";
  readonly id: string;
}

/** The part of an ExtendableMessageEvent in use. */
interface ClientEvent extends MessageEvent, Extendable {}

/** In a page: a link to a service worker, or to that of a registration; the worker takes it by `onClient`. */
export function serviceWorkerLink(
  target: ServiceWorker | ServiceWorkerRegistration,
  options: ServiceWorkerLinkOptions = {},
): MessageLink {
  const worker = workerOf(target);
  checkOptions("serviceWorkerLink option", OWN, options);
  const { port1, port2 } = new MessageChannel();
  const id = makeNonce();
  const context: PortContext = {
    bond: TOGETHER,
    startTimeout: WORKER_START,
    begin({ lost, isMet }) {
      const onChange = (): void => {
        // One that has been replaced may serve its pages to the end.
        if (worker.state !== "redundant" || isMet()) return;
        const message =
          "The service worker was replaced, or could not be installed: link the one that is registered now";
        lost(new LinkError("CONNECTION_LOST", message));
      };
      worker.addEventListener("statechange", onChange);
      const message: ClientMessage = { sluice: "client", id, port: port2 };
      worker.postMessage(message, [port2]);
      queueMicrotask(onChange);
      return () => worker.removeEventListener("statechange", onChange);
    },
    busy(on) {
      const message: BusyMessage = { sluice: "busy", id };
      if (on) worker.postMessage(message);
    },
  };
  return new MessagePortLink(port1 as PortLike, options, context);
}

/**
 * In the worker: calls `take` with a link to each page that connects, to be given to `connect`. Call it while the script
 * runs first, as for every event of a service worker. While calls or streams are open the browser is asked to let the
 * worker live, which it does for some minutes at the most. Returns what stops it; links that were taken live on.
 */
export function onClient(take: (link: MessageLink) => void, options: ServiceWorkerLinkOptions = {}): () => void {
  checkOptions("onClient option", OWN, options);
  if (!("registration" in globalThis && "clients" in globalThis)) {
    throw mistake(
      new TypeError("Cannot wait for clients: this is no service worker, call onClient() in one"),
      "NO_CLIENTS",
    );
  }
  /** By the id of a client: that the worker lives until its calls and streams are done. */
  const clients = new Map<string, Lifetime>();
  const onMessage = (event: ClientEvent): void => {
    const { sluice, id, port } = (event.data ?? {}) as { sluice?: unknown; id?: unknown; port?: MessagePort };
    if (typeof id !== "string") return;
    if (sluice === "busy") clients.get(id)?.extend(event);
    if (sluice !== "client" || typeof port?.postMessage !== "function") return;
    const lifetime = new Lifetime();
    lifetime.extend(event);
    clients.set(id, lifetime);
    const context: PortContext = {
      bond: TOGETHER,
      begin: () => () => {
        clients.delete(id);
        lifetime.end();
      },
      busy: (on) => lifetime.busy(on),
    };
    take(new MessagePortLink(port as PortLike, options, context));
  };
  addEventListener("message", onMessage as (event: Event) => void);
  return () => removeEventListener("message", onMessage as (event: Event) => void);
}

function workerOf(target: ServiceWorker | ServiceWorkerRegistration): ServiceWorker {
  if (!isRegistration(target)) {
    const pass = "a ServiceWorker, or its registration";
    checkEnd("serviceWorkerLink", target, ["postMessage", "addEventListener"], pass);
    return target;
  }
  const worker = target.active ?? target.waiting ?? target.installing;
  if (worker !== null) return worker;
  const message = "Cannot link to a service worker: the registration has none, await navigator.serviceWorker.ready";
  throw mistake(new TypeError(message), "NO_SERVICE_WORKER");
}

function isRegistration(target: unknown): target is ServiceWorkerRegistration {
  return typeof target === "object" && target !== null && "active" in target;
}

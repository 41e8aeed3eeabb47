/**
 * `sluice/shared-worker`: links between a SharedWorker and each of its clients.
 *
 * @module
 */
import { checkOptions } from "../../src/check.ts";
import { LinkError, mistake } from "../../src/errors.ts";
import type { MessageLink } from "../../src/link.ts";
import { WORKER_START } from "../message-port/endpoint.ts";
import { MessagePortLink, type PortContext } from "../message-port/link.ts";
import { checkEnd, OWN } from "../message-port/options.ts";
import { TOGETHER } from "../message-port/presence.ts";
import type { MessagePortOptions, PortLike } from "../message-port/types.ts";

export type SharedWorkerLinkOptions = Omit<MessagePortOptions, "trusted">;

/**
 * In a page: a link to `worker`, whose port must be used for nothing else; the worker takes it by `onClient`. For another
 * one, or a new one, make another SharedWorker of the same URL: the browser joins it to the same worker.
 */
export function sharedWorkerLink(worker: SharedWorker, options: SharedWorkerLinkOptions = {}): MessageLink {
  checkEnd("sharedWorkerLink", worker?.port, ["postMessage"], "a SharedWorker");
  checkOptions("sharedWorkerLink option", OWN, options);
  const context: PortContext = {
    bond: TOGETHER,
    startTimeout: WORKER_START,
    begin({ lost, isMet }) {
      const onError = (event: Event): void => {
        // Once it runs, an error of its own does not end it.
        if (isMet()) return;
        const { message } = event as ErrorEvent;
        const what = "The shared worker failed before it connected";
        lost(new LinkError("CONNECTION_LOST", message ? `${what}: ${message}` : what));
      };
      worker.addEventListener("error", onError);
      return () => worker.removeEventListener("error", onError);
    },
  };
  return new MessagePortLink(worker.port as PortLike, options, context);
}

/**
 * In the worker: calls `take` with a link to each client that connects, to be given to `connect`. Call it while the
 * script runs first: clients that connect before are not heard of. Returns what stops it; links that were taken live on.
 */
export function onClient(take: (link: MessageLink) => void, options: SharedWorkerLinkOptions = {}): () => void {
  checkOptions("onClient option", OWN, options);
  if (!("onconnect" in globalThis)) {
    throw mistake(
      new TypeError("Cannot wait for clients: this is no shared worker, call onClient() in one"),
      "NO_CLIENTS",
    );
  }
  const onConnect = (event: Event): void => {
    const [port] = (event as MessageEvent).ports;
    take(new MessagePortLink(port as PortLike, options, { bond: TOGETHER }));
  };
  addEventListener("connect", onConnect);
  return () => removeEventListener("connect", onConnect);
}

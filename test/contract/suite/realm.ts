/** What the suite needs of the realm that it runs in, whatever runtime that is: a turn of its event loop, another realm. */

// Found where it is: the suite runs where there is no `node:` as well.
const vm: typeof import("node:vm") | undefined = await import("node:vm").catch(() => undefined);
const events: typeof import("node:events") | undefined = await import("node:events").catch(() => undefined);

/** Resolves in a later turn of the event loop; timers would be slowed down in a browser. */
export const turn: () => Promise<void> =
  typeof setImmediate === "function" ? () => new Promise((resolve) => setImmediate(resolve)) : messageTurns();

function messageTurns(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(null);
    });
}

/** What `code`, an expression, gives in another realm of this thread. Throws where there can be none, as in a web's worker. */
export function inAnotherRealm(code: string): unknown {
  if (vm !== undefined) return vm.runInNewContext(code);
  if (typeof document === "undefined") throw new Error("A worker of this runtime has no other realm in its thread");
  const frame = document.createElement("iframe");
  document.body.append(frame);
  return (frame.contentWindow as unknown as { eval(code: string): unknown }).eval(code);
}

/** Node warns of what it takes for a leak: many listeners at one signal. */
export function allowListeners(signal: AbortSignal): void {
  events?.setMaxListeners?.(0, signal);
}

/**
 * What the suite needs of the realm that it runs in, whatever runtime that is: a turn of its event loop, another realm,
 * pooled memory.
 */

// Found where it is: the suite runs where there is no `node:` as well.
const vm = await import("node:vm").catch(() => undefined);
const events = await import("node:events").catch(() => undefined);

/** Resolves in a later turn of the event loop; timers would be slowed down in a browser. */
export const turn: () => Promise<void> =
  typeof setImmediate === "function" ? () => new Promise((resolve) => setImmediate(resolve)) : messageTurns();

function messageTurns(): () => Promise<void> {
  const waiting: (() => void)[] = [];
  let channel: MessageChannel | undefined;
  return () => {
    // When it is needed first: a module of workerd's may not make one while it is loaded.
    if (channel === undefined) {
      channel = new MessageChannel();
      channel.port1.onmessage = () => waiting.shift()?.();
    }
    const { port2 } = channel;
    return new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(null);
    });
  };
}

/**
 * A message's way there and back over a port that was passed on just now, as a stream's port is. In a browser such a way
 * may be longer than many over a port that is in use, and ports do not wait for each other.
 */
export function journey(): Promise<void> {
  const carrier = new MessageChannel();
  const passed = new MessageChannel();
  carrier.port2.onmessage = ({ data: port }) => {
    port.onmessage = () => port.postMessage(null);
  };
  carrier.port1.postMessage(passed.port2, [passed.port2]);
  passed.port1.postMessage(null);
  return new Promise((resolve) => {
    passed.port1.onmessage = () => {
      for (const port of [carrier.port1, passed.port1]) port.close();
      resolve();
    };
  });
}

/** What `code`, an expression, gives in another realm of this thread. Throws where there can be none, as in a web's worker. */
export function inAnotherRealm(code: string): unknown {
  if (vm !== undefined) return vm.runInNewContext(code);
  if (typeof document === "undefined") throw new Error("A worker of this runtime has no other realm in its thread");
  frame ??= document.body.appendChild(document.createElement("iframe"));
  return (frame.contentWindow as unknown as { eval(code: string): unknown }).eval(code);
}
let frame: HTMLIFrameElement | undefined;

/** Node warns of what it takes for a leak: many listeners at one signal. */
export function allowListeners(signal: AbortSignal): void {
  events?.default.setMaxListeners(0, signal);
}

const pool = new Uint8Array(8_192);
let taken = 0;

/** Text as a view of memory that it shares with others: Node's `Buffer`, or one like it where there is none, or no pool. */
export function pooled(text: string): Uint8Array<ArrayBuffer> {
  const own = typeof Buffer === "function" ? Buffer.from(text) : undefined;
  if (own !== undefined && own.byteLength < own.buffer.byteLength) return own;
  const { written } = new TextEncoder().encodeInto(text, pool.subarray(taken));
  taken += written;
  return pool.subarray(taken - written, taken);
}

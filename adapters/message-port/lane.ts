/** A lane over one MessagePort. It knows when the other end is gone where the runtime tells so, and nothing of meeting. */
import { LinkError } from "../../src/errors.ts";
import type { Lane, LaneReceiver, Transferable } from "../../src/link.ts";
import { hear, realmScheduler } from "./scheduler.ts";
import type { PortLike } from "./types.ts";

const NOTHING: Transferable[] = [];

/**
 * Of a port that carries a whole link, its end matters as well; a stream's port ends with its link. Node reads all that it
 * posts (contexts of `node:vm` aside, where `charged` tells of a loss), and each listener costs a stream 250 bytes there.
 */
const LINK_EVENTS = ["message", "messageerror", "close"];
const STREAM_EVENTS = ["message", "messageerror"];
const NODE_STREAM_EVENTS = ["message"];

export class PortLane implements Lane {
  readonly #port: PortLike;
  readonly #events: readonly string[];
  readonly #copies: boolean;
  #receiver: LaneReceiver | undefined = undefined;
  #closed = false;
  /** Events that have their turn later; `undefined`: each is handled when it comes. */
  readonly #waiting: Event[] | undefined;
  #isBusy = false;

  /** `carries`: a whole link, or one stream of it; a whole link whose buffers are copied, never moved. */
  constructor(port: PortLike, carries: "link" | "stream" | "copies") {
    this.#port = port;
    if (carries !== "stream") this.#events = LINK_EVENTS;
    else this.#events = isNodePort(port) ? NODE_STREAM_EVENTS : STREAM_EVENTS;
    this.#copies = carries === "copies";
    this.#waiting = handsOverAtOnce() ? [] : undefined;
  }

  post(message: unknown, transfer: Transferable[] = NOTHING): void {
    if (!this.#closed) this.#port.postMessage(message, this.#copies ? NOTHING : transfer);
  }

  listen(receiver: LaneReceiver): void {
    const first = this.#receiver === undefined;
    this.#receiver = receiver;
    if (!first) return;
    // One listener object for all events: thousands of streams have a lane each.
    for (const type of this.#events) {
      if (type === "message" && isNodePort(this.#port)) this.#port.on(type, (message) => this.#hear(message));
      else this.#port.addEventListener(type, this);
    }
    this.#port.start?.();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#port.close?.();
  }

  /** The EventListener interface: called by the port. */
  handleEvent(event: Event): void {
    if (this.#waiting === undefined) this.#handle(event);
    else if (this.#waiting.push(event) === 1 && !this.#isBusy) this.#handleNext(this.#waiting);
  }

  #handleNext(waiting: Event[]): void {
    const event = waiting.shift();
    this.#isBusy = event !== undefined;
    if (event === undefined) return;
    realmScheduler().defer(() => this.#handleNext(waiting));
    this.#handle(event);
  }

  #hear(message: unknown): void {
    hear();
    if (!this.#closed) this.#receiver?.receive(message);
  }

  #handle(event: Event): void {
    if (event.type === "message") {
      this.#hear((event as MessageEvent).data);
      return;
    }
    if (this.#closed) return;
    if (event.type === "close") {
      this.close();
      this.#lost("was closed at its other end");
    } else if (this.#receiver?.unreadable !== undefined) this.#receiver.unreadable();
    else this.#lost("received a message that cannot be read");
  }

  #lost(why: string): void {
    this.#receiver?.lost(new LinkError("CONNECTION_LOST", `The port ${why}`));
  }
}

/**
 * Deno hands over messages that have come together one right after the other, where all others let promises settle in
 * between. But an error throws away what its stream has queued: whoever reads gets what came before it only with that time.
 */
function handsOverAtOnce(): boolean {
  return "Deno" in globalThis;
}

interface NodePort extends PortLike {
  on(type: "message", listener: (message: unknown) => void): void;
}

/**
 * Node gives listeners of its own kind the message itself. For those of the standard's it makes an event, and to make the
 * first one loads all of its `fetch`: nearly 2 MB of heap in each thread, which every collection has to look through.
 */
function isNodePort(port: PortLike): port is NodePort {
  const isRuntimes = typeof MessagePort === "function" && port instanceof MessagePort;
  return isRuntimes && typeof (port as Partial<NodePort>).on === "function" && isNode();
}

/** A new port for a stream: the lane over our end of it, and the end for the remote. */
export function fork(): { lane: Lane; port: Transferable } {
  const { port1, port2 } = new MessageChannel();
  return { lane: new PortLane(port1, "stream"), port: port2 };
}

/** The lane of a stream whose port has come, or `undefined` for what is no port. */
export function adopt(port: unknown): Lane | undefined {
  const like = port as Partial<PortLike> | null;
  const isPort =
    typeof like === "object" &&
    like !== null &&
    typeof like.postMessage === "function" &&
    typeof like.start === "function";
  return isPort ? new PortLane(like as PortLike, "stream") : undefined;
}

/** Node and Bun fire `close` at a port whose other end is gone; Deno and browsers do not. */
export function tellsClose(): boolean {
  return isNode() || "Bun" in globalThis;
}

/** Deno and Bun say that they are Node as well. */
function isNode(): boolean {
  const versions = (globalThis as { process?: { versions?: Record<string, string> } }).process?.versions;
  return versions?.["node"] !== undefined && !("Deno" in globalThis || "Bun" in globalThis);
}

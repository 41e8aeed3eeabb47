/** A lane over one MessagePort. It knows when the other end is gone where the runtime tells so, and nothing of meeting. */
import { LinkError } from "../../src/errors.ts";
import type { Lane, LaneReceiver } from "../../src/link.ts";
import type { PortLike } from "./types.ts";

const NOTHING: Transferable[] = [];

export class PortLane implements Lane {
  readonly #port: PortLike;
  #receiver: LaneReceiver | undefined = undefined;
  #closed = false;

  constructor(port: PortLike) {
    this.#port = port;
  }

  post(message: unknown, transfer: Transferable[] = NOTHING): void {
    if (!this.#closed) this.#port.postMessage(message, transfer);
  }

  listen(receiver: LaneReceiver): void {
    const first = this.#receiver === undefined;
    this.#receiver = receiver;
    if (!first) return;
    // One listener object for all events: thousands of streams have a lane each.
    for (const type of ["message", "messageerror", "close"]) this.#port.addEventListener(type, this);
    this.#port.start?.();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#port.close?.();
  }

  /** The EventListener interface: called by the port. */
  handleEvent(event: Event): void {
    if (this.#closed) return;
    if (event.type === "message") {
      this.#receiver?.receive((event as MessageEvent).data);
      return;
    }
    this.#closed = true;
    const why = event.type === "close" ? "was closed at its other end" : "received a message that cannot be read";
    this.#port.close?.();
    this.#receiver?.lost(new LinkError("CONNECTION_LOST", `The port ${why}`));
  }
}

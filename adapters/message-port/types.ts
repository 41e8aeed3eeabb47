/** What the message links need of a port: the part that every runtime's MessagePort, Worker and scope have in common. */
import type { Transferable } from "../../src/link.ts";

/** The standard's EventListener, as an object. */
export interface ListenerObject {
  handleEvent(event: Event): void;
}

/** Anything that posts structured clones and says what it was posted. */
export interface PortLike {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: string, listener: ListenerObject): void;
  removeEventListener(type: string, listener: ListenerObject): void;
  /** Absent on workers and scopes, which deliver from the start. */
  start?(): void;
  close?(): void;
  /** Where an open port keeps the process alive. */
  ref?(): void;
  unref?(): void;
}

/** A MessagePort as `node:worker_threads` types it: at run time it is a standard one. */
export interface NodePortLike {
  postMessage(message: unknown, transfer: readonly never[]): void;
  on(type: "message", listener: (message: unknown) => void): unknown;
}

export interface MessagePortOptions {
  /** Is the remote our own code? Decides the defaults of the limits. Default: true. */
  readonly trusted?: boolean;
  /** `false`: all streams share this port, rather than have one each. Default: true. */
  readonly fork?: boolean;
  /**
   * `false`: nothing is moved over the port, whatever streams are opened with: buffers are copied, and streams share it.
   * For runtimes that refuse a transfer list, and for ports whose other end gets nothing that is moved. (Where a worker or
   * a window is met, the port that the two then use is handed over all the same.) Default: true.
   */
  readonly transfer?: boolean;
  /**
   * Milliseconds between pings; a remote that leaves one unanswered that long is lost. Time in which this side stands
   * still does not count. Default: 0 (none) where the runtime or a Web Lock tells that the other end is gone, else 10,000.
   */
  readonly heartbeat?: number;
}

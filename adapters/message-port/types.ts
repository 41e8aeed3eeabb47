/** What the message links need of a port: the part that every runtime's MessagePort, Worker and scope have in common. */

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
   * Milliseconds between pings; a remote that leaves one unanswered that long is lost. Default: 10,000 where the
   * runtime does not tell that a port's other end is gone, else 0 (none).
   */
  readonly heartbeat?: number;
}

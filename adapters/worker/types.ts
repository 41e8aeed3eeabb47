/** What the two ends of a worker link need of their runtime. */
import type { MessagePortOptions } from "../message-port/types.ts";

export type WorkerLinkOptions = Omit<MessagePortOptions, "trusted">;

/** The worker seen from its parent, or the parent seen from the worker: where the two meet, and nothing more. */
export interface Doorway {
  post(message: unknown, transfer: Transferable[]): void;
  /**
   * Starts listening. `message` returns whether a message was the link's alone: others need not see it. `unreadable`: one
   * has come that cannot be read. `lost` may come at any time, and tells that nobody is at the other side any more.
   */
  open(on: { message(message: unknown): boolean; unreadable(): void; lost(error: Error): void }): void;
  /** Stops listening, once the two have a port of their own or the link is closed. */
  shut(): void;
  /** Of the worker's side, where a worker never ends by itself: ends it, once its channel to the parent has closed. */
  leave?(): void;
  /** Whether the other side keeps this process alive. */
  keepAlive(on: boolean): void;
  /** Does `lost` come by itself when the other side dies? */
  readonly tellsDeath: boolean;
  /** Does all that the two say go through the door, being the quickest way? Else through a private port. */
  readonly carries?: boolean;
}

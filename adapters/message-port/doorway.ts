/** What a link needs of the place where its two ends meet, if messages of others come along there. */
import type { Transferable } from "../../src/link.ts";

/** What is at the other side, seen from here: where the two meet, and nothing more. */
export interface Doorway {
  /** In the messages of errors. */
  readonly name: string;
  /** What is used for one channel at a time, if others could not be told apart. */
  readonly end?: object;
  post(message: unknown, transfer: Transferable[]): void;
  /**
   * Starts listening, and returns what stops that. `message` returns whether a message was the link's alone: others need
   * not see it. `unreadable`: one has come that cannot be read. `lost` may come at any time, and tells that nobody is at
   * the other side any more.
   */
  open(on: { message(message: unknown): boolean; unreadable(): void; lost(error: Error): void }): () => void;
  /** Of a worker's side, where a worker never ends by itself: ends it, once its channel to the parent has closed. */
  leave?(): void;
  /** Whether the other side keeps this process alive. */
  keepAlive(on: boolean): void;
  /** Does `lost` come by itself when the other side dies? */
  readonly tellsDeath: boolean;
  /** Does all that the two say go through the door, being the quickest way? Else through a private port. */
  readonly carries?: boolean;
}

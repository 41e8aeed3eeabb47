/**
 * A port through a door where messages of others come along as well: what it carries is marked, by a nonce of the sender,
 * so that neither others nor a link that was there before can be mistaken for it. Where a browser takes every message of
 * a MessagePort through another process, and copies what is transferred, a worker's own channel goes from thread to thread.
 */
import type { Transferable } from "../../src/link.ts";
import type { Doorway } from "./doorway.ts";
import type { ListenerObject, PortLike } from "./types.ts";

interface Carried {
  readonly sluice: "carried";
  /** The sender's nonce. */
  readonly from: string;
  readonly message: unknown;
}

function isCarried(message: unknown): message is Carried {
  return (message as Partial<Carried> | null | undefined)?.sluice === "carried";
}

export class DoorPort implements PortLike {
  readonly #door: Doorway;
  readonly #nonce: string;
  readonly #remote: string;
  #listener: ListenerObject | undefined = undefined;
  #closed = false;

  /** The nonces are this end's and the other's. */
  constructor(door: Doorway, nonce: string, remote: string) {
    this.#door = door;
    this.#nonce = nonce;
    this.#remote = remote;
  }

  postMessage(message: unknown, transfer: Transferable[]): void {
    const carried: Carried = { sluice: "carried", from: this.#nonce, message };
    this.#door.post(carried, transfer);
  }

  /** There is one lane, which listens to all that it knows by one object. */
  addEventListener(_type: string, listener: ListenerObject): void {
    this.#listener = listener;
  }

  removeEventListener(): void {
    this.#listener = undefined;
  }

  close(): void {
    this.#closed = true;
  }

  /** Something has come to the door. Returns whether it was meant for this port. */
  hear(message: unknown): boolean {
    if (!isCarried(message) || message.from !== this.#remote) return false;
    if (!this.#closed) this.#listener?.handleEvent({ type: "message", data: message.message } as MessageEvent);
    return true;
  }

  /** Something has come that cannot be read, and may have been meant for this port. */
  fail(): void {
    if (!this.#closed) this.#listener?.handleEvent({ type: "messageerror" } as MessageEvent);
  }
}

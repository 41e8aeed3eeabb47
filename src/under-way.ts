/**
 * What is under way on a connection, its calls and streams: it keeps the process alive, and a close waits for its end. What
 * the two sides say to each other meanwhile is in `session.ts`.
 */
import type { Life } from "./life.ts";
import type { RpcPeer } from "./rpc/peer.ts";
import type { DefaultStream } from "./stream/default-stream.ts";
import type { Streams } from "./stream/streams.ts";
import type { CoreLink } from "./wire/core-link.ts";

/** What there is at a connection. */
interface Parts {
  readonly life: Life;
  readonly link: CoreLink;
  readonly rpc: RpcPeer;
  readonly streams: Streams;
  readonly data: DefaultStream;
}

/** Somebody who waits until so much of it is over. */
interface Waiting {
  isDone(): boolean;
  resolve(): void;
}

export class UnderWay {
  readonly #parts: Parts;
  /** Whether it keeps the process alive: as the link was told last, and as its user has said. */
  #alive = true;
  #ref: boolean | undefined = undefined;
  #waiting: Waiting[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Nothing is. */
  get isOver(): boolean {
    const { rpc, streams, data } = this.#parts;
    return rpc.active === 0 && streams.active === 0 && data.handling === 0;
  }

  /** Resolves once nothing is any more. */
  over(): Promise<void> {
    return this.#until(() => this.isOver);
  }

  /** Resolves once all calls and streams are on their way: none waits for a place at the remote. */
  sent(): Promise<void> {
    return this.#until(() => this.#isSent);
  }

  get #isSent(): boolean {
    const { rpc, streams } = this.#parts;
    return rpc.waiting === 0 && streams.waiting === 0;
  }

  /** Nothing is, nor waits to be sent: a notification, say, that keeps no process alive. */
  get isSettled(): boolean {
    return this.isOver && this.#isSent;
  }

  /** Resolves once that is so. */
  settled(): Promise<void> {
    return this.#until(() => this.isSettled);
  }

  #until(isDone: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ isDone, resolve });
      this.changed();
    });
  }

  /** Whether it keeps the process alive, whatever is under way. */
  keepAlive(on: boolean): void {
    this.#ref = on;
    this.changed();
  }

  /** Something began or ended, or the connection has another state. */
  changed(): void {
    const { life, link } = this.#parts;
    const alive = this.#ref ?? (life.state !== "open" || !this.isOver);
    if (alive !== this.#alive) {
      this.#alive = alive;
      link.keepAlive(alive);
    }
    if (this.#waiting.length === 0) return;
    const done = this.#waiting.filter((each) => each.isDone());
    this.#waiting = this.#waiting.filter((each) => !done.includes(each));
    for (const each of done) each.resolve();
  }
}

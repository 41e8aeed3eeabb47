/** The lane of one stream over a link of bytes: its chunks are queued, and its frames go by the link. */
import type { ByteLane } from "./core-link.ts";
import type { Frame } from "./frames.ts";
import { OutQueue } from "./out-queue.ts";
import type { Outbox } from "./outbox.ts";

export class StreamLane implements ByteLane {
  onRoom: (() => void) | undefined = undefined;
  readonly #post: (frame: Frame, id: number) => void;
  readonly #outbox: Outbox;
  readonly #queue: OutQueue;
  readonly #forget: () => void;

  /** `post`: what is no data; `forget`: it is closed. */
  constructor(id: number, outbox: Outbox, post: (frame: Frame, id: number) => void, forget: () => void) {
    this.#post = post;
    this.#outbox = outbox;
    this.#queue = new OutQueue(id, outbox.memories);
    this.#forget = forget;
  }

  get full(): boolean {
    return this.#queue.full;
  }

  get queued(): number {
    return this.#queue.chunks;
  }

  push(bytes: Uint8Array, form: number, weight: number | undefined, lend: boolean, pack?: boolean): void {
    this.#queue.push(bytes, form, weight, lend, pack);
    this.#outbox.ready(this.#queue, this.#queue.full);
  }

  discard(all: boolean): void {
    this.#queue.discard(all);
  }

  last(type: number, payload: Uint8Array): void {
    this.#queue.end(type, payload);
    this.#outbox.ready(this.#queue);
  }

  post(message: unknown): void {
    this.#post(message as Frame, this.#queue.stream);
  }

  /** Frames come by the link, which knows whose they are. */
  listen(): void {}

  close(): void {
    this.#forget();
  }
}

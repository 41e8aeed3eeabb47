/**
 * The multiplexer: what a link of bytes is given next. Small frames of control go ahead of all data; streams with data
 * take turns, by deficit round robin, so that each gets its share of the bytes and none waits behind a large chunk of
 * another. Only one write is under way at a time, so that nothing piles up in the system, where it could not be overtaken.
 */
import { LinkError } from "../errors.ts";
import type { ByteLink } from "../link.ts";
import { Gather } from "./gather.ts";
import { TYPES, writeF64 } from "./layout.ts";
import { Memories } from "./memories.ts";
import type { OutQueue } from "./out-queue.ts";

/** Bytes that a stream may send before it is another's turn. */
const QUANTUM = 64 * 1024;
/** Bytes handed to the link at once: what a frame of control may have to wait behind. */
const BURST = 1024 * 1024;
/**
 * Control that the remote leaves unread, in bytes, and what a frame of it costs beside its payload: thousands of streams
 * may honestly be accepted, ended and cancelled in one turn.
 */
const MOST_CONTROL = 16 * 1024 * 1024;
const FRAME_COST = 256;

interface Control {
  readonly type: number;
  readonly stream: number;
  readonly payload: Uint8Array;
}

/** What the outbox tells. */
export interface OutboxHost {
  /** Some of what a stream had queued is on its way, or was taken: there may be room again. */
  room(stream: number): void;
  /** It cannot go on: the remote does not read. */
  failed(error: LinkError): void;
}

export class Outbox {
  readonly #link: ByteLink;
  readonly #host: OutboxHost;
  readonly #gather = new Gather();
  readonly memories: Memories = new Memories();
  #control: Control[] = [];
  #controlBytes = 0;
  /** The newest limits of each stream that has any to tell: an older grant is no news beside a newer one. */
  readonly #credit = new Map<number, { limit: number; bytes: number }>();
  /** Streams that have something to send, in the order of their turns. */
  #round: OutQueue[] = [];
  /** Streams whose lent chunk goes with the write under way, and the others that have part in it. */
  #returning: OutQueue[] = [];
  #sending: OutQueue[] = [];
  #connected = false;
  #writing = false;
  #scheduled = false;
  #closed = false;
  #drained: (() => void) | undefined = undefined;

  constructor(link: ByteLink, host: OutboxHost) {
    this.#link = link;
    this.#host = host;
  }

  /** The link can be written to. */
  connect(): void {
    this.#connected = true;
    this.#flush();
  }

  /** A frame that may overtake data. */
  control(type: number, stream: number, payload: Uint8Array): void {
    if (this.#closed) return;
    this.#control.push({ type, stream, payload });
    this.#controlBytes += payload.length + FRAME_COST;
    if (this.#controlBytes > MOST_CONTROL) {
      this.#host.failed(
        new LinkError(
          "CONNECTION_LOST",
          `The remote does not read: ${this.#control.length} frames of control wait to be sent to it; see what keeps it busy`,
        ),
      );
      return;
    }
    this.#schedule();
  }

  /** New limits of a stream, in place of those that were not sent yet. */
  credit(stream: number, limit: number, bytes: number): void {
    if (this.#closed) return;
    this.#credit.set(stream, { limit, bytes });
    this.#schedule();
  }

  /** The stream has something to send. `now`: it need not wait for others of this turn. */
  ready(queue: OutQueue, now = false): void {
    if (this.#closed) return;
    if (!queue.queued) {
      queue.queued = true;
      this.#round.push(queue);
    }
    if (now) this.#flush();
    else this.#schedule();
  }

  /** Calls back once everything was taken. */
  drain(callback: () => void): void {
    this.#drained = callback;
    if (!this.#connected) this.#control = [];
    this.#flush();
  }

  /** Nothing is sent any more. */
  close(): void {
    this.#closed = true;
    this.#control = [];
    this.#round = [];
    this.#credit.clear();
  }

  get #empty(): boolean {
    return this.#round.length === 0 && this.#control.length === 0 && this.#credit.size === 0;
  }

  #schedule(): void {
    if (this.#scheduled || this.#writing) return;
    this.#scheduled = true;
    this.#link.scheduler.defer(this.#due);
  }

  readonly #due = (): void => {
    this.#scheduled = false;
    this.#flush();
  };

  #flush(): void {
    if (this.#writing || this.#closed) return;
    if (!this.#connected || this.#empty) {
      this.#finish();
      return;
    }
    const gather = this.#gather;
    this.#addControl(gather);
    this.#addData(gather);
    this.#writing = true;
    const isTaken = this.#link.write(gather.end(), this.#taken);
    this.#tellRoom();
    if (isTaken) this.#taken();
  }

  readonly #taken = (): void => {
    this.#writing = false;
    this.#gather.clear();
    this.memories.returned();
    const returning = this.#returning;
    this.#returning = [];
    for (const queue of returning) {
      queue.returned();
      this.#host.room(queue.stream);
    }
    if (this.#empty) this.#finish();
    else this.#schedule();
  };

  #finish(): void {
    const drained = this.#drained;
    this.#drained = undefined;
    drained?.();
  }

  /** What was copied need not wait until it is taken. */
  #tellRoom(): void {
    const sending = this.#sending;
    this.#sending = [];
    for (const queue of sending) this.#host.room(queue.stream);
  }

  #addControl(gather: Gather): void {
    for (const { type, stream, payload } of this.#control) gather.frame(type, stream, payload);
    this.#control = [];
    this.#controlBytes = 0;
    for (const [stream, { limit, bytes }] of this.#credit) {
      gather.plainHeader(TYPES["stream-credit"], stream, 16);
      const { memory, at } = gather.room(16);
      writeF64(memory, at, limit);
      writeF64(memory, at + 8, bytes);
    }
    this.#credit.clear();
  }

  #addData(gather: Gather): void {
    while (this.#round.length > 0 && gather.length < BURST) {
      const queue = this.#round[0] as OutQueue;
      queue.deficit += QUANTUM;
      if (queue.drain(gather, BURST)) this.#returning.push(queue);
      else this.#sending.push(queue);
      this.#round.shift();
      if (queue.empty) {
        queue.queued = false;
        queue.deficit = 0;
      } else this.#round.push(queue);
    }
  }
}

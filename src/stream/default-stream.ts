/**
 * The default stream of a channel: two streams under one name, one for each direction, each opened by its sender when
 * it is first used. It counts what was sent and what has come, so that a message can wait for the chunks before it.
 */
import { mistake, StreamError } from "../errors.ts";
import { ARRIVED, type Arrival } from "./arrival.ts";
import type { OpenOptions } from "./definition.ts";
import type { StreamOptions } from "./options.ts";
import type { StreamClasses } from "./strategy.ts";
import type { Duplex } from "./stream.ts";
import type { SystemOffer } from "./system.ts";

/** The name of the streams that it consists of. */
export const DATA = "$/data";

export interface DefaultStreamHost {
  readonly classes: StreamClasses;
  readonly options: StreamOptions;
  open(name: string, options: OpenOptions): Duplex;
  /** How much is under way has changed. */
  changed(): void;
}

interface Waiting {
  readonly count: number;
  resolve(): void;
}

export class DefaultStream {
  readonly #host: DefaultStreamHost;
  #outgoing: Duplex | undefined = undefined;
  #offer: SystemOffer | undefined = undefined;
  #incoming: Duplex | undefined = undefined;
  /** How chunks are taken, once somebody has said so. */
  #readable: ReadableStream<unknown> | undefined = undefined;
  #consumer: ((chunk: unknown) => unknown) | undefined = undefined;
  #taken: ((stream: Duplex | undefined) => void) | undefined = undefined;
  /** Chunks of the remote whose handling has begun, and is done; of those done out of turn, which. */
  #begun = 0;
  #handled = 0;
  readonly #early = new Set<number>();
  /** No more comes: the remote's direction has ended, or the channel. */
  #over: { readonly reason?: unknown } | undefined = undefined;
  #arrivals: Waiting[] = [];
  #handlings: Waiting[] = [];

  constructor(host: DefaultStreamHost) {
    this.#host = host;
  }

  // Ours.

  get writable(): WritableStream<unknown> {
    return this.#open().writable;
  }

  /** Chunks that were started: a message sent now waits for them at the remote. */
  get started(): number {
    return this.#outgoing?.outgoing.credit.chunks ?? 0;
  }

  /** Resolves once the chunk was started, which needs credit. */
  send(chunk: unknown): Promise<void> {
    const { writable } = this;
    if (writable.locked) {
      return Promise.reject(wrong("Cannot send data: the writer of channel.data.writable is held elsewhere"));
    }
    const writer = writable.getWriter();
    const written = writer.write(chunk);
    writer.releaseLock();
    return written;
  }

  #open(): Duplex {
    if (this.#outgoing === undefined) {
      this.#outgoing = this.#host.open(DATA, this.#host.options);
      this.#outgoing.readable.cancel().catch(() => {});
    }
    return this.#outgoing;
  }

  // The remote's.

  /** The remote has opened its direction. */
  offered(offer: SystemOffer): void {
    if (this.#offer !== undefined || this.#over !== undefined) {
      offer.refuse(new StreamError("CHANNEL_CLOSED", "Cannot send data: that direction was ended before"));
      return;
    }
    this.#offer = offer;
    offer.arriving = () => this.#settle();
    offer.withdrawn = () => this.end({});
    this.#take();
  }

  get readable(): ReadableStream<unknown> {
    if (this.#readable !== undefined) return this.#readable;
    if (this.#consumer !== undefined) throw wrong("Cannot read channel.data.readable: onData takes its chunks");
    const taken = new Promise<Duplex | undefined>((resolve) => {
      this.#taken = resolve;
    });
    let reader: ReadableStreamDefaultReader<unknown> | undefined;
    const { ReadableStream } = this.#host.classes;
    this.#readable = new ReadableStream<unknown>(
      {
        pull: async (controller) => {
          reader ??= (await taken)?.readable.getReader();
          const step = await reader?.read();
          if (step === undefined && this.#over?.reason !== undefined) throw this.#over.reason;
          if (step === undefined || step.done) {
            controller.close();
            return;
          }
          controller.enqueue(step.value);
          this.#done(this.#begun++);
        },
        cancel: async (reason) => {
          const stream = reader ?? (await taken)?.readable;
          await stream?.cancel(reason);
        },
      },
      { highWaterMark: 0 },
    );
    this.#take();
    return this.#readable;
  }

  /** Calls `handle` with each chunk as it arrives, in order. Its credit returns when what `handle` gives has settled. */
  onData(handle: (chunk: unknown) => unknown): void {
    if (typeof handle !== "function") throw wrong("Cannot take data: onData wants a function");
    if (this.#readable !== undefined) throw wrong("Cannot use onData: channel.data.readable takes the chunks");
    if (this.#consumer !== undefined) throw wrong("Cannot use onData twice: call several functions from one");
    this.#consumer = handle;
    this.#take();
  }

  #take(): void {
    const offer = this.#offer;
    if (offer === undefined || this.#incoming !== undefined) return;
    if (this.#consumer === undefined && this.#readable === undefined) return;
    const consume = this.#consumer && ((chunk: unknown) => this.#consume(chunk));
    this.#incoming = offer.accept(this.#host.options, { consume, arriving: () => this.#settle() });
    this.#incoming?.writable.abort().catch(() => {});
    this.#taken?.(this.#incoming);
    this.#settle();
  }

  async #consume(chunk: unknown): Promise<void> {
    const index = this.#begun++;
    try {
      await this.#consumer?.(chunk);
    } finally {
      this.#done(index);
    }
  }

  /** Chunk `index` was handled. */
  #done(index: number): void {
    this.#early.add(index);
    while (this.#early.delete(this.#handled)) this.#handled++;
    this.#settle();
    if (this.handling === 0) this.#host.changed();
  }

  /** Chunks that `onData` has not settled. */
  get handling(): number {
    return this.#consumer === undefined ? 0 : this.#begun - this.#handled;
  }

  // What a message asks.

  get #arrived(): number {
    return this.#incoming?.incoming.credit.chunks ?? this.#offer?.arrived ?? 0;
  }

  /** No chunk will come any more. */
  get #isComplete(): boolean {
    const state = this.#incoming?.incoming.state;
    return this.#over !== undefined || (state !== undefined && state !== "open");
  }

  /** Of a message that was sent after so many chunks. */
  arrival(count: number): Arrival {
    if (count === 0) return ARRIVED;
    return {
      waits: this.#arrived >= count || this.#isComplete ? undefined : wait(this.#arrivals, count),
      complete: () => this.#arrived >= count,
      handled: () =>
        this.#handled >= count || (this.#isComplete && this.handling === 0)
          ? Promise.resolve()
          : wait(this.#handlings, count),
    };
  }

  #settle(): void {
    const isComplete = this.#isComplete;
    this.#arrivals = release(this.#arrivals, isComplete ? Number.POSITIVE_INFINITY : this.#arrived);
    const isHandled = isComplete && this.handling === 0 && this.#readable === undefined;
    this.#handlings = release(
      this.#handlings,
      isHandled || this.#over !== undefined ? Number.POSITIVE_INFINITY : this.#handled,
    );
  }

  // The end.

  /** Nothing new is sent or taken: what was sent still arrives. */
  close(): void {
    const writable = this.#outgoing?.writable;
    if (writable !== undefined && !writable.locked) writable.close().catch(() => {});
    if (this.#incoming !== undefined) return;
    this.#offer?.refuse(
      new StreamError("CHANNEL_CLOSED", "Cannot send data: nobody takes it, and the channel is closing"),
    );
    this.end({});
  }

  /** The channel has ended, with a reason if it failed. */
  end(over: { readonly reason?: unknown }): void {
    this.#over ??= over;
    if (this.#incoming === undefined) this.#taken?.(undefined);
    this.#settle();
  }
}

function wait(list: Waiting[], count: number): Promise<void> {
  return new Promise((resolve) => {
    list.push({ count, resolve });
  });
}

/** Resolves those that wait for no more than `count`; gives the others. */
function release(list: Waiting[], count: number): Waiting[] {
  if (list.length === 0) return list;
  for (const each of list) if (each.count <= count) each.resolve();
  return list.filter((each) => each.count > count);
}

function wrong(message: string): TypeError {
  return mistake(new TypeError(message), "BAD_DATA_USE");
}

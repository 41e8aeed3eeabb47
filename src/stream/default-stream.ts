/**
 * The default stream of a channel: two streams under one name, one for each direction, each opened by its sender when
 * it is first used. It counts what was sent and what has come, so that a message can wait for the chunks before it.
 */
import { mistake, StreamError } from "../errors.ts";
import { isAsync } from "../schema.ts";
import { ARRIVED, type Arrival } from "./arrival.ts";
import type { OpenOptions, StreamOptions } from "./definition.ts";
import type { StreamClasses } from "./strategy.ts";
import type { Duplex } from "./stream.ts";
import type { SystemOffer } from "./system.ts";
import { Waits } from "./waits.ts";

/** The name of the streams that it consists of. */
export const DATA = "$/data";

export interface DefaultStreamHost {
  readonly classes: StreamClasses;
  readonly options: StreamOptions;
  open(name: string, options: OpenOptions): Duplex;
  /** How much is under way has changed. */
  changed(): void;
}

/** Why no more chunks of the remote will come, if there is a reason. */
interface Over {
  readonly reason?: unknown;
}

export class DefaultStream {
  readonly #host: DefaultStreamHost;
  #outgoing: Duplex | undefined = undefined;
  #offer: SystemOffer | undefined = undefined;
  #incoming: Duplex | undefined = undefined;
  /** How chunks are taken, once somebody has said so. */
  #readable: ReadableStream<unknown> | undefined = undefined;
  #consumer: ((chunk: unknown) => unknown) | undefined = undefined;
  /** Resolves with the stream of the remote once that is there and taken; with nothing if there will be none. */
  readonly #taken: Promise<Duplex | undefined>;
  #settleTaken!: (stream: Duplex | undefined) => void;
  /** Chunks given to the reader, or to `onData`'s function; and by their numbers, in order, those for which it has not settled. */
  #begun = 0;
  readonly #unsettled = new Set<number>();
  /** The reader of `readable` has given up. */
  #cancelled = false;
  /** No more comes: the remote's direction has ended without having been taken, or the channel. */
  #over: Over | undefined = undefined;
  readonly #arrivals = new Waits();
  readonly #handlings = new Waits();

  constructor(host: DefaultStreamHost) {
    this.#host = host;
    this.#taken = new Promise((resolve) => {
      this.#settleTaken = resolve;
    });
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
    // Node 20 answers such a write with an internal assertion.
    if (this.#isClosed) return Promise.reject(wrong("Cannot send data: channel.data.writable was closed"));
    const writer = writable.getWriter();
    const written = writer.write(chunk);
    writer.releaseLock();
    return written;
  }

  get #isClosed(): boolean {
    const state = this.#outgoing?.outgoing.state;
    return state === "ending" || state === "done";
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
    offer.withdrawn = (reason) => this.end({ reason });
    this.#take();
  }

  get readable(): ReadableStream<unknown> {
    if (this.#readable !== undefined) return this.#readable;
    if (this.#consumer !== undefined) throw wrong("Cannot read channel.data.readable: onData takes its chunks");
    let reader: ReadableStreamDefaultReader<unknown> | undefined;
    const { ReadableStream } = this.#host.classes;
    this.#readable = new ReadableStream<unknown>(
      {
        pull: async (controller) => {
          if (reader === undefined) {
            const stream = await this.#taken;
            // By a cancel that is about to reach the stream itself.
            if (this.#cancelled) return;
            reader = stream?.readable.getReader();
          }
          const step = await reader?.read();
          if (step === undefined && this.#over !== undefined && "reason" in this.#over) throw this.#over.reason;
          if (step === undefined || step.done) controller.close();
          else {
            controller.enqueue(step.value);
            this.#begun++;
          }
          this.#settle();
        },
        cancel: async (reason) => {
          this.#cancelled = true;
          if (reader !== undefined) await reader.cancel(reason);
          // What the remote has not opened yet is cancelled when it comes; nobody need wait for that.
          else this.#taken.then((stream) => stream?.readable.cancel(reason)).catch(() => {});
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

  /** Takes the remote's stream, once there is one and somebody for it. */
  #take(): void {
    const offer = this.#offer;
    if (offer === undefined || this.#over !== undefined || this.#incoming !== undefined) return;
    if (this.#consumer === undefined && this.#readable === undefined) return;
    const consume = this.#consumer && ((chunk: unknown) => this.#consume(chunk));
    const accepted = offer.accept(this.#host.options, {
      consume,
      arriving: () => this.#settle(),
      // What has come already is handled before `accept` returns, and may close the channel.
      taken: (stream) => {
        this.#incoming = stream;
      },
    });
    if (accepted === undefined) {
      this.end({ reason: new StreamError("CODEC_MISMATCH", "Cannot take data: the remote sends it in another codec") });
      return;
    }
    accepted.writable.abort().catch(() => {});
    this.#settleTaken(accepted);
    this.#settle();
  }

  #consume(chunk: unknown): unknown {
    const index = this.#begun++;
    this.#unsettled.add(index);
    let result: unknown;
    try {
      result = this.#consumer?.(chunk);
    } catch (error) {
      this.#unsettled.delete(index);
      throw error;
    }
    if (!isAsync(result)) {
      this.#unsettled.delete(index);
      return undefined;
    }
    return Promise.resolve(result).finally(() => {
      this.#unsettled.delete(index);
      this.#settle();
      if (this.handling === 0) this.#host.changed();
    });
  }

  /** Chunks that `onData` has not settled. */
  get handling(): number {
    return this.#unsettled.size;
  }

  // What a message asks.

  /** Chunks that have come. */
  get #arrived(): number {
    return this.#incoming?.incoming.credit.chunks ?? this.#offer?.arrived ?? 0;
  }

  /** Chunks that have been handled, each of them and all before it: read, or settled by `onData`'s function. */
  get #handled(): number {
    for (const first of this.#unsettled) return first;
    return this.#begun;
  }

  /** No chunk will come any more. */
  get #isComplete(): boolean {
    const state = this.#incoming?.incoming.state;
    return this.#over !== undefined || (state !== undefined && state !== "open");
  }

  /** None will be handled any more either, if none is now. */
  get #isDone(): boolean {
    if (!this.#isComplete || this.handling > 0) return false;
    if (this.#over !== undefined) return true;
    // Of what has ended well, the last chunk may have left the platform's queue and not yet be the reader's.
    const isRead = this.#consumer === undefined && !this.#cancelled && this.#incoming?.incoming.state === "ended";
    return isRead ? this.#begun >= this.#arrived : this.#incoming?.incoming.queued === 0;
  }

  /** Of a message that was sent after so many chunks. */
  arrival(count: number): Arrival {
    if (count === 0) return ARRIVED;
    return {
      wait: (signal) =>
        this.#arrived >= count || this.#isComplete ? undefined : this.#arrivals.until(count, signal?.()),
      complete: () => this.#arrived >= count,
      handled: () =>
        this.#handled >= count || this.#isDone ? Promise.resolve() : this.#handlings.until(count, undefined),
    };
  }

  /** Something has come, was handled or has ended: whoever waited for that goes on. */
  #settle(): void {
    if (this.#arrivals.length > 0) this.#arrivals.release(this.#isComplete ? Number.POSITIVE_INFINITY : this.#arrived);
    if (this.#handlings.length > 0) this.#handlings.release(this.#isDone ? Number.POSITIVE_INFINITY : this.#handled);
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

  /** Nothing comes any more, for a reason if something failed. */
  end(over: Over): void {
    this.#over ??= over;
    this.#settleTaken(this.#incoming);
    this.#settle();
  }
}

function wrong(message: string): TypeError {
  return mistake(new TypeError(message), "BAD_DATA_USE");
}

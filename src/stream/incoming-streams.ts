/** `incomingStreams`: the streams of the remote that no handler is named for, as a stream of streams. */
import type { StreamClasses } from "./strategy.ts";
import type { ChannelStream } from "./stream.ts";

/** Who has the streams. */
interface Source {
  /** A read waits. */
  wanted(): void;
  /** Nobody will read any more. */
  cancelled(reason: unknown): void;
}

export class IncomingStreams {
  readonly #classes: StreamClasses;
  readonly #source: Source;
  #readable: ReadableStream<ChannelStream> | undefined = undefined;
  /** From the first time that somebody has asked for the readable, until it has ended. */
  #controller: ReadableStreamDefaultController<ChannelStream> | undefined = undefined;
  #isAwaited = false;

  constructor(classes: StreamClasses, source: Source) {
    this.#classes = classes;
    this.#source = source;
  }

  get readable(): ReadableStream<ChannelStream> {
    this.#readable ??= this.#make();
    return this.#readable;
  }

  /** Has somebody asked for them, who may still read? */
  get isOpen(): boolean {
    return this.#controller !== undefined;
  }

  /** Is somebody at it? */
  get isLocked(): boolean {
    return this.#readable?.locked === true;
  }

  /** Does a read wait? One that has given up, and has released its lock, wants nothing any more. */
  get isAwaited(): boolean {
    return this.#isAwaited && this.isLocked;
  }

  /** The one that a read waits for. */
  hand(stream: ChannelStream): void {
    this.#isAwaited = false;
    this.#controller?.enqueue(stream);
  }

  /** No more will come. */
  end(): void {
    this.#controller?.close();
    this.#controller = undefined;
  }

  #make(): ReadableStream<ChannelStream> {
    const { ReadableStream } = this.#classes;
    return new ReadableStream<ChannelStream>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.#isAwaited = true;
          this.#source.wanted();
        },
        cancel: (reason) => {
          this.#controller = undefined;
          this.#source.cancelled(reason);
        },
      },
      { highWaterMark: 0 },
    );
  }
}

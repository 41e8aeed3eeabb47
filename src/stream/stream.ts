/**
 * One stream of a channel: its two directions, bound to WHATWG streams, and the lane that carries their frames. It
 * knows neither links nor the other streams; what opens and ends it is in `streams.ts`, what each frame does to it in
 * `frame-handlers.ts`.
 */
import type { Codec } from "../codecs/codec.ts";
import type { Conduct } from "../conduct.ts";
import { ProtocolError, StreamError } from "../errors.ts";
import type { Lane, LaneReceiver } from "../link.ts";
import { encodeReason, type WireReason } from "../reason.ts";
import type { Signals } from "../signals.ts";
import { type Frame, parseFrame } from "../wire/frames.ts";
import type { Transfer } from "./chunk.ts";
import type { Grant, InitialCredit } from "./credit.ts";
import { handlers } from "./frame-handlers.ts";
import type { Turn } from "./gather.ts";
import type { Grants } from "./grants.ts";
import { Incoming, type IncomingOptions } from "./incoming.ts";
import type { Litter } from "./litter.ts";
import { Outgoing } from "./outgoing.ts";
import type { Owner } from "./owner.ts";
import type { Reminders } from "./reminders.ts";
import type { OverBytes } from "./shipping.ts";
import { isFinalIncoming, isFinalOutgoing } from "./states.ts";
import type { StreamStats } from "./stats.ts";
import type { Strategy, StreamClasses } from "./strategy.ts";

/** A stream of a channel: a `{ readable, writable }` pair whose other ends are at the remote. */
export interface ChannelStream<In = unknown, Out = unknown> {
  /** Unique in its channel; −1 until the stream could be opened. */
  readonly id: number;
  readonly name: string;
  /** What the opener gave along. */
  readonly metadata: unknown;
  readonly readable: ReadableStream<In>;
  readonly writable: WritableStream<Out>;
  /** Aborted with the reason once either direction has failed: by the remote, by us, or with the connection. */
  readonly signal: AbortSignal;
  /** Errors both directions on both sides with `reason`. A blocked `write()` or `close()` settles at once. */
  abort(reason?: unknown): void;
  stats(): StreamStats;
}

/** What the streams of a channel share. */
export interface StreamContext {
  readonly classes: StreamClasses;
  readonly overBytes: OverBytes | undefined;
  readonly turn: Turn;
  readonly litter: Litter;
  /** Where the grants of several streams go together; `undefined`: the link gathers by itself. */
  readonly grants: Grants | undefined;
  readonly reminders: Reminders;
  /** What users have given to stop streams. */
  readonly signals: Signals;
  readonly trusted: boolean;
  readonly maxChunk: number;
  readonly largestChunk: number;
  readonly idleGrants: number;
  /** Milliseconds that a write waits for credit. */
  readonly stall: number;
  readonly conduct: Conduct;
  /** The largest highWaterMark that this side takes from a remote. */
  readonly largestWindow: number;
  breach(error: unknown): void;
  /** Both directions are final: nothing of the stream comes or goes any more. */
  finished(stream: Duplex): void;
  /** Both directions are final, the last one by an error of the remote's. */
  wasReset(stream: Duplex): void;
  /** The far side has accepted or refused a stream of ours, or it ended before. Once for each that was opened. */
  answered(stream: Duplex): void;
  /** The stream's own lane is gone, but it is not known what became of the link. */
  laneLost(stream: Duplex, error: Error): void;
}

/** What is known of a stream when its two ends are made. */
export interface DuplexOptions {
  readonly name: string;
  readonly metadata: unknown;
  readonly codec: Codec | undefined;
  readonly transfer: Transfer;
  readonly incoming: IncomingOptions;
  /** Of the incoming direction: what the remote may send before it was accepted. */
  readonly initial: InitialCredit | undefined;
  readonly outgoing: Strategy | undefined;
  readonly signal: AbortSignal | undefined;
}

const NO_CREDIT: InitialCredit = { chunks: 0, bytes: 0 };

export class Duplex implements ChannelStream, Owner, LaneReceiver {
  id = -1;
  lane: Lane | undefined = undefined;
  readonly name: string;
  readonly metadata: unknown;
  readonly readable: ReadableStream<unknown>;
  readonly writable: WritableStream<unknown>;
  readonly incoming: Incoming;
  readonly outgoing: Outgoing;
  readonly #context: StreamContext;
  /** Made when somebody asks for the signal. */
  #failure: AbortController | undefined = undefined;
  #reason: { readonly reason: unknown } | undefined = undefined;
  #unanswered = false;
  #unfollow: (() => void) | undefined = undefined;

  constructor(context: StreamContext, options: DuplexOptions) {
    const { ReadableStream, WritableStream } = context.classes;
    this.#context = context;
    this.name = options.name;
    this.metadata = options.metadata;
    this.incoming = new Incoming(this, options.incoming, options.initial);
    this.outgoing = new Outgoing(this, options.codec, options.transfer, options.outgoing);
    this.readable = new ReadableStream(this.incoming as UnderlyingDefaultSource, this.incoming.queuing);
    this.writable = new WritableStream(this.outgoing, this.outgoing.queuing);
    if (options.signal !== undefined) this.#follow(options.signal);
  }

  get signal(): AbortSignal {
    if (this.#failure === undefined) {
      this.#failure = new AbortController();
      if (this.#reason !== undefined) this.#failure.abort(this.#reason.reason);
    }
    return this.#failure.signal;
  }

  abort(reason: unknown = new DOMException("The stream was aborted", "AbortError")): void {
    this.fail("abort", reason);
  }

  stats(): StreamStats {
    const { id, name, incoming, outgoing } = this;
    return { id, name, incoming: incoming.stats(), outgoing: outgoing.stats() };
  }

  /** Both directions have come to their end. */
  get isFinal(): boolean {
    return isFinalIncoming(this.incoming.state) && isFinalOutgoing(this.outgoing.state);
  }

  // What the channel's streams tell a stream.

  /** Opened by us, under this id: the initial credit may be spent, and what happened meanwhile is told. */
  opened(initial: InitialCredit): void {
    this.#unanswered = true;
    // If it has ended before, the far side is told now.
    const { isFinal } = this;
    this.#enter(initial);
    if (isFinal) this.settled();
  }

  /** Opened by us although it has ended: the remote is told how. */
  openedLate(initial: InitialCredit): void {
    this.#enter(initial);
  }

  /** Opened by the remote, and accepted. */
  accepted(): void {
    this.#enter(NO_CREDIT);
  }

  #enter(initial: InitialCredit): void {
    this.incoming.opened();
    this.outgoing.admitted(initial);
  }

  /** The far side has answered, or need not any more. Returns whether that was due. */
  answered(): boolean {
    const due = this.#unanswered;
    this.#unanswered = false;
    if (due) this.#context.answered(this);
    return due;
  }

  /** Both directions end with an error. `abort` is ours; the other events came from the remote, or the link. */
  fail(event: "abort" | "lost" | "refuse", reason: unknown): void {
    this.outgoing.fail(event, reason);
    this.incoming.fail(event, reason);
  }

  /** What comes from the remote is of no use, which is no failure of the stream. */
  writeOnly(): void {
    this.incoming.dismiss();
  }

  /**
   * Whoever had the stream has settled: what was left unlocked and unfinished, nobody will ever touch again. What was
   * written and closed without waiting is finished first.
   */
  abandon(message: string): void {
    this.outgoing.whenDrained(() => {
      const error = (): StreamError => new StreamError("STREAM_ABANDONED", message);
      if (!this.writable.locked && this.outgoing.state !== "ending") this.outgoing.fail("abort", error());
      if (!this.readable.locked) this.incoming.abandon(error());
    });
  }

  // The owner of two directions.

  get overBytes(): OverBytes | undefined {
    return this.#context.overBytes;
  }
  get turn(): Turn {
    return this.#context.turn;
  }
  get litter(): Litter {
    return this.#context.litter;
  }
  get maxChunk(): number {
    return this.#context.maxChunk;
  }
  get largestChunk(): number {
    return this.#context.largestChunk;
  }
  get idleGrants(): number {
    return this.#context.idleGrants;
  }

  get stall(): number {
    return this.#context.stall;
  }

  /**
   * Before the stream is opened nothing is told: `stream-open` tells it. The first grants must not come before
   * `stream-accept`, so they go the same way.
   */
  tellGrant(grant: Grant, isAccepted: boolean): void {
    const { id, lane } = this;
    const { grants } = this.#context;
    if (lane === undefined) return;
    if (isAccepted && grants !== undefined) grants.tell(id, lane, grant);
    else lane.post({ type: "stream-credit", id, ...grant });
  }

  fault(): void {
    this.#context.conduct.fault();
  }

  encodeReason(reason: unknown): WireReason {
    return encodeReason(reason, this.#context.trusted);
  }

  settled(failure?: { readonly reason: unknown }): void {
    if (failure !== undefined && this.#reason === undefined) {
      this.#reason = failure;
      this.#failure?.abort(failure.reason);
    }
    if (!this.isFinal) return;
    this.#unfollow?.();
    this.#unfollow = undefined;
    this.answered();
    this.#context.finished(this);
    this.lane?.close();
  }

  // The receiver of a lane.

  receive(message: unknown): void {
    try {
      const frame = parseFrame(message);
      if (frame.id !== this.id)
        throw new ProtocolError(
          "BAD_STREAM_ID",
          `Cannot take a frame of stream ${frame.id} on the lane of stream ${this.id}`,
        );
      this.take(frame);
    } catch (error) {
      this.#context.breach(error);
    }
  }

  unreadable(): void {
    this.incoming.unreadable();
  }

  lost(error: Error): void {
    this.#context.laneLost(this, error);
  }

  take(frame: Frame): void {
    const handle = handlers[frame.type] as (stream: Duplex, frame: Frame, context: StreamContext) => void;
    handle(this, frame, this.#context);
  }

  #follow(signal: AbortSignal): void {
    const abort = (): void => this.abort(signal.reason);
    if (signal.aborted) abort();
    else this.#unfollow = this.#context.signals.watch(signal, abort);
  }
}

/**
 * The receiving direction of a stream, as the underlying source of its `ReadableStream`. What arrives goes straight
 * into the platform's queue, which only counts; the account of what is held stands beside it, in `held.ts`.
 */
import { CLONE, type Codec } from "../codecs/codec.ts";
import { inStream, ProtocolError, StreamError } from "../errors.ts";
import type { StandardSchema } from "../schema.ts";
import type { DataFrame, WireStrategy, WireWindow } from "../wire/frames.ts";
import { Consumer } from "./consumer.ts";
import { asBytes, validate } from "./content.ts";
import { CHUNK_OVERHEAD, type Grant, type InitialCredit, ReceiveCredit } from "./credit.ts";
import { Held } from "./held.ts";
import type { Owner } from "./owner.ts";
import { type IncomingEvent, type IncomingState, isFinalIncoming, nextIncoming } from "./states.ts";
import type { DirectionStats } from "./stats.ts";
import { checkWeight, type Strategy } from "./strategy.ts";
import type { Flow } from "./system.ts";
import { unpack } from "./unpacking.ts";

/** How a readable is to behave. */
export interface IncomingOptions extends Flow {
  /** Bytes without chunk borders, and whether the platform has byte streams, readable into one's own buffers. */
  readonly bytes: false | "stream" | "chunks";
  readonly codec: Codec | undefined;
  /** What makes the reader's chunks of those that come. */
  readonly schema: StandardSchema<unknown, unknown> | undefined;
  readonly strategy: Strategy;
  /** The user gave the strategy: the sender's own does not apply. */
  readonly fixed: boolean;
  readonly byteWindow: number;
  /** Of the platform's queue; never whole, so that a `desiredSize` of 0 can only mean "closed". */
  readonly mark: number;
}

type FailingEvent = Exclude<IncomingEvent, "data" | "end" | "cancel">;
type Controller = ReadableStreamDefaultController<unknown> | ReadableByteStreamController;

export class Incoming {
  state: IncomingState = "open";
  credit: ReceiveCredit;
  readonly type: "bytes" | undefined;
  readonly #owner: Owner;
  readonly #options: IncomingOptions;
  /** Takes the chunks, if no reader is to. */
  readonly #consumer: Consumer | undefined;
  #controller: Controller | undefined = undefined;
  #held: Held | undefined = undefined;
  /** The platform has pulled an empty queue, and nothing has come into it since. */
  #wanting = false;
  /** It has done so again: this time for a read, which waits. */
  #awaited = false;
  /** Chunks have come in fragments; and the bytes of one that has begun to, or 0. */
  #fragmented = false;
  #begun = 0;
  /** Of a byte stream, the room in its queue when the last chunk had come: if there is more, a part of one was read. */
  #room = 0;
  /** Ends the pull under way, so that the platform asks again. */
  #rearm: (() => void) | undefined = undefined;
  /** Cancelled without a reason, in this turn: not yet told. */
  #leaving = false;
  /** The reason of a cancel that came before the stream was opened. */
  #untold: { readonly reason: unknown } | undefined = undefined;

  constructor(owner: Owner, options: IncomingOptions, initial: InitialCredit | undefined) {
    const { strategy, byteWindow, bytes, consume } = options;
    this.#owner = owner;
    this.#options = options;
    this.type = bytes === "stream" ? "bytes" : undefined;
    this.credit = new ReceiveCredit(strategy.unit, strategy.highWaterMark, byteWindow, strategy.size !== undefined);
    this.credit.initial = initial;
    this.#consumer = consume && new Consumer(consume, owner.turn, this);
  }

  /** What the platform's queue is made with: it only counts. */
  get queuing(): QueuingStrategy {
    return { highWaterMark: this.#options.mark };
  }

  get codecName(): string {
    return this.#options.codec?.name ?? CLONE;
  }

  /** Makes what the first chunk would: of a stream that is kept as a pattern. */
  prepare(): void {
    this.#held = new Held(false);
  }

  /** The limits as they are told in `stream-open` and `stream-accept`. */
  get window(): WireWindow {
    const { unit, limit, byteLimit } = this.credit;
    return { unit, limit, bytes: byteLimit, fixed: this.#options.fixed };
  }

  /** The sender's user gave a strategy, and ours did not: it applies. Before the first chunk only. */
  adopt(suggestion: WireStrategy, largest: number): void {
    const { byteWindow, fixed } = this.#options;
    if (fixed) return;
    const highWaterMark = Math.min(suggestion.highWaterMark, largest);
    this.credit = new ReceiveCredit(suggestion.unit, highWaterMark, byteWindow, false);
    // A read may wait already, and a smaller window have nothing for it.
    this.#grant(this.#wanting);
  }

  stats(): DirectionStats {
    const queued = this.queued;
    const { unit, highWaterMark, chunks, bytes, left, held, peak } = this.credit;
    return { state: this.state, unit, highWaterMark, chunks, bytes, queued, credit: left, inFlight: held, peak };
  }

  /** The stream has been opened under an id. */
  opened(): void {
    // Who consumes always waits for the next chunk, also where the window is 0.
    if (this.#consumer !== undefined) this.ready();
    if (this.#untold === undefined) return;
    this.#tell(this.#untold.reason);
    this.#untold = undefined;
  }

  // The underlying source.

  start(controller: Controller): void {
    this.#controller = controller;
  }

  pull(): undefined | Promise<void> {
    // Nothing ever comes into the queue.
    if (this.#consumer !== undefined) return;
    const isEmpty = this.queued === 0;
    this.#awaited = isEmpty && this.#wanting;
    this.#wanting = isEmpty;
    this.#grant(isEmpty);
    this.#grantAhead();
    // While no grant can fall due, the reader's progress is of no interest: the pull ends when more has arrived. Of chunks
    // in fragments it is, for a read may wait for the next one.
    if (this.credit.chunks === 0 || !this.credit.ample || this.#fragmented || isFinalIncoming(this.state))
      return undefined;
    return new Promise((resolve) => {
      this.#rearm = resolve;
    });
  }

  /**
   * A loop that is left, by `break` or by an error, cancels without a reason. If it was an error, whoever had the stream
   * fails with it before the turn is over, and that is what the writer is to hear.
   */
  cancel(reason: unknown): void {
    if (isFinalIncoming(this.state)) return;
    if (reason !== undefined) {
      this.#cancelled(reason);
      return;
    }
    this.#leaving = true;
    this.#owner.turn.later(() => this.#cancelled(undefined));
  }

  #cancelled(reason: unknown): void {
    if (isFinalIncoming(this.state)) return;
    this.state = nextIncoming(this.state, "cancel", this.#owner.id);
    this.#tell(reason);
    this.#finish(reason);
  }

  // What the stream tells its incoming direction.

  /** Nobody will read: as `cancel()`, and no failure. */
  dismiss(): void {
    if (isFinalIncoming(this.state)) return;
    this.state = nextIncoming(this.state, "cancel");
    this.#tell(undefined);
    this.#close(this.#controller as ReadableByteStreamController);
    this.#owner.settled();
  }

  data(frame: DataFrame): void {
    this.state = nextIncoming(this.state, "data", this.#owner.id);
    if (!this.#takes) return;
    this.#account();
    try {
      unpack(frame, this.#options.codec, this.#owner, this);
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      this.fail("abort", inStream(this.#owner.name, error));
      return;
    }
    if (this.#consumer === undefined) this.#grant(this.#wanting);
    else this.ready();
    this.#noteRoom();
    if (!this.credit.ample) this.#ask();
    this.#options.arriving?.();
  }

  /** Chunks have come that cannot be read here. What follows them is not what the reader waits for. */
  unreadable(): void {
    if (!this.#takes) return;
    this.#owner.fault();
    const message = `Cannot go on with stream "${this.#owner.name}": a chunk holds what cannot be read where it came to, such as a WebAssembly.Module outside of its process; write what it is made of`;
    this.fail("abort", new StreamError("CHUNK_UNREADABLE", message));
  }

  end(chunks: number): void {
    this.state = nextIncoming(this.state, "end", this.#owner.id);
    if (this.state !== "ended") return;
    // What nobody wanted any more was not counted.
    if (chunks !== this.credit.chunks && !this.#leaving) {
      throw new ProtocolError(
        "BAD_FRAME",
        `Cannot end stream ${this.#owner.id} "${this.#owner.name}" after ${chunks} chunks: ${this.credit.chunks} have come`,
      );
    }
    this.#owner.lane?.post({ type: "stream-ended", id: this.#owner.id });
    this.#close(this.#controller as ReadableByteStreamController);
    this.#finish();
  }

  #close(controller: ReadableByteStreamController): void {
    try {
      controller.close();
      // A read into the reader's own buffer is not ended by `close()` alone.
      if (this.type === "bytes") controller.byobRequest?.respond(0);
    } catch {
      // Bytes that do not fill an element of the reader's view: the platform has told the reader by an error.
    }
  }

  /** Ends this direction with an error. `abort` is ours, and the far side is told. */
  fail(event: FailingEvent, reason: unknown): void {
    if (isFinalIncoming(this.state)) return;
    this.state = nextIncoming(this.state, event, this.#owner.id);
    if (event === "abort") this.#tell(reason);
    this.#controller?.error(reason);
    this.#finish(reason);
  }

  /** Nobody has it any more. What was cancelled in this turn is over already. */
  abandon(error: unknown): void {
    if (!this.#leaving) this.fail("abort", error);
  }

  /** Chunks held: arrived and not yet taken by the reader. */
  get queued(): number {
    this.#account();
    return this.#held?.length ?? 0;
  }

  // What its chunks do, one by one.

  /** Is a chunk wanted that begins to come? Throws for one that has no credit, before there is memory for it. */
  admits(): boolean {
    if (!this.#takes) return false;
    if (this.credit.covered) return true;
    const { id, name } = this.#owner;
    throw new ProtocolError(
      "CREDIT_OVERRUN",
      `Cannot take a chunk of stream ${id} "${name}": no credit was left for it`,
    );
  }

  /**
   * A chunk of so many bytes has begun to come. If a read waits for it, it is as good as taken: the sender may go on while
   * the rest of it comes. Not so of a byte stream, whose reader may have room for a part of it only.
   */
  begins(bytes: number): void {
    if (this.type === "bytes") return;
    this.#fragmented = true;
    this.#begun = bytes;
    this.#ask();
    this.#grantAhead();
  }

  /** Books a chunk, and hands it on: of `counted` in the unit, and charged so many bytes. */
  arrive(value: unknown, counted: number, bytes: number): void {
    const { credit } = this;
    const { schema, strategy } = this.#options;
    const weight = credit.weighed ? checkWeight(strategy.size?.(value), "size()") : counted;
    // The account is of what came, whatever the schema makes of it.
    const given = schema === undefined ? value : validate(schema, value, this.#owner.name);
    // The user's size(), or schema, may have cancelled the stream.
    if (!this.#takes) return;
    credit.arrive(counted, weight, bytes);
    this.#owner.litter.pass(bytes - CHUNK_OVERHEAD);
    if (this.#consumer !== undefined) this.#consumer.take(given, weight, bytes);
    else if (this.#options.bytes) this.#enqueueBytes(asBytes(given), weight, bytes);
    else this.#enqueue(given, weight, bytes);
  }

  /** The consumer takes more, as far as there is room. */
  ready(): void {
    this.#grant(this.credit.ready);
  }

  /** The sender may wait for credit: tells it what was read since, if anything was. Returns whether it still waits. */
  remind(): boolean {
    if (isFinalIncoming(this.state)) return false;
    this.#account();
    const room = this.#room;
    this.#noteRoom();
    this.#tellGrant(this.credit.remind(this.#room > room));
    return this.credit.spent;
  }

  // Inside.

  /** Does anybody want what comes? */
  get #takes(): boolean {
    return this.state === "open" && !this.#leaving;
  }

  #enqueue(value: unknown, weight: number, bytes: number): void {
    this.#held ??= new Held(this.credit.weighed || this.credit.unit !== "chunks");
    this.#held.push(bytes, weight);
    this.#wanting = false;
    this.#awaited = false;
    this.#begun = 0;
    (this.#controller as ReadableStreamDefaultController<unknown>).enqueue(value);
  }

  /**
   * Bytes need no empty chunk, and a byte stream takes none: it leaves as it comes, and does not serve a read that waits. The
   * platform takes the whole buffer of what it is given, so what a codec has made may be in memory that holds more.
   */
  #enqueueBytes(value: Uint8Array, weight: number, bytes: number): void {
    const { codec } = this.#options;
    const isOurs = codec === undefined || codec.keeps === true;
    if (value.byteLength > 0) this.#enqueue(isOurs ? value : new Uint8Array(value), weight, bytes);
    else this.credit.leave(weight, bytes);
  }

  /** Books what has left the platform's queue since the last time. */
  #account(): void {
    const held = this.#held;
    if (held === undefined || held.length === 0) return;
    const desired = this.#controller?.desiredSize ?? 0;
    // Neither errored nor closed, or else nothing is held any more.
    const left = desired === 0 ? 0 : this.#options.mark - desired;
    held.settle(left, this.type === "bytes", this.credit);
  }

  #noteRoom(): void {
    if (this.type === "bytes") this.#room = this.#controller?.desiredSize ?? 0;
  }

  /** Sends the grant that is due, if one is. Before the stream was opened, `stream-open` will tell it. */
  #grant(readWaits: boolean): void {
    if (!isFinalIncoming(this.state)) this.#tellGrant(this.credit.grant(readWaits));
  }

  #grantAhead(): void {
    if (this.#awaited && this.#begun > 0) this.#tellGrant(this.credit.grantAhead(this.#begun));
  }

  #tellGrant(grant: Grant | undefined): void {
    if (grant !== undefined) this.#owner.tellGrant(grant, this.credit.initial === undefined);
  }

  #ask(): void {
    const rearm = this.#rearm;
    this.#rearm = undefined;
    rearm?.();
  }

  #tell(reason: unknown): void {
    const { id, lane } = this.#owner;
    if (lane === undefined) this.#untold = { reason };
    lane?.post({ type: "stream-cancel", id, reason: this.#owner.encodeReason(reason) });
  }

  #finish(reason?: unknown): void {
    this.#ask();
    this.#options.arriving?.();
    this.#owner.settled(this.state === "failed" ? { reason } : undefined);
  }
}

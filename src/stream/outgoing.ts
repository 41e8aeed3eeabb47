/**
 * The sending direction of a stream, as the underlying sink of its `WritableStream`. A write starts as soon as there
 * is credit, and waits for it otherwise. It knows credit; how a chunk gets onto its lane is in `posting.ts` and
 * `pushing.ts`.
 *
 * Every wait in here (for credit, for `stream-ended`) ends on the controller's signal, on `stream-cancel` and on the
 * loss of the channel; an unsettled `write()` would leave `writer.closed` pending for ever.
 */
import { CLONE, type Codec } from "../codecs/codec.ts";
import { inStream, ProtocolError } from "../errors.ts";
import type { ByteLane } from "../wire/core-link.ts";
import type { Unit, WireStrategy } from "../wire/frames.ts";
import type { Transfer } from "./chunk.ts";
import { CHUNK_OVERHEAD, type InitialCredit, SendCredit } from "./credit.ts";
import type { Owner } from "./owner.ts";
import { Posting } from "./posting.ts";
import type { Shipping, ShippingHost } from "./shipping.ts";
import { StallWatch } from "./stall-watch.ts";
import { isFinalOutgoing, nextOutgoing, type OutgoingEvent, type OutgoingState } from "./states.ts";
import type { DirectionStats } from "./stats.ts";
import { byteLengthOf, checkWeight, type QueuingSize, type Strategy } from "./strategy.ts";

/**
 * A write that waits for credit, or that is sent and waits until the link has taken it, or the close that waits for
 * admission and then for `stream-ended`.
 */
interface Waiting {
  readonly kind: "write" | "sent" | "close";
  readonly chunk: unknown;
  readonly weight: number;
  resolve(): void;
  reject(reason: unknown): void;
}

/** The window is the receiver's; the platform's own queue in front of it needs to hold no more than the next chunk. */
const ONE_CHUNK: Strategy = { unit: "chunks", highWaterMark: 1, size: undefined };

type FailingEvent = Exclude<OutgoingEvent, "admit" | "accept" | "close" | "ended">;

export class Outgoing implements UnderlyingSink<unknown>, ShippingHost {
  state: OutgoingState = "waiting";
  readonly credit: SendCredit = new SendCredit();
  readonly owner: Owner;
  readonly codec: Codec | undefined;
  readonly transfer: Transfer;
  readonly #strategy: Strategy | undefined;
  #controller: WritableStreamDefaultController | undefined = undefined;
  /** Weights that the user's `size` gave, of the chunks that wait in the platform's queue. */
  #weights: number[] | undefined = undefined;
  #waiting: Waiting | undefined = undefined;
  #listening = false;
  /** How chunks, already counted as sent, get onto the lane. */
  #shipping: Shipping | undefined = undefined;
  /** Waits for a later turn, whatever the credit. */
  #resting = false;
  /** Chunks that the platform's queue took in and that have not reached this sink. */
  #entered = 0;
  /** Made when a write has to wait for credit. */
  #stallWatch: StallWatch | undefined = undefined;
  #drained: (() => void) | undefined = undefined;
  /** The reason of an abort that came before the stream was opened. */
  #untold: { readonly reason: unknown } | undefined = undefined;

  constructor(owner: Owner, codec: Codec | undefined, transfer: Transfer, strategy: Strategy | undefined) {
    this.owner = owner;
    this.codec = codec;
    this.transfer = transfer;
    this.#strategy = strategy;
  }

  /** The strategy for the platform's queue; the user's `size` runs once, there, and its weight travels. */
  get queuing(): QueuingStrategy {
    const { highWaterMark, unit, size } = this.#strategy ?? ONE_CHUNK;
    if (size !== undefined) this.#weights = [];
    const weigh = size ?? (unit === "bytes" ? byteLengthOf : undefined);
    // A window of 0 is the far side's: with a queue that takes nothing in, no writer would ever be ready.
    return { highWaterMark: highWaterMark === 0 ? 1 : highWaterMark, size: (chunk) => this.#enter(chunk, weigh) };
  }

  /** Makes what the first chunk would: of a stream that is kept as a pattern. */
  prepare(): void {
    this.#shipping = this.#makeShipping();
    this.#shipping.prepare();
  }

  get codecName(): string {
    return this.codec?.name ?? CLONE;
  }

  /** What the far side uses if its user gave no strategy. */
  get suggestion(): WireStrategy | undefined {
    const strategy = this.#strategy;
    return strategy && { unit: strategy.unit, highWaterMark: strategy.highWaterMark };
  }

  stats(): DirectionStats {
    const { unit = "chunks", window: highWaterMark, chunks, bytes, left: credit, inFlight, peak } = this.credit;
    const { state, queued } = this;
    return { state, unit, highWaterMark, chunks, bytes, queued, credit, inFlight, peak };
  }

  // The underlying sink.

  start(controller: WritableStreamDefaultController): void {
    this.#controller = controller;
  }

  write(chunk: unknown): undefined | Promise<void> {
    this.#entered--;
    const weight = this.#weights === undefined ? 1 : (this.#weights.shift() as number);
    if (this.credit.open && !this.owner.turn.isOver(this)) {
      this.#send(chunk, weight);
      return this.#shipping?.full ? this.#wait("sent", undefined, 0) : undefined;
    }
    const written = this.#wait("write", chunk, weight);
    if (this.credit.open) this.#rest();
    else {
      this.#stallWatch ??= new StallWatch(this);
      this.#stallWatch.begin();
    }
    return written;
  }

  close(): Promise<void> {
    // A write that the platform refused, as the close was asked for before it, was weighed all the same.
    this.#entered = 0;
    const done = this.#wait("close", undefined, 0);
    if (this.state !== "waiting") this.#end();
    return done;
  }

  abort(reason: unknown): void {
    this.fail("abort", reason);
  }

  // What the stream tells its outgoing direction.

  /** The stream is being opened: the initial credit may be spent. */
  admitted(initial: InitialCredit): void {
    this.state = nextOutgoing(this.state, "admit", this.owner.id);
    if (this.#untold !== undefined) this.#tell(this.#untold.reason);
    if (this.state !== "opening") return;
    // With a window of 0 nothing leaves that no read has asked for: not that one chunk, either.
    if (this.#strategy?.highWaterMark !== 0) this.credit.initial = initial;
    if (this.#waiting?.kind === "close") this.#end();
    else this.#resume();
  }

  /** The far side has fixed the unit and its first limits. */
  accepted(unit: Unit, limit: number, bytes: number): void {
    this.state = nextOutgoing(this.state, "accept", this.owner.id);
    if (isFinalOutgoing(this.state)) return;
    if (unit === "weight" && this.#strategy?.size === undefined) {
      throw new ProtocolError(
        "BAD_FRAME",
        `Cannot count stream ${this.owner.id} "${this.owner.name}" by weight: this side gave no size()`,
      );
    }
    this.credit.accept(unit, limit, bytes);
    this.#resume();
  }

  credited(limit: number, bytes: number): void {
    if (isFinalOutgoing(this.state)) return;
    if (this.credit.unit === undefined)
      throw new ProtocolError(
        "BAD_STATE",
        `Cannot take credit for stream ${this.owner.id} "${this.owner.name}": it was not accepted yet`,
      );
    if (this.credit.idleGrants >= this.owner.idleGrants) {
      throw new ProtocolError(
        "CREDIT_DRIBBLE",
        `Cannot take more than ${this.owner.idleGrants} grants for stream ${this.owner.id} without a chunk in between: grant more at once, or raise limits.idleGrants`,
      );
    }
    this.credit.grant(limit, bytes);
    this.#resume();
  }

  /** Everything has arrived at the far side. */
  ended(): void {
    this.state = nextOutgoing(this.state, "ended", this.owner.id);
    if (this.state !== "done") return;
    this.#settle()?.resolve();
    this.#finish();
  }

  /**
   * Ends this direction with an error. `abort` is ours, and the far side is told; every other event came from there,
   * or there is nobody left to tell.
   */
  fail(event: FailingEvent, reason: unknown): void {
    if (isFinalOutgoing(this.state)) return;
    this.#controller?.error(reason);
    this.#fail(event, reason);
  }

  #fail(event: FailingEvent, reason: unknown): void {
    this.state = nextOutgoing(this.state, event, this.owner.id);
    if (event === "abort") this.#shipping?.flush();
    this.#shipping?.discard(event !== "abort");
    if (event === "abort") this.#tell(reason);
    this.#shipping = undefined;
    this.#settle()?.reject(reason);
    this.#finish({ reason });
  }

  #tell(reason: unknown): void {
    const { id, lane } = this.owner;
    if (lane === undefined) this.#untold = { reason };
    lane?.post({ type: "stream-error", id, reason: this.owner.encodeReason(reason) });
  }

  /**
   * Calls back once nothing that was written waits at this side any more: a close that was asked for meanwhile has
   * reached this sink by the end of that turn.
   */
  whenDrained(callback: () => void): void {
    if (this.queued === 0 || isFinalOutgoing(this.state)) this.owner.turn.defer(callback);
    else this.#drained = callback;
  }

  /** Chunks that wait at this side: in the platform's queue, for credit, or for the end of the turn. */
  get queued(): number {
    const waits = this.#waiting?.kind === "write" ? 1 : 0;
    return this.#entered + waits + (this.#shipping?.length ?? 0);
  }

  /** The write that waits for credit, if one does. */
  get blocked(): object | undefined {
    return this.#waiting?.kind === "write" && !this.credit.open ? this.#waiting : undefined;
  }

  // Inside.

  #checkDrained(): void {
    const drained = this.#drained;
    if (drained === undefined || (this.queued > 0 && !isFinalOutgoing(this.state))) return;
    this.#drained = undefined;
    this.owner.turn.defer(drained);
  }

  /**
   * Weighs a chunk as it enters the platform's queue. An error of the user's `size` errors the stream, but the
   * platform does not tell its sink: the far side is told here.
   */
  #enter(chunk: unknown, weigh: QueuingSize | undefined): number {
    this.#entered++;
    if (weigh === undefined) return 1;
    try {
      const weight = checkWeight(weigh(chunk), "size()");
      this.#weights?.push(weight);
      return weight;
    } catch (error) {
      const told = inStream(this.owner.name, error);
      this.fail("abort", told);
      throw told;
    }
  }

  #wait(kind: Waiting["kind"], chunk: unknown, weight: number): Promise<void> {
    const signal = this.#controller?.signal;
    if (!this.#listening && signal) {
      this.#listening = true;
      signal.addEventListener("abort", () => this.#interrupt(signal.reason), { once: true });
    }
    return new Promise((resolve, reject) => {
      this.#waiting = { kind, chunk, weight, resolve, reject };
    });
  }

  /**
   * `writer.abort()` while a write or the close waits. The platform calls `abort` once the write has settled; while a
   * close waits it never does.
   */
  #interrupt(reason: unknown): void {
    if (this.#waiting?.kind === "close") this.#fail("abort", reason);
    else this.#settle()?.reject(reason);
  }

  #settle(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }

  /** Starts the write that waits, if there is credit for it now. */
  #resume(): void {
    const waiting = this.#waiting;
    if (waiting?.kind !== "write" || !this.credit.open || this.#resting) return;
    if (this.owner.turn.isOver(this)) {
      this.#rest();
      return;
    }
    this.#waiting = undefined;
    try {
      // A direction that had to wait is not idle: more is likely to follow in this turn.
      this.#shipping?.expect();
      this.#send(waiting.chunk, waiting.weight);
      if (this.#shipping?.full) this.#waiting = { ...waiting, kind: "sent", chunk: undefined };
      else waiting.resolve();
    } catch (error) {
      waiting.reject(error);
    }
  }

  #rest(): void {
    if (this.#resting) return;
    this.#resting = true;
    this.owner.turn.rest(this);
  }

  /** The later turn has come. */
  rested(): void {
    this.#resting = false;
    this.#resume();
  }

  /** All chunks have been sent: says so. The close resolves when the far side has answered. */
  #end(): void {
    this.#shipping?.flush();
    if (isFinalOutgoing(this.state)) return;
    this.state = nextOutgoing(this.state, "close", this.owner.id);
    this.owner.lane?.post({ type: "stream-end", id: this.owner.id, chunks: this.credit.chunks });
  }

  #send(chunk: unknown, weight: number): void {
    try {
      this.#shipping ??= this.#makeShipping();
      this.#shipping.start(chunk, weight);
    } catch (error) {
      // A rejected write errors the stream on this side; the platform does not tell its sink.
      const told = inStream(this.owner.name, error);
      this.fail("abort", told);
      throw told;
    }
  }

  /** Made when the first chunk starts: by then the lane is there. */
  #makeShipping(): Shipping {
    const { codec } = this;
    const { lane, overBytes } = this.owner;
    if (codec === undefined || overBytes === undefined) return new Posting(this);
    return overBytes.ship(this, codec, lane as ByteLane, () => this.#room());
  }

  // What the shipping asks and tells.

  get weighed(): boolean {
    return this.#weights !== undefined;
  }
  get waits(): boolean {
    return this.#waiting !== undefined;
  }

  book(payload: number, weight: number, bytes: number): void {
    this.credit.add(payload, weight, bytes);
    this.owner.turn.spend(bytes);
    this.owner.litter.pass(bytes - CHUNK_OVERHEAD);
  }

  sent(): void {
    this.#checkDrained();
  }

  failed(error: unknown): void {
    this.fail("abort", error);
  }

  /** The lane has room again. */
  #room(): void {
    if (this.#waiting?.kind === "sent" && !this.#shipping?.full) this.#settle()?.resolve();
    this.#checkDrained();
  }

  #finish(failure?: { readonly reason: unknown }): void {
    // What waits in the platform's queue is thrown away.
    this.#entered = 0;
    this.#weights = undefined;
    this.#stallWatch?.end();
    this.#checkDrained();
    this.owner.settled(failure);
  }
}

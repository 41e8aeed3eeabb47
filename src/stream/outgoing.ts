/**
 * The sending direction of a stream, as the underlying sink of its `WritableStream`. A write starts as soon as there
 * is credit, and waits for it otherwise. It knows credit and frames; it does not know links, nor who else sends.
 *
 * Every wait in here (for credit, for `stream-ended`) ends on the controller's signal, on `stream-cancel` and on the
 * loss of the channel; an unsettled `write()` would leave `writer.closed` pending for ever.
 */
import { CLONE, type Codec } from "../codecs/codec.ts";
import { mistake, ProtocolError } from "../errors.ts";
import { UNITS, type Unit, type WireStrategy } from "../wire/frames.ts";
import { Batch } from "./batch.ts";
import { charge, own, type Transfer } from "./chunk.ts";
import { CHUNK_OVERHEAD, type InitialCredit, SendCredit } from "./credit.ts";
import type { Owner } from "./owner.ts";
import { isFinalOutgoing, nextOutgoing, type OutgoingEvent, type OutgoingState } from "./states.ts";
import type { DirectionStats } from "./stats.ts";
import { byteLengthOf, checkWeight, type QueuingSize, type Strategy } from "./strategy.ts";

/** A write that waits for credit, or the close that waits for admission and then for `stream-ended`. */
interface Waiting {
  readonly kind: "write" | "close";
  readonly chunk: unknown;
  readonly weight: number;
  resolve(): void;
  reject(reason: unknown): void;
}

/** The window is the receiver's; the platform's own queue in front of it needs to hold no more than the next chunk. */
const ONE_CHUNK: Strategy = { unit: "chunks", highWaterMark: 1, size: undefined };

type FailingEvent = Exclude<OutgoingEvent, "admit" | "accept" | "close" | "ended">;

export class Outgoing implements UnderlyingSink<unknown> {
  state: OutgoingState = "waiting";
  readonly credit: SendCredit = new SendCredit();
  readonly #owner: Owner;
  readonly #transfer: Transfer;
  readonly #strategy: Strategy | undefined;
  readonly #codec: Codec | undefined;
  #controller: WritableStreamDefaultController | undefined = undefined;
  /** Weights that the user's `size` gave, of the chunks that wait in the platform's queue. */
  #weights: number[] | undefined = undefined;
  #waiting: Waiting | undefined = undefined;
  #listening = false;
  /** Chunks gathered in this turn, already counted as sent. */
  #batch: Batch | undefined = undefined;
  #gathering = false;
  /** Waits for a later turn, whatever the credit. */
  #resting = false;
  /** Grants since the last chunk. */
  #idleGrants = 0;
  /** Chunks that the platform's queue took in and that have not reached this sink. */
  #entered = 0;
  /** The far side's window: its first limit. */
  #window = 0;
  #peak = 0;
  #drained: (() => void) | undefined = undefined;
  /** The reason of an abort that came before the stream was opened. */
  #untold: { readonly reason: unknown } | undefined = undefined;

  constructor(owner: Owner, codec: Codec | undefined, transfer: Transfer, strategy: Strategy | undefined) {
    this.#owner = owner;
    this.#codec = codec;
    this.#transfer = transfer;
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
    this.#batch = new Batch(-1, false);
    this.#batch.addPlain({ a: [0] }, 1);
  }

  get codecName(): string {
    return this.#codec?.name ?? CLONE;
  }

  /** What the far side uses if its user gave no strategy. */
  get suggestion(): WireStrategy | undefined {
    const strategy = this.#strategy;
    return strategy && { unit: strategy.unit, highWaterMark: strategy.highWaterMark };
  }

  stats(): DirectionStats {
    const { unit, chunks, bytes, left } = this.credit;
    const { inFlight, queued } = this;
    this.#peak = Math.max(this.#peak, inFlight);
    return {
      state: this.state,
      unit: unit ?? "chunks",
      highWaterMark: this.#window,
      chunks,
      bytes,
      queued,
      credit: left,
      inFlight,
      peak: this.#peak,
    };
  }

  // The underlying sink.

  start(controller: WritableStreamDefaultController): void {
    this.#controller = controller;
  }

  write(chunk: unknown): undefined | Promise<void> {
    this.#entered--;
    const weight = this.#weights === undefined ? 1 : (this.#weights.shift() as number);
    if (this.credit.open && !this.#owner.turn.isOver(this)) {
      this.#send(chunk, weight);
      return undefined;
    }
    const written = this.#wait("write", chunk, weight);
    if (this.credit.open) this.#rest();
    return written;
  }

  close(): Promise<void> {
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
    this.state = nextOutgoing(this.state, "admit", this.#owner.id);
    if (this.#untold !== undefined) this.#tell(this.#untold.reason);
    if (this.state !== "opening") return;
    this.credit.initial = initial;
    if (this.#waiting?.kind === "close") this.#end();
    else this.#resume();
  }

  /** The far side has fixed the unit and its first limits. */
  accepted(unit: Unit, limit: number, bytes: number): void {
    this.state = nextOutgoing(this.state, "accept", this.#owner.id);
    if (isFinalOutgoing(this.state)) return;
    if (unit === "weight" && this.#strategy?.size === undefined) {
      throw new ProtocolError(
        "BAD_FRAME",
        `Cannot count stream ${this.#owner.id} "${this.#owner.name}" by weight: this side gave no size()`,
      );
    }
    // The name that came is a string of its own: thousands of streams need not keep one each.
    this.credit.unit = UNITS.find((each) => each === unit);
    this.credit.raise(limit, bytes);
    this.#window = limit;
    this.#resume();
  }

  credited(limit: number, bytes: number): void {
    if (isFinalOutgoing(this.state)) return;
    if (this.credit.unit === undefined)
      throw new ProtocolError(
        "BAD_STATE",
        `Cannot take credit for stream ${this.#owner.id} "${this.#owner.name}": it was not accepted yet`,
      );
    if (++this.#idleGrants > this.#owner.idleGrants) {
      throw new ProtocolError(
        "CREDIT_DRIBBLE",
        `Cannot take more than ${this.#owner.idleGrants} grants for stream ${this.#owner.id} without a chunk in between: grant more at once, or raise limits.idleGrants`,
      );
    }
    this.#peak = Math.max(this.#peak, this.inFlight);
    this.credit.raise(limit, bytes);
    this.#resume();
  }

  /** Everything has arrived at the far side. */
  ended(): void {
    this.state = nextOutgoing(this.state, "ended", this.#owner.id);
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
    this.state = nextOutgoing(this.state, event, this.#owner.id);
    if (event === "abort") {
      this.flush();
      this.#tell(reason);
    }
    this.#batch = undefined;
    this.#settle()?.reject(reason);
    this.#finish({ reason });
  }

  #tell(reason: unknown): void {
    const { id, lane } = this.#owner;
    if (lane === undefined) this.#untold = { reason };
    lane?.post({ type: "stream-error", id, reason: this.#owner.encodeReason(reason) });
  }

  /** Posts what was gathered. Returns whether there was anything. */
  flush(): boolean {
    const batch = this.#batch;
    if (batch === undefined || batch.length === 0) return false;
    try {
      this.#post(batch);
    } catch {
      this.#postEach(batch);
    }
    return true;
  }

  /** The turn is over: what was gathered is posted; a direction that gathered nothing posts its next chunk at once. */
  turned(): boolean {
    this.#gathering = this.flush();
    // While a write waits for credit, more of its kind will follow.
    if (!this.#gathering && this.#waiting === undefined) this.#batch?.release();
    this.#checkDrained();
    return this.#gathering;
  }

  /**
   * Calls back once nothing that was written waits at this side any more: a close that was asked for meanwhile has
   * reached this sink by the end of that turn.
   */
  whenDrained(callback: () => void): void {
    if (this.queued === 0 || isFinalOutgoing(this.state)) this.#owner.turn.defer(callback);
    else this.#drained = callback;
  }

  /** Chunks that wait at this side: in the platform's queue, for credit, or for the end of the turn. */
  get queued(): number {
    const waits = this.#waiting?.kind === "write" ? 1 : 0;
    return this.#entered + waits + (this.#batch?.length ?? 0);
  }

  /** Sent, and not yet known to have been taken by the far side's reader, in the unit. */
  get inFlight(): number {
    const { limit, sent } = this.credit;
    return limit === Number.POSITIVE_INFINITY ? sent : Math.max(0, sent - Math.max(0, limit - this.#window));
  }

  // Inside.

  #checkDrained(): void {
    const drained = this.#drained;
    if (drained === undefined || (this.queued > 0 && !isFinalOutgoing(this.state))) return;
    this.#drained = undefined;
    this.#owner.turn.defer(drained);
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
      this.fail("abort", error);
      throw error;
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
    if (this.#owner.turn.isOver(this)) {
      this.#rest();
      return;
    }
    this.#waiting = undefined;
    // A direction that had to wait is not idle: more is likely to follow in this turn.
    this.#await();
    try {
      this.#send(waiting.chunk, waiting.weight);
      waiting.resolve();
    } catch (error) {
      waiting.reject(error);
    }
  }

  #rest(): void {
    if (this.#resting) return;
    this.#resting = true;
    this.#owner.turn.rest(this);
  }

  /** The later turn has come. */
  rested(): void {
    this.#resting = false;
    this.#resume();
  }

  /** All chunks have been sent: says so. The close resolves when the far side has answered. */
  #end(): void {
    this.flush();
    if (isFinalOutgoing(this.state)) return;
    this.state = nextOutgoing(this.state, "close", this.#owner.id);
    this.#owner.lane?.post({ type: "stream-end", id: this.#owner.id, chunks: this.credit.chunks });
  }

  #send(chunk: unknown, weight: number): void {
    try {
      this.#start(chunk, weight);
    } catch (error) {
      // A rejected write errors the stream on this side; the platform does not tell its sink.
      this.fail("abort", error);
      throw error;
    }
  }

  #start(chunk: unknown, weight: number): void {
    // Whatever a function moves may be anything: such a chunk is posted by itself, and fails by itself.
    const alone = typeof this.#transfer === "function";
    this.#batch ??= new Batch(this.#owner.id, this.#weights !== undefined);
    if (this.#codec === undefined && !alone) {
      const payload = this.#payload(chunk);
      if (this.#batch.addPlain(chunk, weight)) {
        this.#book(payload, weight, CHUNK_OVERHEAD);
        this.#gathered(this.#batch, false);
        return;
      }
    }
    const encoded = this.#codec === undefined ? chunk : this.#codec.encode(chunk);
    let moves: Transferable[] = [];
    let owned = own(encoded, this.#transfer, moves);
    if (moves.length > 0 && this.#batch.moves.some((each) => moves.includes(each))) {
      // The same buffer twice in one batch: the first write has moved it, so this chunk is detached.
      this.flush();
      moves = [];
      owned = own(encoded, this.#transfer, moves);
    }
    const bytes = charge(owned);
    this.#checkSize(bytes - CHUNK_OVERHEAD);
    this.#book(this.#payload(owned), weight, bytes);
    this.#batch.add(owned, weight, bytes, moves);
    this.#gathered(this.#batch, alone);
  }

  /** Counts a chunk as sent. */
  #book(payload: number, weight: number, bytes: number): void {
    this.credit.add(payload, weight, bytes);
    this.#owner.turn.spend(bytes);
    this.#idleGrants = 0;
  }

  #checkSize(size: number): void {
    const { maxChunk, name } = this.#owner;
    if (size <= maxChunk) return;
    throw mistake(
      new RangeError(
        `Cannot write a chunk of ${size} bytes to stream "${name}": the remote takes ${maxChunk}, cut it up or raise limits.maxChunk there`,
      ),
      "CHUNK_TOO_LARGE",
    );
  }

  /** The chunk's own bytes. Until the unit is fixed any unit may come, so chunks without a length count nothing yet. */
  #payload(chunk: unknown): number {
    const { unit } = this.credit;
    if (unit === "bytes") return byteLengthOf(chunk);
    if (unit !== undefined) return 0;
    const length = (chunk as { byteLength?: unknown } | null | undefined)?.byteLength;
    return typeof length === "number" && length >= 0 ? length : 0;
  }

  /** An idle direction posts its chunk at once; one that is not gathers until there are enough, or the turn is over. */
  #gathered(batch: Batch, alone: boolean): void {
    if (alone || !this.#gathering) this.#postNow(batch);
    else if (batch.full) this.flush();
    this.#await();
  }

  /** Posts a single chunk: if it cannot be cloned, its own `write()` says so. */
  #postNow(batch: Batch): void {
    try {
      this.#post(batch);
    } catch (error) {
      batch.clear();
      throw error;
    }
  }

  /** Asks to be told of the end of the turn, and gathers until then. */
  #await(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    this.#owner.turn.add(this);
  }

  #post(batch: Batch): void {
    this.#owner.lane?.post(batch.frame(this.credit.bytes), batch.moves);
    batch.clear();
  }

  /** One chunk of a batch cannot be cloned: what was written before it is sent, then the stream fails with its error. */
  #postEach(batch: Batch): void {
    try {
      for (const [frame, moves] of batch.singly(this.credit.bytes)) this.#owner.lane?.post(frame, moves);
      batch.clear();
    } catch (error) {
      batch.clear();
      this.fail("abort", error);
    }
  }

  #finish(failure?: { readonly reason: unknown }): void {
    this.#weights = undefined;
    this.#checkDrained();
    this.#owner.settled(failure);
  }
}

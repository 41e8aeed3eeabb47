/**
 * The arithmetic of credit, for one direction of a stream. No sending, no streams: whoever calls does that.
 *
 * With R the weight received so far, the receiver advertises the absolute limit
 *
 *     L = R + (highWaterMark − weight held)            received plus `desiredSize`
 *
 * and the sender may *start* a chunk while what it has sent, S, is below L; then S grows by the chunk's weight.
 * One chunk may overdraw, as `desiredSize` may go negative; a chunk larger than the window still passes. A second
 * account of the same shape counts bytes, so that huge chunks counted in chunks, and liars, are bounded too.
 *
 * Invariants: limits never fall; R ≤ S; a chunk that starts at S < L arrives at R < L, so a check at the receiver
 * never hits an honest sender.
 */
import { mistake } from "../errors.ts";
import { UNITS, type Unit } from "../wire/frames.ts";

/** What every chunk costs in the byte account beside its bytes, so that empty chunks are not free. */
export const CHUNK_OVERHEAD = 64;

/** The smallest byte window that a stream gets, however many others are open. */
export const LEAST_BYTES: number = 256 * 1024;

/** Limits that are told in a row, with no chunk in between, to a sender that waits: far fewer than it must take. */
const MOST_REMINDERS = 500;

/** New absolute limits, to be sent as `stream-credit`. */
export interface Grant {
  readonly limit: number;
  readonly bytes: number;
}

/** What may be sent before the far side has fixed the unit. Told in `$/hello`. */
export interface InitialCredit {
  readonly chunks: number;
  readonly bytes: number;
}

/** Totals must stay exact in a float64. */
function addTotal(total: number, amount: number): number {
  const sum = total + amount;
  if (sum <= Number.MAX_SAFE_INTEGER) return sum;
  throw mistake(
    new RangeError("Cannot count a stream beyond a total of 2^53 − 1: open another one, or have size() return less"),
    "TOTAL_TOO_LARGE",
  );
}

/** What the accounts of both ends have in common, so that the rule of credit stands only once. */
interface Account {
  readonly chunks: number;
  readonly bytes: number;
  readonly limit: number;
  readonly byteLimit: number;
  readonly initial: InitialCredit | undefined;
}

/** May a chunk start, with `counted` of them in the unit before it? */
function mayStart({ chunks, bytes, limit, byteLimit, initial }: Account, counted: number): boolean {
  if (counted < limit && bytes < byteLimit) return true;
  return initial !== undefined && isWithin({ chunks, bytes }, initial);
}

function isWithin({ chunks, bytes }: InitialCredit, initial: InitialCredit): boolean {
  return chunks < initial.chunks && bytes < initial.bytes;
}

/** What may be sent before the sender has to wait, in the unit. */
function leftOf({ bytes, limit, byteLimit }: Account, counted: number): number {
  return bytes < byteLimit ? Math.max(0, limit - counted) : 0;
}

/** The sender's account. Until the unit is fixed it counts in all of them, and spends the initial credit. */
export class SendCredit {
  unit: Unit | undefined = undefined;
  /** Chunks, their own bytes, and their weights by the sender's `size`, sent so far. */
  chunks = 0;
  payload = 0;
  weight = 0;
  /** Charged to the byte account so far. */
  bytes = 0;
  /** Absolute limits, as last told. */
  limit = 0;
  byteLimit = 0;
  initial: InitialCredit | undefined = undefined;
  /** The far side's window: the first limit that it told. */
  window = 0;
  /** Grants since the last chunk. */
  idleGrants = 0;
  /** The most that was in flight when a grant came: nothing else makes less of it. */
  #peak = 0;

  /** Sent so far, in the unit. */
  get sent(): number {
    return this.unit === "bytes" ? this.payload : this.unit === "weight" ? this.weight : this.chunks;
  }

  /** May the next chunk start? */
  get open(): boolean {
    return mayStart(this, this.sent);
  }

  /** What is left before the sender has to wait, in the unit. */
  get left(): number {
    return leftOf(this, this.sent);
  }

  /** Sent, and not yet known to have been taken by the far side's reader, in the unit. */
  get inFlight(): number {
    const { limit, sent } = this;
    return limit === Number.POSITIVE_INFINITY ? sent : Math.max(0, sent - Math.max(0, limit - this.window));
  }

  /** The most that ever was, as far as known. */
  get peak(): number {
    return Math.max(this.#peak, this.inFlight);
  }

  /** Books one chunk that starts. */
  add(payload: number, weight: number, bytes: number): void {
    // Bytes charged are at least the payload, and at least a chunk.
    this.bytes = addTotal(this.bytes, bytes);
    this.chunks++;
    if (payload !== 0) this.payload += payload;
    if (weight !== 0) this.weight = addTotal(this.weight, weight);
    this.idleGrants = 0;
  }

  /** The far side has fixed the unit, and its first limits. */
  accept(unit: Unit, limit: number, byteLimit: number): void {
    // The name that came is a string of its own: thousands of streams need not keep one each.
    this.unit = UNITS.find((each) => each === unit);
    this.raise(limit, byteLimit);
    this.window = limit;
  }

  /** A grant has come. */
  grant(limit: number, byteLimit: number): void {
    this.#peak = this.peak;
    this.idleGrants++;
    this.raise(limit, byteLimit);
  }

  /** New absolute limits have come; a lower one is an old one. Returns by how much the limit rose. */
  raise(limit: number, byteLimit: number): number {
    const risen = limit - this.limit;
    if (limit > this.limit) this.limit = limit;
    if (byteLimit > this.byteLimit) this.byteLimit = byteLimit;
    return Math.max(0, risen);
  }
}

/** The receiver's account: what it was sent, what is still held, and up to where it has told the sender to go. */
export class ReceiveCredit {
  readonly unit: Unit;
  readonly highWaterMark: number;
  readonly byteWindow: number;
  /** The receiver's own `size` weighs what is held; the sender is told chunks. */
  readonly weighed: boolean;
  chunks = 0;
  received = 0;
  bytes = 0;
  held = 0;
  heldBytes = 0;
  limit = 0;
  byteLimit = 0;
  /** The most ever held. */
  peak = 0;
  /** Gone once a chunk has come that it does not cover: its sender knew that the stream was accepted. */
  initial: InitialCredit | undefined = undefined;
  /** Of a custom `size`: the heaviest chunk so far, and how many chunks the last round granted. */
  #heaviest = 0;
  #round = 0;
  /** Something has left since the limits were told. */
  #hasLeft = false;
  /** How often the sender was told of that in a row, and after how many chunks. */
  #reminders = 0;
  #remindedAt = 0;

  constructor(unit: Unit, highWaterMark: number, byteWindow: number, weighed: boolean) {
    this.unit = weighed ? "chunks" : unit;
    this.highWaterMark = highWaterMark;
    this.byteWindow = byteWindow;
    this.weighed = weighed;
    this.limit = this.#nextLimit(false);
    this.byteLimit = tellable(byteWindow);
  }

  /** Is the sender allowed the chunk that has come? False is a breach of the protocol, found before it is kept. */
  get covered(): boolean {
    return mayStart(this, this.received);
  }

  /** Has the sender used up what it was told? */
  get spent(): boolean {
    return this.received >= this.limit || this.bytes >= this.byteLimit;
  }

  /** What the sender may still send before it has to wait, in the unit. */
  get left(): number {
    return leftOf(this, this.received);
  }

  /** Would one who takes chunks as they come take another now? With room left, or with nothing in hand. */
  get ready(): boolean {
    return this.heldBytes === 0 || (this.held < this.highWaterMark && this.heldBytes < this.byteWindow);
  }

  /** Can no grant fall due before more has arrived, whatever the reader takes? */
  get ample(): boolean {
    if (this.weighed) return false;
    const units = this.limit === Number.POSITIVE_INFINITY || this.limit - this.received > this.highWaterMark / 2;
    return units && (this.byteLimit === Number.POSITIVE_INFINITY || this.byteLimit - this.bytes > this.byteWindow / 2);
  }

  /** Books a chunk that has come: its weight as the unit counts it, as the queue counts it, and its bytes. */
  arrive(counted: number, weight: number, bytes: number): void {
    if (this.initial !== undefined && !isWithin(this, this.initial)) this.initial = undefined;
    this.received = addTotal(this.received, counted);
    this.bytes = addTotal(this.bytes, bytes);
    this.chunks++;
    this.held += weight;
    this.heldBytes += bytes;
    if (this.held > this.peak) this.peak = this.held;
    if (weight > this.#heaviest) this.#heaviest = weight;
  }

  /** Books a chunk, or a part of one, that the reader took. */
  leave(weight: number, bytes: number): void {
    this.#hasLeft = true;
    // Sums of fractions drift; the account must not go below nothing, nor keep a rest when nothing is held.
    this.heldBytes = Math.max(0, this.heldBytes - bytes);
    this.held = this.heldBytes === 0 ? 0 : Math.max(0, this.held - weight);
  }

  /**
   * The grant that is due now, if any: once a limit has risen by half its window, or at once when a read waits and
   * the sender is spent.
   */
  grant(readWaits: boolean): Grant | undefined {
    return this.#grant(readWaits, readWaits && this.spent);
  }

  /**
   * What is told to a sender that is spent though no grant is due, if something was read meanwhile, or a part of a chunk.
   * It may be no more than before, where what is held is larger than the window: the sender hears that somebody reads.
   */
  remind(isPartRead: boolean): Grant | undefined {
    if (!(this.#hasLeft || isPartRead) || !this.spent) return undefined;
    if (this.#remindedAt !== this.chunks) this.#reminders = 0;
    this.#remindedAt = this.chunks;
    if (this.#reminders++ >= MOST_REMINDERS) return undefined;
    this.#hasLeft = false;
    return this.#grant(false, true) ?? { limit: this.limit, bytes: this.byteLimit };
  }

  #grant(readWaits: boolean, isUrgent: boolean): Grant | undefined {
    const limit = this.#nextLimit(readWaits);
    // Of a custom `size`, the window of a round is what that round grants.
    const step = this.weighed ? limit - this.chunks : this.highWaterMark;
    const grant = this.#raise(limit, this.#nextByteLimit(readWaits), step, isUrgent);
    if (grant !== undefined && this.weighed) this.#round = step;
    return grant;
  }

  /**
   * The grant for what may come behind a chunk of so many bytes that has begun to come, and that a waiting read will take
   * as it arrives: as if it had come and been taken.
   */
  grantAhead(length: number): Grant | undefined {
    if (this.weighed || this.unit === "weight") return undefined;
    const received = this.received + (this.unit === "chunks" ? 1 : length);
    const bytes = this.bytes + length + CHUNK_OVERHEAD;
    return this.#raise(
      tellable(received + this.highWaterMark),
      tellable(bytes + this.byteWindow),
      this.highWaterMark,
      false,
    );
  }

  /** Raises the limits, if one of them rises by half of its window; if it is urgent, by anything. They never fall. */
  #raise(toLimit: number, toBytes: number, window: number, isUrgent: boolean): Grant | undefined {
    const limit = Math.max(this.limit, toLimit);
    const bytes = Math.max(this.byteLimit, toBytes);
    const risen = limit - this.limit;
    const bytesRisen = bytes - this.byteLimit;
    const isDue =
      (risen > 0 && (isUrgent || risen >= window / 2)) ||
      (bytesRisen > 0 && (isUrgent || bytesRisen >= this.byteWindow / 2));
    if (!isDue) return undefined;
    this.limit = limit;
    this.byteLimit = bytes;
    this.#hasLeft = false;
    return { limit, bytes };
  }

  #nextLimit(readWaits: boolean): number {
    const room = this.highWaterMark - this.held;
    // A round is over once all its chunks have come.
    if (this.weighed) return this.chunks < this.limit ? this.limit : this.chunks + this.#nextRound(room, readWaits);
    if (room > 0) return tellable(Math.max(this.received + room, nextUp(this.received)));
    // Pure pull: one chunk for a read that waits; whatever it weighs, it may start just above what was received.
    if (readWaits) return this.unit === "chunks" ? this.received + 1 : nextUp(this.received);
    return this.limit;
  }

  /** A `size` cannot cross, so chunks are granted: one while there is room, then at most twice the last round. */
  #nextRound(room: number, readWaits: boolean): number {
    if (room <= 0) return readWaits ? 1 : 0;
    const fits = this.#heaviest > 0 ? Math.floor(room / this.#heaviest) : Number.POSITIVE_INFINITY;
    return Math.max(1, Math.min(this.#round * 2, fits, 2 ** 20));
  }

  #nextByteLimit(readWaits: boolean): number {
    const room = this.byteWindow - this.heldBytes;
    if (room > 0) return tellable(this.bytes + room);
    return readWaits ? this.bytes + 1 : this.byteLimit;
  }
}

/** A limit as it may be told: exact in a float64, or ∞. */
function tellable(limit: number): number {
  return limit === Number.POSITIVE_INFINITY ? limit : Math.min(limit, Number.MAX_SAFE_INTEGER);
}

/** The next float64: what a limit must rise to at least, so that a tiny highWaterMark is not lost in a large total. */
function nextUp(value: number): number {
  return value + Math.max(Number.MIN_VALUE, value * Number.EPSILON);
}

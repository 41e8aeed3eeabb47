/**
 * One direction of a stream as the harness sees it: what was written, posted, delivered and read. It holds the core to
 * its window at every chunk: what has started and was not yet taken stays within the window and one chunk over.
 */
import { chunksOf, type DataFrame, type WireWindow } from "../../src/wire/frames.ts";
import { charged, chargedOverBytes, complaint, hasByteLength, type Spec, sameBytes, weigh } from "./chunks.ts";
import type { Rule } from "./rule.ts";
import type { FlowPlan, SideName, SizeName } from "./scenario.ts";

/** Sums of fractions are not exact. */
const DRIFT = 1e-6;

export class Flow {
  readonly label: string;
  readonly plan: FlowPlan;
  readonly rule: Rule;
  readonly sender: SideName;
  readonly receiver: SideName;
  /** The sender's own `size`. */
  readonly weight: SizeName | undefined;
  readonly raw: boolean;
  /** The receiver reads bytes without chunk borders. */
  readonly bytewise: boolean;
  /** What a chunk is charged. */
  readonly costOf: (spec: Spec) => number;
  readonly specs: Spec[] = [];
  posted = 0;
  delivered = 0;
  /** Chunks handed to the reader, reads of it that wait, and what a pipe may have taken beyond that. */
  got = 0;
  pending = 0;
  slack = 0;
  /** Of a byte stream: bytes read, and bytes that a pending read makes room for. */
  gotBytes = 0;
  room = 0;
  /** `close()` was called; it resolved; the reader saw the end; the reader gave up by itself. */
  closing = false;
  closed = false;
  ended = false;
  stopped = false;
  /** The end has come to the receiver: from then on nothing takes back what has come. */
  arrived = false;
  /** A chunk that cannot be cloned has been written. */
  bad = false;
  /** Somebody reads it, so that how it ends means something. */
  reads = false;
  /** Buffers of what was written: whether they were moved away shows in the end. */
  readonly buffers: { readonly buffer: ArrayBuffer; readonly length: number; readonly moved: boolean }[] = [];
  readonly #fail: (what: string) => void;
  /** What the first `n` chunks come to: in the unit, in the byte account, in bytes, and as the receiver weighs them. */
  readonly #units = [0];
  readonly #costs = [0];
  readonly #bytes = [0];
  readonly #weights = [0];
  #opened = false;
  /** The last limit of a receiver that weighs. */
  #limit = 0;
  /** Chunks delivered before the batch that is being delivered; the heaviest of them; the most granted so far. */
  #before = 0;
  #heaviest = 0;
  #granted = 0;

  constructor(
    label: string,
    plan: FlowPlan,
    rule: Rule,
    ends: {
      sender: SideName;
      receiver: SideName;
      weight: SizeName | undefined;
      raw: boolean;
      bytewise: boolean;
      overBytes: boolean;
    },
    fail: (what: string) => void,
  ) {
    this.label = label;
    this.plan = plan;
    this.rule = rule;
    this.sender = ends.sender;
    this.receiver = ends.receiver;
    this.weight = ends.weight;
    this.raw = ends.raw;
    this.bytewise = ends.bytewise;
    this.costOf = ends.overBytes ? chargedOverBytes : charged;
    this.#fail = (what) => fail(`${label}: ${what}`);
  }

  /** A chunk is about to be written. `ahead`: how many more than the window its writer may be, if it waits for room. */
  writes(spec: Spec, value: unknown, ahead: number | undefined): void {
    const { rule, specs } = this;
    const length = hasByteLength(spec.kind) ? spec.length : 0;
    const unit = rule.unit === "bytes" ? length : rule.unit === "weight" && this.weight ? weigh(this.weight, value) : 1;
    const add = (sums: number[], amount: number): void => void sums.push((sums.at(-1) as number) + amount);
    add(this.#units, unit);
    add(this.#costs, this.costOf(spec));
    add(this.#bytes, length);
    add(this.#weights, rule.weighed ? weigh(rule.weighed, value) : 0);
    specs.push(spec);
    const { queue, unit: counted, highWaterMark, weighed, initial } = rule;
    if (ahead === undefined || queue === undefined || counted !== "chunks" || weighed || this.stopped) return;
    const most = queue + Math.max(highWaterMark, initial.chunks) + 2 + ahead;
    const under = specs.length - this.#taken();
    if (under > most) this.#fail(`${under} chunks are written and not read, the windows allow ${most}`);
  }

  // What passes over the link.

  posts(frame: DataFrame): void {
    // Where nobody clones any more, not even that is refused.
    if (this.bad) return;
    for (const [at] of chunksOf(frame).entries()) {
      this.#holds(this.posted, "starts");
      const weight = frame.weights?.[at];
      const expected = (this.#units[this.posted + 1] as number) - (this.#units[this.posted] as number);
      if (this.rule.unit === "weight" && !this.rule.weighed && Math.abs((weight ?? -1) - expected) > DRIFT) {
        this.#fail(`chunk ${this.posted} travels with weight ${weight}, it has ${expected}`);
      }
      this.posted++;
    }
    const cost = this.#costs[this.posted];
    if (frame.charged !== cost) this.#fail(`${this.posted} chunks are charged ${frame.charged}, they cost ${cost}`);
  }

  delivers(frame: DataFrame): void {
    for (const _ of chunksOf(frame)) {
      this.#holds(this.delivered, "is held");
      this.delivered++;
    }
  }

  /** The core has counted all that was delivered; what comes before it accepts, it only keeps. */
  counted(): void {
    if (!this.#opened) return;
    for (; this.#before < this.delivered; this.#before++) {
      const [before, after] = [this.#weights[this.#before] as number, this.#weights[this.#before + 1] as number];
      this.#heaviest = Math.max(this.#heaviest, after - before);
    }
  }

  /** The receiver has told a limit. With a `size` of its own it grants chunks: one, then at most double, if they fit. */
  grants({ limit }: { readonly limit: number }): void {
    // Limits never fall: the same one again goes with a grant of bytes.
    const raise = limit - this.#limit;
    if (!this.rule.weighed || raise <= 0) return;
    this.#limit = limit;
    // A grant may fall due in the middle of what is delivered, for a read that waits: only a part is counted then.
    const granted = limit - this.delivered;
    const { highWaterMark } = this.rule;
    const fit = this.#heaviest > 0 ? Math.floor(highWaterMark / this.#heaviest + DRIFT) : Number.POSITIVE_INFINITY;
    const most = Math.max(1, Math.min(fit, 2 * this.#granted));
    if (granted > most) this.#fail(`${granted} chunks are granted at once, ${most} are allowed`);
    this.#granted = Math.max(this.#granted, limit - this.#before, raise);
  }

  /** The first limits, as `stream-open` and `stream-accept` tell them. */
  opens(window: WireWindow): void {
    this.#opened = true;
    this.grants(window);
  }

  // What the reader gets.

  takes(value: unknown): void {
    const problem = this.readAt(this.got, value);
    if (problem !== undefined) this.#fail(problem);
    this.got++;
  }

  /** Says what is wrong with the chunk that somebody read at a place. */
  readAt(place: number, value: unknown): string | undefined {
    const spec = this.specs[place];
    return spec === undefined ? `chunk ${place} was never written` : complaint(spec, value, this.raw);
  }

  takesBytes(data: Uint8Array): void {
    let from = 0;
    while (from < data.byteLength) {
      const spec = this.specs[this.got];
      const start = this.#bytes[this.got] as number;
      if (spec === undefined) {
        this.#fail(`bytes after ${start} were never written`);
        return;
      }
      const inside = this.gotBytes - start;
      const part = data.subarray(from, from + spec.length - inside);
      if (!sameBytes(part, spec.offset + inside)) {
        this.#fail(`bytes of chunk ${spec.index} are wrong`);
        return;
      }
      from += part.byteLength;
      this.gotBytes += part.byteLength;
      this.#pass();
    }
  }

  /** Of a byte stream: how many chunks, the empty ones too, have been read to their end. */
  #pass(): void {
    while (this.got < this.specs.length && (this.#bytes[this.got + 1] as number) <= this.gotBytes) this.got++;
  }

  /** Everything that was written has been read. */
  get complete(): boolean {
    if (this.bytewise) this.#pass();
    return this.got === this.specs.length;
  }

  get cost(): number {
    return this.#costs[this.delivered] as number;
  }

  // Inside.

  /** Chunks that the stream has handed out, or will as soon as they come, for all that can be known. */
  #taken(): number {
    if (!this.bytewise) return Math.min(this.got + this.pending + this.slack, this.specs.length);
    this.#pass();
    let taken = this.got;
    while (taken < this.specs.length && (this.#bytes[taken + 1] as number) <= this.gotBytes + this.room) taken++;
    let whole = this.pending + this.slack;
    for (; taken < this.specs.length && (whole > 0 || this.specs[taken]?.length === 0); taken++) {
      if (this.specs[taken]?.length !== 0) whole--;
    }
    return taken;
  }

  /** May this chunk start, with what the reader has taken by now? */
  #holds(place: number, what: string): void {
    if (this.stopped || place >= this.specs.length) return;
    const { highWaterMark, byteWindow, initial, weighed, unit } = this.rule;
    if (place < initial.chunks) return;
    const taken = this.#taken();
    const open = (sums: number[], window: number, gone = 0): boolean => {
      const ahead = (sums[place] as number) - (sums[taken] as number) - gone;
      return ahead < window + DRIFT || ahead <= DRIFT;
    };
    if (weighed ? !this.#weighs(place, taken) : !open(this.#units, highWaterMark)) {
      this.#fail(`chunk ${place} ${what} beyond the window of ${highWaterMark} ${unit}, ${taken} are taken`);
    }
    // A byte stream keeps no empty chunks: they leave as they come, ahead of what is before them.
    const empty = this.bytewise ? this.specs.slice(taken, this.delivered).filter(({ length }) => length === 0) : [];
    if (!open(this.#costs, byteWindow, empty.length * charged({ kind: "bytes", index: 0, length: 0 }))) {
      this.#fail(`chunk ${place} ${what} beyond the byte window of ${byteWindow}, ${taken} are taken`);
    }
  }

  /** The bound of a custom `size` at the receiver: the window, and what was granted before its weight was known. */
  #weighs(place: number, taken: number): boolean {
    const held = (this.#weights[place] as number) - (this.#weights[taken] as number);
    let heaviest = 0;
    for (let i = 0; i <= place; i++) {
      heaviest = Math.max(heaviest, (this.#weights[i + 1] as number) - (this.#weights[i] as number));
    }
    return held <= this.rule.highWaterMark + this.#granted * heaviest + DRIFT;
  }
}

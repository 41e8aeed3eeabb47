/**
 * The streams of a channel: making them, routing what shares the link. When ours are opened is in `admission.ts`, what
 * becomes of those that the remote opens in `offers.ts`. One stream's inside is in `stream.ts`; who calls and closes is
 * in `../session.ts`.
 */
import { abortSignal, type Checks, checkOptions } from "../check.ts";
import type { Conduct } from "../conduct.ts";
import { connectionLost, mistake, ProtocolError, StreamError } from "../errors.ts";
import { Signals } from "../signals.ts";
import type { CoreLink } from "../wire/core-link.ts";
import { type Frame, isCredits, type OpenFrame, parseCredits, parseFrame } from "../wire/frames.ts";
import { Admission, type Role, type Room, usedUp } from "./admission.ts";
import { hasByteStreams } from "./complete.ts";
import type { OpenOptions, StreamOptions } from "./definition.ts";
import { Turn } from "./gather.ts";
import { Grants } from "./grants.ts";
import { Ids } from "./ids.ts";
import { Lanes } from "./lanes.ts";
import { type Litter, litterOf } from "./litter.ts";
import type { Offer } from "./offer.ts";
import { Offers, type OffersHost } from "./offers.ts";
import { OptionsReader } from "./options.ts";
import { Reminders } from "./reminders.ts";
import type { OverBytes } from "./shipping.ts";
import type { StreamStats } from "./stats.ts";
import { StrategyReader, type StreamClasses } from "./strategy.ts";
import { type ChannelStream, Duplex, type DuplexOptions, type StreamContext } from "./stream.ts";

/** What is known of the remote from its `$/hello`. */
export interface RemoteLimits extends Room {
  readonly calls: number;
  readonly maxChunk: number;
  /** Characters of a message, where messages are text. */
  readonly message: number;
  readonly window: number;
  /** Milliseconds that a write waits there for credit. */
  readonly stall: number;
}

/** What the streams need of their channel. */
export interface StreamsHost extends OffersHost {
  readonly link: CoreLink;
  /** Of a link of bytes; `undefined`: messages are structured clones. */
  readonly overBytes: OverBytes | undefined;
  /** Options of the default stream, which are checked here. */
  readonly data: StreamOptions;
}

const SIGNAL: Checks<Pick<OpenOptions, "signal">> = { signal: abortSignal };
const NOTHING_OF_A_USER = { name: "", metadata: undefined, signal: undefined, initial: undefined };

export class Streams implements StreamContext {
  readonly classes: StreamClasses;
  readonly overBytes: OverBytes | undefined;
  readonly turn: Turn;
  readonly litter: Litter;
  readonly grants: Grants | undefined;
  readonly reminders: Reminders;
  readonly signals: Signals = new Signals();
  readonly trusted: boolean;
  readonly idleGrants: number;
  readonly stall: number;
  readonly conduct: Conduct;
  readonly largestWindow: number;
  readonly #host: StreamsHost;
  readonly #options: OptionsReader;
  readonly #lanes: Lanes;
  readonly #ids = new Ids();
  #remote: RemoteLimits | undefined = undefined;
  /** Of ours, those that wait to be opened; of the remote's, those that are not yet taken, or with a handler. */
  readonly #admission: Admission;
  readonly #offers: Offers;
  readonly #open = new Map<number, Duplex | Offer>();
  /**
   * A stream that is never opened, made with the first one. Engines forget a class's hidden shapes, and the code that
   * they optimised for them, once a collection finds no instance: streams used one after another ran a quarter slower.
   */
  #kept: Duplex | undefined = undefined;

  constructor(host: StreamsHost) {
    this.#host = host;
    this.classes = host.classes;
    this.overBytes = host.overBytes;
    this.#lanes = new Lanes(host.link);
    this.#admission = new Admission(host.link, this.#lanes, this.#ids, this.#open);
    this.turn = new Turn(host.link.scheduler);
    this.reminders = new Reminders(this.turn);
    this.litter = litterOf(host.link.scheduler);
    if (host.overBytes === undefined) this.grants = new Grants(host.link, this.turn);
    this.trusted = host.link.trusted;
    this.idleGrants = host.limits.idleGrants;
    this.stall = host.limits.stall;
    this.conduct = host.conduct;
    this.largestWindow = host.limits.window;
    this.#options = new OptionsReader(
      new StrategyReader(host.classes),
      host.limits,
      host.link.trusted,
      host.overBytes?.codec,
      () => hasByteStreams(host.classes),
    );
    for (const [name, { handler: _, ...options }] of host.handlers) this.#options.check(`stream "${name}"`, options);
    this.#options.checkData(host.data);
    this.#offers = new Offers(host, this, this.#options, this.#open);
  }

  get largestChunk(): number {
    return this.#host.limits.maxChunk;
  }

  get maxChunk(): number {
    return this.#remote?.maxChunk ?? this.#host.limits.maxChunk;
  }

  get remoteWindow(): number {
    return this.#remote?.window ?? 0;
  }

  /** Streams under way, ours and the remote's. */
  get active(): number {
    return this.#admission.length + this.#open.size + this.#offers.handled;
  }

  /** Handlers of the remote's streams that have not settled, whatever became of the stream. */
  get handlers(): number {
    return this.#offers.handled;
  }

  /** Ours that are not yet opened. */
  get waiting(): number {
    return this.#admission.length;
  }

  stats(): StreamStats[] {
    const streams = [...this.#open.values()].filter((each) => each instanceof Duplex);
    return [...streams, ...this.#admission.streams].map((stream) => stream.stats());
  }

  // Ours.

  open(name: string, options: OpenOptions, role?: Role): Duplex {
    const resolved = this.#options.read(options as StreamOptions);
    if ("handler" in options) {
      const message =
        'Cannot use the stream option "handler" here: it goes into the definition of the side that takes the stream';
      throw mistake(new TypeError(message), "BAD_OPTION");
    }
    const { codec, transfer, incoming, outgoing } = resolved;
    const { metadata, signal } = options;
    if (signal !== undefined) checkOptions("stream option", SIGNAL, { signal });
    const stream = this.make({
      name,
      metadata,
      codec,
      transfer,
      incoming: this.#options.among(incoming, this.active),
      initial: undefined,
      outgoing,
      signal,
    });
    if (signal?.aborted) return stream;
    this.#admission.add(stream, resolved, role);
    this.#host.changed();
    this.#admit();
    return stream;
  }

  make(options: DuplexOptions): Duplex {
    this.#kept ??= this.#makeKept(options);
    return new Duplex(this, options);
  }

  #makeKept(options: DuplexOptions): Duplex {
    const kept = new Duplex(this, { ...options, ...this.#options.read({}), ...NOTHING_OF_A_USER });
    // No stream has this id.
    kept.lane = this.#host.link.lane?.(0);
    kept.incoming.prepare();
    kept.outgoing.prepare();
    kept.readable.getReader();
    kept.writable.getWriter();
    return kept;
  }

  /** The remote's hello has come: what was opened meanwhile can go. `first` says which ids are ours. */
  greeted(remote: RemoteLimits, first: boolean): void {
    this.#remote = remote;
    this.reminders.within(remote.stall);
    this.#ids.greeted(first);
    this.#admit();
  }

  /**
   * Why a message cannot name so many streams, if so: it would wait at the remote for good. `named`: in others, that were
   * not sent yet.
   */
  namingRefusal(count: number, named: number): StreamError | undefined {
    const most = this.#remote?.streams ?? Number.POSITIVE_INFINITY;
    if (count > most) {
      const message = `Cannot pass ${count} streams together: the remote takes ${most} at once, pass fewer or raise its limits.streams`;
      return new StreamError("STREAM_LIMIT", message);
    }
    // One is left for the default stream, which nobody announces.
    return this.#ids.left > this.#admission.named + named + count ? undefined : usedUp("pass a stream");
  }

  /** Opens those that wait, as far as the remote takes more. */
  #admit(): void {
    if (this.#remote !== undefined) this.#admission.admit(this.#remote);
  }

  // The remote's.

  /** The streams that no handler is named for. Until somebody has asked for them, such streams are refused. */
  get incomingStreams(): ReadableStream<ChannelStream> {
    return this.#offers.incomingStreams;
  }

  /** A frame that came on the shared link, or grants for several streams. */
  receive(message: unknown): void {
    if (!isCredits(message)) this.take(parseFrame(message));
    else for (const frame of parseCredits(message)) this.take(frame);
  }

  /** May a chunk of this stream come? Asked before there is memory for it. False: it is of no use any more. */
  admits(id: number): boolean {
    this.#expectGreeted("stream-data");
    const stream = this.#open.get(id);
    if (stream === undefined) this.#expectKnown({ id, type: "stream-data" });
    const taker = stream instanceof Duplex ? stream.incoming : stream;
    return taker?.admits() ?? false;
  }

  /** One of so many bytes that may come has begun to. */
  begins(id: number, bytes: number): void {
    const stream = this.#open.get(id);
    if (stream instanceof Duplex) stream.incoming.begins(bytes);
  }

  /** A frame that was checked. */
  take(frame: Frame): void {
    this.#expectGreeted(frame.type);
    if (frame.type === "stream-open") {
      this.#offer(frame);
      return;
    }
    const stream = this.#open.get(frame.id);
    if (stream !== undefined) stream.take(frame);
    else this.#expectKnown(frame);
  }

  #expectGreeted(type: string): void {
    if (this.#remote === undefined)
      throw new ProtocolError("HELLO_EXPECTED", `Cannot take ${type} before $/hello: say that first`);
  }

  /** A frame of a stream that has ended here is old news; one of a stream that never was breaks the protocol. */
  #expectKnown({ id, type }: Pick<Frame, "id" | "type">): void {
    if (this.#ids.isUsed(id)) return;
    throw new ProtocolError("BAD_STREAM_ID", `Cannot take ${type} for stream ${id}: it was never opened`);
  }

  #offer(frame: OpenFrame): void {
    const { id } = frame;
    this.#ids.takeOfRemote(id);
    const own = frame.port === undefined ? undefined : this.#host.link.adopt?.(frame.port);
    if (frame.port !== undefined && own === undefined) {
      throw new ProtocolError("BAD_FRAME", `Cannot open stream ${id}: what came as its port is no MessagePort`);
    }
    this.#offers.offer(frame, own ?? this.#lanes.of(id), own !== undefined);
  }

  // What a stream tells.

  breach(error: unknown): void {
    this.#host.breach(error);
  }

  finished(stream: Duplex): void {
    if (stream.id < 0) this.#admission.withdraw(stream, this.#remote);
    else if (this.#open.delete(stream.id)) {
      if (this.#ids.isOurs(stream.id)) {
        this.#admission.ended(stream);
        this.#admit();
      } else this.#offers.ended(stream);
    }
    this.#host.changed();
  }

  /** A stream of ours was accepted or refused, or ended before. */
  answered(stream: Duplex): void {
    this.#admission.answered(stream);
    this.#admit();
  }

  /** The remote has ended both directions of a stream with errors. */
  wasReset(stream: Duplex): void {
    this.#offers.wasReset(stream);
  }

  /** The port of one stream is gone, and only that is known: the stream ends, and the link speaks for itself. */
  laneLost(stream: Duplex, error: Error): void {
    stream.fail("abort", connectionLost(describe(stream), error));
  }

  // The end.

  /** Nothing new is opened or taken any more: `reason` is what the remote's attempts are refused with. */
  close(reason: unknown): void {
    this.#offers.close(reason);
  }

  /** The remote takes no streams: those that wait for it end. What is opened from now on waits again. */
  unsupported(reasonFor: (stream: string) => unknown): void {
    for (const stream of this.#admission.streams) stream.fail("lost", reasonFor(describe(stream)));
  }

  /** Everything ends with `reason`; `abort` tells the remote, `lost` cannot. */
  fail(event: "abort" | "lost", reasonFor: (stream: string) => unknown): void {
    this.close(reasonFor("a stream"));
    this.#offers.fail(reasonFor("a stream"));
    for (const stream of this.#admission.streams) stream.fail(event, reasonFor(describe(stream)));
    for (const stream of [...this.#open.values()]) {
      if (stream instanceof Duplex) stream.fail(event, reasonFor(describe(stream)));
    }
    this.#admission.clear();
    this.grants?.close();
    this.reminders.close();
  }
}

function describe({ id, name }: Duplex): string {
  return id < 0 ? `stream "${name}"` : `stream ${id} "${name}"`;
}

/** The name of a stream, checked at the point of the mistake. */
export function streamName(name: unknown): string {
  if (typeof name === "string" && name.length <= 1024 && !name.startsWith("$/")) return name;
  throw mistake(
    new TypeError("Cannot open a stream: its name must be a string of at most 1,024 characters, and not start with $/"),
    "BAD_OPTION",
  );
}

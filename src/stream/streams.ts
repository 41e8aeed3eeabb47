/**
 * The streams of a channel: opening and admitting ours, offering and accepting the remote's, routing what shares the
 * link. One stream's inside is in `stream.ts`; who calls and closes is in `../channel.ts`.
 */
import type { Codec } from "../codecs/codec.ts";
import { connectionLost, mistake, ProtocolError, StreamError } from "../errors.ts";
import type { Limits } from "../limits.ts";
import type { Lane, LaneReceiver } from "../link.ts";
import { encodeReason } from "../reason.ts";
import type { CoreLink } from "../wire/core-link.ts";
import { type Frame, type OpenFrame, parseFrame } from "../wire/frames.ts";
import type { InitialCredit } from "./credit.ts";
import type { OpenOptions, StreamDefinition } from "./definition.ts";
import { Turn } from "./gather.ts";
import type { IncomingOptions } from "./incoming.ts";
import { Offer } from "./offer.ts";
import { codecName, OptionsReader, type ResolvedOptions, type StreamOptions } from "./options.ts";
import type { StreamStats } from "./stats.ts";
import { StrategyReader, type StreamClasses } from "./strategy.ts";
import { type ChannelStream, Duplex, type DuplexOptions, type StreamContext } from "./stream.ts";
import type { Flow, SystemOffer } from "./system.ts";

/** What is known of the remote from its `$/hello`. */
export interface RemoteLimits {
  readonly fork: boolean;
  readonly streams: number;
  readonly unaccepted: number;
  readonly calls: number;
  readonly maxChunk: number;
  /** Characters of a message, where messages are text. */
  readonly message: number;
  readonly window: number;
  readonly initialCredit: InitialCredit;
}

/** What the streams need of their channel. */
export interface StreamsHost {
  readonly link: CoreLink;
  readonly limits: Limits;
  readonly classes: StreamClasses;
  /** Where the user names no codec; `undefined`: structured clone. */
  readonly codec: Codec | undefined;
  readonly initialCredit: InitialCredit;
  readonly handlers: ReadonlyMap<string, StreamDefinition>;
  /** Options of the default stream, which are checked here. */
  readonly data: StreamOptions;
  /** Who takes streams of names that start with `$/`. */
  readonly system: ReadonlyMap<string, (offer: SystemOffer) => void>;
  breach(error: unknown): void;
  /** The number of streams has changed. */
  changed(): void;
}

interface Waiting {
  readonly stream: Duplex;
  readonly resolved: ResolvedOptions;
}

/**
 * `"extra"`: beside what the limits allow, of which the protocol has at most one. `"named"`: a message names it, so that
 * the remote waits for it; it is opened even if it has ended before it could be.
 */
export type Role = "extra" | "named";

const NOTHING_OF_A_USER = { name: "", metadata: undefined, signal: undefined, initial: undefined };

/** Ids end here; what is open by then is finished, and a new channel has to be made. */
const LAST_ID = 2 ** 31 - 1;

export class Streams implements StreamContext {
  readonly classes: StreamClasses;
  readonly turn: Turn;
  readonly trusted: boolean;
  readonly idleGrants: number;
  readonly largestWindow: number;
  readonly #host: StreamsHost;
  readonly #options: OptionsReader;
  /** Of the streams that have no port of their own. */
  readonly #sharedLane: Lane;
  #remote: RemoteLimits | undefined = undefined;
  /** Of our streams: those not yet opened, in order; the id of the next; how many are open, and not yet answered. */
  #waiting: Waiting[] = [];
  /** Of these, the channel's own, which wait for nobody to take them: they pass those of users. */
  #own: Waiting[] = [];
  #nextId = 0;
  #ours = 0;
  #unanswered = 0;
  /** The channel's own: `"extra"` counts towards no limit, `"named"` not among the unanswered. */
  readonly #roles = new WeakMap<Duplex, Role>();
  /** Of the remote's: the last id, those taken by a handler that has not settled, and those not yet taken. */
  #lastRemoteId = -1;
  #theirs = 0;
  #offers: Offer[] = [];
  readonly #open = new Map<number, Duplex | Offer>();
  /** The stream of streams that no handler is named for, once somebody has asked for it; and its reads that wait. */
  #incoming: ReadableStream<ChannelStream> | undefined = undefined;
  #incomingController: ReadableStreamDefaultController<ChannelStream> | undefined = undefined;
  #wanted = false;
  #closed: { readonly reason: unknown } | undefined = undefined;
  /**
   * A stream that is never opened, made with the first one. Engines forget a class's hidden shapes, and the code that
   * they optimised for them, once a collection finds no instance: streams used one after another ran a quarter slower.
   */
  #kept: Duplex | undefined = undefined;

  constructor(host: StreamsHost) {
    this.#host = host;
    this.classes = host.classes;
    this.#sharedLane = sharedLane(host.link);
    this.turn = new Turn(host.link.scheduler);
    this.trusted = host.link.trusted;
    this.idleGrants = host.limits.idleGrants;
    this.largestWindow = host.limits.window;
    this.#options = new OptionsReader(new StrategyReader(host.classes), host.limits, host.link.trusted, host.codec);
    for (const { handler: _, ...options } of host.handlers.values()) this.#options.read(options);
    this.#options.read(host.data);
  }

  get largestChunk(): number {
    return this.#host.limits.maxChunk;
  }

  get maxChunk(): number {
    return this.#remote?.maxChunk ?? this.#host.limits.maxChunk;
  }

  /** Streams under way, ours and the remote's. */
  get active(): number {
    return this.#waiting.length + this.#own.length + this.#open.size + this.#theirs;
  }

  stats(): StreamStats[] {
    const streams = [...this.#open.values()].filter((each) => each instanceof Duplex);
    return [...streams, ...this.#unopened].map((stream) => stream.stats());
  }

  /** Our streams that wait to be opened. */
  get #unopened(): Duplex[] {
    return [...this.#own, ...this.#waiting].map(({ stream }) => stream);
  }

  // Ours.

  open(name: string, options: OpenOptions, role?: Role): Duplex {
    const resolved = this.#options.read(options as StreamOptions);
    const { codec, transfer, incoming, outgoing } = resolved;
    const { metadata, signal } = options;
    const stream = this.#make({
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
    if (role !== undefined) this.#roles.set(stream, role);
    (role === undefined ? this.#waiting : this.#own).push({ stream, resolved });
    this.#host.changed();
    this.#admit();
    return stream;
  }

  #make(options: DuplexOptions): Duplex {
    if (this.#kept === undefined) {
      this.#kept = new Duplex(this, { ...options, ...this.#options.read({}), ...NOTHING_OF_A_USER });
      this.#kept.incoming.prepare();
      this.#kept.outgoing.prepare();
    }
    return new Duplex(this, options);
  }

  /** The remote's hello has come: what was opened meanwhile can go. `first` says which ids are ours. */
  greeted(remote: RemoteLimits, first: boolean): void {
    this.#remote = remote;
    this.#nextId = first ? 1 : 2;
    this.#lastRemoteId = first ? 0 : -1;
    this.#admit();
  }

  /** Opens those that wait, as far as the remote takes more. */
  #admit(): void {
    const remote = this.#remote;
    if (remote === undefined) return;
    for (const each of [...this.#own]) {
      if (this.#roles.get(each.stream) !== "extra" && this.#ours >= remote.streams) continue;
      this.#own = this.#own.filter((other) => other !== each);
      this.#start(each, remote);
    }
    while (this.#waiting.length > 0 && this.#ours < remote.streams && this.#unanswered < remote.unaccepted) {
      this.#start(this.#waiting.shift() as Waiting, remote);
    }
  }

  #start({ stream, resolved }: Waiting, remote: RemoteLimits): void {
    const id = this.#nextId;
    if (id > LAST_ID) {
      stream.fail(
        "lost",
        new StreamError(
          "STREAM_LIMIT",
          `Cannot open stream "${stream.name}": this channel has used up its ids, connect anew`,
        ),
      );
      return;
    }
    this.#nextId += 2;
    const role = this.#roles.get(stream);
    if (role !== "extra") this.#ours++;
    const { link } = this.#host;
    const forked = remote.fork ? link.fork?.() : undefined;
    stream.id = id;
    stream.lane = forked?.lane ?? this.#laneOf(id);
    this.#open.set(id, stream);
    try {
      link.post({ ...openFrame(stream, resolved), ...(forked && { port: forked.port }) }, forked && [forked.port]);
    } catch (error) {
      // The metadata cannot be cloned: nothing was sent, and the far side need not be told.
      stream.fail("lost", error);
      return;
    }
    forked?.lane.listen(stream);
    if (role === undefined) this.#unanswered++;
    stream.opened(remote.initialCredit);
  }

  /**
   * A stream of the channel's own has ended before it could be opened: a message may have named it, so that the remote
   * waits for it. It counts for nothing, and is not kept.
   */
  #startEnded({ stream, resolved }: Waiting, remote: RemoteLimits): void {
    if (this.#nextId > LAST_ID) return;
    stream.id = this.#nextId;
    this.#nextId += 2;
    stream.lane = this.#laneOf(stream.id);
    this.#host.link.post(openFrame(stream, resolved));
    stream.openedLate(remote.initialCredit);
    stream.lane.close();
  }

  /** Of a stream without a port of its own. */
  #laneOf(id: number): Lane {
    return this.#host.link.lane?.(id) ?? this.#sharedLane;
  }

  // The remote's.

  /** The streams that no handler is named for. Until somebody has asked for them, such streams are refused. */
  get incomingStreams(): ReadableStream<ChannelStream> {
    if (this.#incoming === undefined) {
      const { ReadableStream } = this.classes;
      this.#incoming = new ReadableStream<ChannelStream>(
        {
          start: (controller) => {
            this.#incomingController = controller;
          },
          pull: () => {
            this.#wanted = true;
            this.#deliver();
          },
          cancel: (reason) => {
            this.#incomingController = undefined;
            for (const offer of [...this.#offers]) {
              if (offer.definition === undefined && offer.system === undefined) this.#refuse(offer, reason);
            }
          },
        },
        { highWaterMark: 0 },
      );
      this.#endIncoming();
    }
    return this.#incoming;
  }

  /** A frame that came on the shared link. */
  receive(message: unknown): void {
    this.take(parseFrame(message));
  }

  /** May a chunk of this stream come? Asked before there is memory for it. False: it is of no use any more. */
  admits(id: number): boolean {
    this.#expectGreeted("stream-data");
    const stream = this.#open.get(id);
    if (stream === undefined) this.#expectKnown({ id, type: "stream-data" });
    if (stream instanceof Duplex) return stream.incoming.admits();
    return stream?.admits() ?? false;
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
    const ours = id % 2 === this.#nextId % 2;
    if (ours ? id < this.#nextId : id <= this.#lastRemoteId) return;
    throw new ProtocolError("BAD_STREAM_ID", `Cannot take ${type} for stream ${id}: it was never opened`);
  }

  #offer(frame: OpenFrame): void {
    const { id, name } = frame;
    if (id % 2 === this.#nextId % 2 || id <= this.#lastRemoteId || id > LAST_ID) {
      throw new ProtocolError("BAD_STREAM_ID", `Cannot open stream ${id}: it is not an id that the remote may use now`);
    }
    this.#lastRemoteId = id;
    const { link, handlers, initialCredit } = this.#host;
    const own = frame.port === undefined ? undefined : link.adopt?.(frame.port);
    if (frame.port !== undefined && own === undefined) {
      throw new ProtocolError("BAD_FRAME", `Cannot open stream ${id}: what came as its port is no MessagePort`);
    }
    const offer = new Offer(frame, own ?? this.#laneOf(id), handlers.get(name), initialCredit, this);
    own?.listen(offer);
    this.#open.set(id, offer);
    const system = this.#host.system.get(name);
    if (system !== undefined) {
      // Of a call under way, also while the channel is closing.
      this.#offers.push(offer);
      this.#host.changed();
      offer.system = this.#systemOffer(offer);
      system(offer.system);
    } else if (this.#closed !== undefined) {
      this.#refuse(offer, this.#closed.reason);
    } else if (offer.definition === undefined && this.#incomingController === undefined) {
      const what = name === "" ? "a stream without a name" : `a stream "${name}"`;
      this.#refuse(
        offer,
        new StreamError(
          "STREAM_NOT_FOUND",
          `Cannot open ${what}: the remote has no handler for it, name it in its streams or read its incomingStreams`,
        ),
      );
    } else if (this.#offers.filter((each) => each.system === undefined).length >= this.#host.limits.unaccepted * 2) {
      // Twice what the remote was told: it may know of streams that ended here before we do.
      const { unaccepted } = this.#host.limits;
      this.#refuse(
        offer,
        new StreamError(
          "STREAM_LIMIT",
          `Cannot open stream "${name}": ${unaccepted} wait to be taken already, open fewer at once`,
        ),
      );
    } else {
      this.#offers.push(offer);
      this.#host.changed();
      this.#deliver();
    }
  }

  #systemOffer(offer: Offer): SystemOffer {
    return {
      metadata: offer.frame.metadata,
      get arrived() {
        return offer.arrived;
      },
      accept: (options, flow) => this.#accept(offer, options, flow),
      refuse: (reason) => {
        if (this.#offers.includes(offer)) this.#refuse(offer, reason);
      },
      withdrawn: undefined,
      arriving: undefined,
    };
  }

  /** Hands over what can be: to handlers while their number allows it, to the reader of `incomingStreams` as it reads. */
  #deliver(): void {
    for (const offer of [...this.#offers]) {
      if (this.#theirs >= this.#host.limits.streams) return;
      if (offer.system !== undefined) continue;
      if (offer.definition !== undefined) this.#handle(offer, offer.definition);
      else if (this.#wanted) this.#hand(offer);
    }
  }

  #handle(offer: Offer, definition: StreamDefinition): void {
    const stream = this.#accept(offer, definition);
    if (stream === undefined) return;
    this.#theirs++;
    let result: unknown;
    try {
      result = definition.handler(stream);
    } catch (error) {
      result = Promise.reject(error);
    }
    Promise.resolve(result)
      .then(
        () => stream.abandon(`Cannot go on with stream "${stream.name}": its handler settled without using it`),
        (error) => stream.fail("abort", error),
      )
      .then(() => {
        this.#theirs--;
        this.#host.changed();
        this.#deliver();
      });
  }

  #hand(offer: Offer): void {
    const stream = this.#accept(offer, {});
    if (stream === undefined) return;
    this.#wanted = false;
    this.#incomingController?.enqueue(stream);
  }

  #accept(offer: Offer, options: StreamOptions, flow?: Flow): Duplex | undefined {
    if (!this.#offers.includes(offer)) return undefined;
    this.#offers.splice(this.#offers.indexOf(offer), 1);
    const { frame, lane } = offer;
    let resolved = this.#options.read(options);
    const writes = frame.returns ?? frame.codec;
    if (options.codec === undefined) {
      // Those that need no option are known to both sides.
      const readable = this.#options.builtIn(frame.codec) ?? resolved.incoming.codec;
      const writable = this.#options.builtIn(writes) ?? resolved.codec;
      if (readable !== resolved.incoming.codec || writable !== resolved.codec)
        resolved = this.#options.read({
          ...options,
          codec: { ...(readable && { readable }), ...(writable && { writable }) },
        });
    }
    const mismatch = mismatchOf(frame, resolved);
    if (mismatch !== undefined) {
      this.#refuse(offer, mismatch);
      return undefined;
    }
    const stream = this.#make({
      name: frame.name,
      metadata: frame.metadata,
      codec: resolved.codec,
      transfer: resolved.transfer,
      incoming: withFlow(this.#options.among(this.#options.suggested(resolved, frame.writable), this.active), flow),
      initial: this.#host.initialCredit,
      outgoing: resolved.outgoing,
      signal: undefined,
    });
    stream.id = frame.id;
    stream.lane = lane;
    this.#open.set(frame.id, stream);
    const suggestion = frame.readable.fixed ? undefined : stream.outgoing.suggestion;
    lane.post({
      type: "stream-accept",
      id: frame.id,
      codec: frame.codec,
      ...(frame.returns !== undefined && { returns: frame.returns }),
      readable: stream.incoming.window,
      ...(suggestion && { writable: suggestion }),
    });
    stream.accepted();
    const { unit, limit, bytes } = frame.readable;
    if (suggestion === undefined) stream.outgoing.accepted(unit, limit, bytes);
    else
      stream.outgoing.accepted(suggestion.unit, Math.min(suggestion.highWaterMark, this.#remote?.window ?? 0), bytes);
    flow?.taken?.(stream);
    offer.handOver(stream);
    return stream;
  }

  #refuse(offer: Offer, reason: unknown): void {
    const { id } = offer.frame;
    offer.lane.post({ type: "stream-refuse", id, reason: encodeReason(reason, this.trusted) });
    offer.lane.close();
    this.#forget(offer);
  }

  #forget(offer: Offer): void {
    this.#open.delete(offer.frame.id);
    const at = this.#offers.indexOf(offer);
    if (at >= 0) this.#offers.splice(at, 1);
    this.#host.changed();
  }

  // What a stream tells.

  breach(error: unknown): void {
    this.#host.breach(error);
  }

  finished(stream: Duplex): void {
    if (stream.id < 0) {
      const own = this.#own.find((each) => each.stream === stream);
      this.#own = this.#own.filter((each) => each !== own);
      this.#waiting = this.#waiting.filter((each) => each.stream !== stream);
      if (own !== undefined && this.#roles.get(stream) === "named" && this.#remote !== undefined)
        this.#startEnded(own, this.#remote);
    } else if (this.#open.delete(stream.id) && stream.id % 2 === this.#nextId % 2) {
      if (this.#roles.get(stream) !== "extra") this.#ours--;
      this.#admit();
    }
    this.#host.changed();
  }

  /** A stream of ours was accepted or refused, or ended before. */
  answered(stream: Duplex): void {
    if (!this.#roles.has(stream)) this.#unanswered--;
    this.#admit();
  }

  /** An offer was withdrawn: its opener gave both directions up before anybody took it. */
  withdrawn(offer: Offer, reason: unknown): void {
    offer.system?.withdrawn?.(reason);
    offer.lane.close();
    this.#forget(offer);
  }

  /** The port of one stream is gone, and only that is known: the stream ends, and the link speaks for itself. */
  laneLost(stream: Duplex | Offer, error: Error): void {
    if (stream instanceof Duplex) stream.fail("abort", connectionLost(describe(stream), error));
    else this.withdrawn(stream, connectionLost(`stream "${stream.frame.name}"`, error));
  }

  // The end.

  /** Nothing new is opened or taken any more: `reason` is what the remote's attempts are refused with. */
  close(reason: unknown): void {
    this.#closed ??= { reason };
    for (const offer of [...this.#offers]) if (offer.system === undefined) this.#refuse(offer, reason);
    this.#endIncoming();
  }

  /** The remote takes no streams: those that wait for it end. What is opened from now on waits again. */
  unsupported(reasonFor: (stream: string) => unknown): void {
    for (const stream of this.#unopened) stream.fail("lost", reasonFor(describe(stream)));
  }

  /** Everything ends with `reason`; `abort` tells the remote, `lost` cannot. */
  fail(event: "abort" | "lost", reasonFor: (stream: string) => unknown): void {
    this.close(reasonFor("a stream"));
    for (const offer of [...this.#offers]) this.#refuse(offer, reasonFor("a stream"));
    for (const stream of this.#unopened) stream.fail(event, reasonFor(describe(stream)));
    for (const stream of [...this.#open.values()]) {
      if (stream instanceof Duplex) stream.fail(event, reasonFor(describe(stream)));
    }
    this.#waiting = [];
    this.#own = [];
  }

  #endIncoming(): void {
    if (this.#closed === undefined) return;
    this.#incomingController?.close();
    this.#incomingController = undefined;
  }
}

/** What is wrong if the two sides name different codecs for a direction. */
function mismatchOf(frame: OpenFrame, { codec, incoming }: ResolvedOptions): StreamError | undefined {
  const reads = codecName(incoming.codec);
  const writes = codecName(codec);
  const returns = frame.returns ?? frame.codec;
  if (frame.codec === reads && returns === writes) return undefined;
  const what =
    frame.codec === reads
      ? `its opener reads "${returns}", this side sends "${writes}"`
      : `its opener sends "${frame.codec}", this side reads "${reads}"`;
  const message = `Cannot open stream "${frame.name}": ${what}, name the same codec on both`;
  return new StreamError("CODEC_MISMATCH", message);
}

function openFrame(stream: Duplex, { codec, incoming: { codec: reading } }: ResolvedOptions): OpenFrame {
  const { id, name, incoming, outgoing, metadata } = stream;
  const [writes, reads] = [codecName(codec), codecName(reading)];
  return {
    type: "stream-open",
    id,
    name,
    codec: writes,
    ...(reads !== writes && { returns: reads }),
    readable: incoming.window,
    ...(outgoing.suggestion && { writable: outgoing.suggestion }),
    ...(metadata !== undefined && { metadata }),
  };
}

function describe({ id, name }: Duplex): string {
  return id < 0 ? `stream "${name}"` : `stream ${id} "${name}"`;
}

function withFlow(options: IncomingOptions, flow: Flow | undefined): IncomingOptions {
  return flow === undefined ? options : { ...options, ...flow };
}

/** The lane of the streams that share the link. It cannot be closed by one of them. */
function sharedLane(link: Lane): Lane {
  return {
    post: (message, transfer) => link.post(message, transfer),
    listen: (_receiver: LaneReceiver) => {},
    close: () => {},
  };
}

/** The name of a stream, checked at the point of the mistake. */
export function streamName(name: unknown): string {
  if (typeof name === "string" && name.length <= 1024 && !name.startsWith("$/")) return name;
  throw mistake(
    new TypeError("Cannot open a stream: its name must be a string of at most 1,024 characters, and not start with $/"),
    "BAD_OPTION",
  );
}

/**
 * The streams of a channel: opening and admitting ours, routing what shares the link. Those that the remote opens are
 * in `offers.ts`. One stream's inside is in `stream.ts`; who calls and closes is in `../session.ts`.
 */
import { abortSignal, type Checks, checkOptions } from "../check.ts";
import type { Conduct } from "../conduct.ts";
import { connectionLost, mistake, ProtocolError, StreamError } from "../errors.ts";
import type { Limits } from "../limits.ts";
import type { Lane, LaneReceiver } from "../link.ts";
import type { CoreLink } from "../wire/core-link.ts";
import { type Frame, type OpenFrame, parseFrame } from "../wire/frames.ts";
import { openFrame } from "./agreement.ts";
import { hasByteStreams } from "./complete.ts";
import type { InitialCredit } from "./credit.ts";
import type { OpenOptions, StreamDefinition } from "./definition.ts";
import { Turn } from "./gather.ts";
import { Ids } from "./ids.ts";
import type { Offer } from "./offer.ts";
import { Offers } from "./offers.ts";
import { OptionsReader, type ResolvedOptions, type StreamOptions } from "./options.ts";
import type { OverBytes } from "./shipping.ts";
import type { StreamStats } from "./stats.ts";
import { StrategyReader, type StreamClasses } from "./strategy.ts";
import { type ChannelStream, Duplex, type DuplexOptions, type StreamContext } from "./stream.ts";
import type { SystemOffer } from "./system.ts";

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
  readonly conduct: Conduct;
  readonly classes: StreamClasses;
  /** Of a link of bytes; `undefined`: messages are structured clones. */
  readonly overBytes: OverBytes | undefined;
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

const SIGNAL: Checks<Pick<OpenOptions, "signal">> = { signal: abortSignal };
const NOTHING_OF_A_USER = { name: "", metadata: undefined, signal: undefined, initial: undefined };

export class Streams implements StreamContext {
  readonly classes: StreamClasses;
  readonly overBytes: OverBytes | undefined;
  readonly turn: Turn;
  readonly trusted: boolean;
  readonly idleGrants: number;
  readonly stall: number;
  readonly conduct: Conduct;
  readonly largestWindow: number;
  readonly #host: StreamsHost;
  readonly #options: OptionsReader;
  /** Of the streams that have no port of their own. */
  readonly #sharedLane: Lane;
  #remote: RemoteLimits | undefined = undefined;
  readonly #ids = new Ids();
  /** Of our streams: those not yet opened, in order; how many are open, and not yet answered. */
  #waiting: Waiting[] = [];
  /** Of these, the channel's own, which wait for nobody to take them: they pass those of users. */
  #own: Waiting[] = [];
  #ours = 0;
  #unanswered = 0;
  /** The channel's own: `"extra"` counts towards no limit, `"named"` not among the unanswered. */
  readonly #roles = new WeakMap<Duplex, Role>();
  /** Of the remote's: those that are not yet taken, or with a handler. */
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
    this.#sharedLane = sharedLane(host.link);
    this.turn = new Turn(host.link.scheduler);
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
    for (const { handler: _, ...options } of host.handlers.values()) this.#options.read(options);
    this.#options.read(host.data);
    const { limits, conduct, classes, initialCredit, handlers, system } = host;
    const streams = this;
    this.#offers = new Offers({
      limits,
      conduct,
      classes,
      initialCredit,
      handlers,
      system,
      trusted: this.trusted,
      options: this.#options,
      open: this.#open,
      get active() {
        return streams.active;
      },
      get remoteWindow() {
        return streams.#remote?.window ?? 0;
      },
      make: (options) => this.#make(options),
      breach: (error) => host.breach(error),
      changed: () => host.changed(),
    });
  }

  get largestChunk(): number {
    return this.#host.limits.maxChunk;
  }

  get maxChunk(): number {
    return this.#remote?.maxChunk ?? this.#host.limits.maxChunk;
  }

  /** Streams under way, ours and the remote's. */
  get active(): number {
    return this.#waiting.length + this.#own.length + this.#open.size + this.#offers.handled;
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
    if (signal !== undefined) checkOptions("stream option", SIGNAL, { signal });
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
    this.#ids.greeted(first);
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
    const id = this.#ids.take();
    if (id === undefined) {
      stream.fail(
        "lost",
        new StreamError(
          "STREAM_LIMIT",
          `Cannot open stream "${stream.name}": this channel has used up its ids, connect anew`,
        ),
      );
      return;
    }
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
    const id = this.#ids.take();
    if (id === undefined) return;
    stream.id = id;
    stream.lane = this.#laneOf(id);
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
    return this.#offers.incomingStreams;
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
    this.#offers.offer(frame, own ?? this.#laneOf(id), own !== undefined);
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
    } else if (this.#open.delete(stream.id) && this.#ids.isOurs(stream.id)) {
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
    for (const stream of this.#unopened) stream.fail("lost", reasonFor(describe(stream)));
  }

  /** Everything ends with `reason`; `abort` tells the remote, `lost` cannot. */
  fail(event: "abort" | "lost", reasonFor: (stream: string) => unknown): void {
    this.close(reasonFor("a stream"));
    this.#offers.fail(reasonFor("a stream"));
    for (const stream of this.#unopened) stream.fail(event, reasonFor(describe(stream)));
    for (const stream of [...this.#open.values()]) {
      if (stream instanceof Duplex) stream.fail(event, reasonFor(describe(stream)));
    }
    this.#waiting = [];
    this.#own = [];
  }
}

function describe({ id, name }: Duplex): string {
  return id < 0 ? `stream "${name}"` : `stream ${id} "${name}"`;
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

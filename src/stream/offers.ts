/**
 * The streams that the remote opens: offered to handlers, or to the reader of `incomingStreams`, until somebody takes
 * them, and refused if nobody will. Which ids they may have, and what a stream does once it was taken, is not their
 * business.
 */
import type { Conduct } from "../conduct.ts";
import { connectionLost, StreamError } from "../errors.ts";
import type { Limits } from "../limits.ts";
import type { Lane } from "../link.ts";
import { encodeReason } from "../reason.ts";
import type { OpenFrame, WireStrategy } from "../wire/frames.ts";
import { acceptFrame, mismatchOf, optionsFor } from "./agreement.ts";
import type { InitialCredit } from "./credit.ts";
import { DATA } from "./default-stream.ts";
import type { StreamDefinition, StreamOptions } from "./definition.ts";
import type { IncomingOptions } from "./incoming.ts";
import { IncomingStreams } from "./incoming-streams.ts";
import { Offer } from "./offer.ts";
import type { OptionsReader } from "./options.ts";
import { MOST_WAITING, Room } from "./room.ts";
import type { StreamClasses } from "./strategy.ts";
import type { ChannelStream, Duplex, DuplexOptions } from "./stream.ts";
import type { Flow, SystemOffer } from "./system.ts";

/** What the offers need of their channel. */
export interface OffersHost {
  readonly limits: Limits;
  readonly conduct: Conduct;
  readonly classes: StreamClasses;
  readonly initialCredit: InitialCredit;
  readonly handlers: ReadonlyMap<string, StreamDefinition>;
  /** Who takes streams of names that start with `$/`. */
  readonly system: ReadonlyMap<string, (offer: SystemOffer) => void>;
  breach(error: unknown): void;
  /** The number of streams has changed. */
  changed(): void;
}

/** What they need of the streams beside them. */
interface StreamMaker {
  readonly trusted: boolean;
  /** Streams under way, ours and the remote's. */
  readonly active: number;
  /** The largest highWaterMark that the remote takes from us. */
  readonly remoteWindow: number;
  make(options: DuplexOptions): Duplex;
}

export class Offers {
  readonly #host: OffersHost;
  readonly #streams: StreamMaker;
  readonly #options: OptionsReader;
  /** All that is open, by id. */
  readonly #open: Map<number, Duplex | Offer>;
  /** Those for users that nobody has taken. Those for messages wait for room alone. */
  readonly #offers = new Set<Offer>();
  readonly #room: Room;
  #isDue = false;
  /** Streams that were taken by a handler which has not settled; and which, where that matters: an entry costs 32 bytes. */
  #theirs = 0;
  readonly #handled: Set<Duplex> | undefined;
  readonly #incoming: IncomingStreams;
  #closed: { readonly reason: unknown } | undefined = undefined;

  constructor(host: OffersHost, streams: StreamMaker, options: OptionsReader, open: Map<number, Duplex | Offer>) {
    this.#host = host;
    this.#streams = streams;
    this.#options = options;
    this.#open = open;
    this.#room = new Room(host.limits.streams, (offer) => this.#handOver(offer));
    this.#handled = host.limits.resets === Number.POSITIVE_INFINITY ? undefined : new Set();
    this.#incoming = new IncomingStreams(host.classes, {
      wanted: () => this.#deliver(),
      cancelled: (reason) => this.#refuseThoseForReader(reason),
    });
  }

  /** Handlers that have not settled. */
  get handled(): number {
    return this.#theirs;
  }

  /** The streams that no handler is named for. Until somebody has asked for them, such streams are refused. */
  get incomingStreams(): ReadableStream<ChannelStream> {
    const { readable } = this.#incoming;
    this.#endIncoming();
    return readable;
  }

  /** The remote has opened a stream. `own`: its lane is a port of its own, which waits for a listener. */
  offer(frame: OpenFrame, lane: Lane, own: boolean): void {
    const { id, name } = frame;
    const { handlers, initialCredit } = this.#host;
    const offer = new Offer(frame, lane, handlers.get(name), initialCredit, this);
    if (own) lane.listen(offer);
    this.#open.set(id, offer);
    if (this.#host.system.has(name)) {
      // Of a call under way, also while the channel is closing.
      offer.system = this.#systemOffer(offer);
      this.#host.changed();
      if (name === DATA) this.#handOver(offer);
      else if (!this.#room.wait(offer)) this.#refuseExcess(offer, MOST_WAITING);
    } else if (this.#closed !== undefined) {
      this.#refuse(offer, this.#closed.reason);
    } else if (offer.definition === undefined && !this.#incoming.isOpen) {
      const what = name === "" ? "a stream without a name" : `a stream "${name}"`;
      this.#refuse(
        offer,
        new StreamError(
          "STREAM_NOT_FOUND",
          `Cannot open ${what}: the remote has no handler for it, name it in its streams or read its incomingStreams`,
        ),
      );
    } else if (this.#offers.size >= this.#host.limits.unaccepted * 2) {
      // Twice what the remote was told: it may know of streams that ended here before we do.
      this.#refuseExcess(offer, this.#host.limits.unaccepted);
    } else {
      this.#offers.add(offer);
      this.#host.changed();
      this.#deliver();
    }
  }

  #refuseExcess(offer: Offer, most: number): void {
    this.#host.conduct.fault();
    const message = `Cannot open stream "${offer.frame.name}": ${most} wait to be taken already, open fewer at once`;
    this.#refuse(offer, new StreamError("STREAM_LIMIT", message));
  }

  #handOver(offer: Offer): void {
    this.#host.system.get(offer.frame.name)?.(offer.system as SystemOffer);
  }

  #systemOffer(offer: Offer): SystemOffer {
    return {
      metadata: offer.frame.metadata,
      get arrived() {
        return offer.arrived;
      },
      accept: (options, flow) => this.#accept(offer, options, flow),
      refuse: (reason) => {
        if (this.#isOpen(offer)) this.#refuse(offer, reason);
      },
      withdrawn: undefined,
      arriving: undefined,
    };
  }

  /** Hands over what can be: to handlers while their number allows it, to the reader of `incomingStreams` as it reads. */
  #deliver(): void {
    this.#room.handOver();
    for (const offer of this.#offers) {
      if (!this.#room.isFree || this.#theirs >= this.#host.limits.streams) return;
      if (offer.definition !== undefined) this.#handle(offer, offer.definition);
      else if (this.#incoming.isAwaited) this.#hand(offer);
    }
    this.#endIncoming();
  }

  /** There is room for another one. Whoever gets that is not called from within what has made it. */
  #leave(): void {
    this.#room.leave();
    if (this.#isDue || !(this.#room.isAwaited || this.#offers.size > 0)) return;
    this.#isDue = true;
    Promise.resolve()
      .then(() => {
        this.#isDue = false;
        this.#deliver();
      })
      .catch((error) => this.#host.breach(error));
  }

  #handle(offer: Offer, definition: StreamDefinition): void {
    // Counted before: what has come early may be all of the stream, which is over then, and its handler has not begun.
    this.#theirs++;
    const stream = this.#accept(offer, definition);
    if (stream === undefined) {
      this.#theirs--;
      this.#host.changed();
      return;
    }
    this.#handled?.add(stream);
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
        this.#handled?.delete(stream);
        this.#host.changed();
        this.#deliver();
      });
  }

  #hand(offer: Offer): void {
    const stream = this.#accept(offer, {});
    if (stream !== undefined) this.#incoming.hand(stream);
  }

  #accept(offer: Offer, options: StreamOptions, flow?: Flow): Duplex | undefined {
    if (!this.#isOpen(offer)) return undefined;
    this.#offers.delete(offer);
    const { frame, lane } = offer;
    const resolved = optionsFor(frame, options, this.#options);
    const mismatch = mismatchOf(frame, resolved);
    if (mismatch !== undefined) {
      this.#refuse(offer, mismatch);
      return undefined;
    }
    const stream = this.#streams.make({
      name: frame.name,
      metadata: frame.metadata,
      codec: resolved.codec,
      transfer: resolved.transfer,
      incoming: withFlow(
        this.#options.among(this.#options.suggested(resolved, frame.writable), this.#streams.active),
        flow,
      ),
      initial: this.#host.initialCredit,
      outgoing: resolved.outgoing,
      signal: undefined,
    });
    stream.id = frame.id;
    stream.lane = lane;
    this.#open.set(frame.id, stream);
    // The default stream takes none.
    if (!offer.takesRoom && frame.name !== DATA) this.#room.take();
    const suggestion = frame.readable.fixed ? undefined : stream.outgoing.suggestion;
    lane.post(acceptFrame(frame, stream, suggestion));
    try {
      this.#begin(offer, stream, suggestion, flow);
    } catch (error) {
      // What has come of it breaks the protocol. Whoever takes it is not the one to be told.
      this.#host.breach(error);
      return undefined;
    }
    return stream;
  }

  /** It was accepted: its limits hold, and it gets what came early. */
  #begin(offer: Offer, stream: Duplex, suggestion: WireStrategy | undefined, flow: Flow | undefined): void {
    const { unit, limit, bytes } = offer.frame.readable;
    stream.accepted();
    if (suggestion === undefined) stream.outgoing.accepted(unit, limit, bytes);
    else
      stream.outgoing.accepted(suggestion.unit, Math.min(suggestion.highWaterMark, this.#streams.remoteWindow), bytes);
    flow?.taken?.(stream);
    offer.handOver(stream);
  }

  #refuse(offer: Offer, reason: unknown): void {
    const { id } = offer.frame;
    offer.lane.post({ type: "stream-refuse", id, reason: encodeReason(reason, this.#streams.trusted) });
    offer.lane.close();
    this.#forget(offer);
  }

  /** It has been neither taken nor refused. */
  #isOpen(offer: Offer): boolean {
    return this.#open.get(offer.frame.id) === offer;
  }

  #forget(offer: Offer): void {
    this.#open.delete(offer.frame.id);
    this.#offers.delete(offer);
    this.#room.forget(offer);
    if (offer.takesRoom) this.#leave();
    this.#host.changed();
    this.#endIncoming();
  }

  /** One that was taken is over. */
  ended({ name }: Duplex): void {
    if (name !== DATA) this.#leave();
  }

  /** The remote has reset a stream. Its slot stays taken until its handler has settled. */
  wasReset(stream: Duplex): void {
    if (this.#handled?.has(stream)) this.#host.conduct.reset();
  }

  // What an offer tells.

  breach(error: unknown): void {
    this.#host.breach(error);
  }

  /** Its opener gave both directions up, and a message still asks for it: it takes no room meanwhile. */
  givenUp(offer: Offer): void {
    if (this.#room.forget(offer)) this.#handOver(offer);
    else if (offer.takesRoom) {
      offer.takesRoom = false;
      this.#leave();
    }
  }

  /** Its opener gave both directions up before anybody took it. */
  withdrawn(offer: Offer, reason: unknown): void {
    offer.system?.withdrawn?.(reason);
    if (offer.system === undefined) this.#host.conduct.reset();
    offer.lane.close();
    this.#forget(offer);
  }

  /** Its port is gone, and only that is known. */
  laneLost(offer: Offer, error: Error): void {
    this.withdrawn(offer, connectionLost(`stream "${offer.frame.name}"`, error));
  }

  // The end.

  /**
   * Nothing new is taken any more: `reason` is what the remote's attempts are refused with. What was opened before is not
   * new: it is handed over, if there is somebody for it.
   */
  close(reason: unknown): void {
    this.#closed ??= { reason };
    if (!this.#incoming.isLocked) this.#refuseThoseForReader(reason);
    this.#endIncoming();
  }

  #refuseThoseForReader(reason: unknown): void {
    for (const offer of this.#offers) if (offer.definition === undefined) this.#refuse(offer, reason);
  }

  /** Everything ends with `reason`. */
  fail(reason: unknown): void {
    for (const each of this.#open.values()) if (each instanceof Offer) this.#refuse(each, reason);
  }

  #endIncoming(): void {
    if (this.#closed === undefined) return;
    for (const { definition } of this.#offers) if (definition === undefined) return;
    this.#incoming.end();
  }
}

function withFlow(options: IncomingOptions, flow: Flow | undefined): IncomingOptions {
  return flow === undefined ? options : { ...options, ...flow };
}

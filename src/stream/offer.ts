/** A stream that the remote has opened and nobody here has taken yet. It keeps the few frames that come meanwhile. */
import { ProtocolError } from "../errors.ts";
import type { Lane, LaneReceiver } from "../link.ts";
import { decodeReason } from "../reason.ts";
import { chunksOf, countOf, type DataFrame, type Frame, type OpenFrame, parseFrame } from "../wire/frames.ts";
import { charge } from "./chunk.ts";
import type { InitialCredit } from "./credit.ts";
import type { StreamDefinition } from "./definition.ts";
import type { Duplex } from "./stream.ts";
import type { SystemOffer } from "./system.ts";

/** What an offer tells its channel's streams. */
interface OfferHost {
  breach(error: unknown): void;
  /** Its opener has given both directions up, and it stays to be taken. */
  givenUp(offer: Offer): void;
  withdrawn(offer: Offer, reason: unknown): void;
  laneLost(offer: Offer, error: Error): void;
}

/** Frames beside data that may come before acceptance: an end or error, a cancel, and credit. */
const OTHERS = 64;

export class Offer implements LaneReceiver {
  readonly frame: OpenFrame;
  readonly lane: Lane;
  readonly definition: StreamDefinition | undefined;
  readonly #initial: InitialCredit;
  readonly #host: OfferHost;
  /** Of a name that starts with `$/`: how the part of the channel that it is for sees it. */
  system: SystemOffer | undefined = undefined;
  /** It has been handed to the part of the channel that it is for, and its opener has not given it up: it takes room. */
  takesRoom = false;
  #early: Frame[] = [];
  #chunks = 0;
  #bytes = 0;
  #others = 0;
  /** Its lane is gone. */
  #lost: Error | undefined = undefined;

  constructor(
    frame: OpenFrame,
    lane: Lane,
    definition: StreamDefinition | undefined,
    initial: InitialCredit,
    host: OfferHost,
  ) {
    this.frame = frame;
    this.lane = lane;
    this.definition = definition;
    this.#initial = initial;
    this.#host = host;
  }

  receive(message: unknown): void {
    try {
      this.take(parseFrame(message));
    } catch (error) {
      this.#host.breach(error);
    }
  }

  lost(error: Error): void {
    if (this.#isAwaited) this.#lost = error;
    else this.#host.laneLost(this, error);
  }

  /** A message will ask for it, whatever has become of it. */
  get #isAwaited(): boolean {
    return this.system !== undefined && this.system.withdrawn === undefined;
  }

  /** Keeps a frame for later. No more than the initial credit allows can honestly come. */
  take(frame: Frame): void {
    const isData = frame.type === "stream-data" && countOf(frame) > 0;
    if (!(isData ? this.#covers(frame) : ++this.#others <= OTHERS)) {
      throw overrun(frame.id);
    }
    this.#early.push(frame);
    this.system?.arriving?.();
    const error = this.#early.find((each) => each.type === "stream-error");
    if (error === undefined || !this.#has("stream-cancel")) return;
    if (this.#isAwaited) this.#host.givenUp(this);
    else if (!this.#has("stream-end")) this.#host.withdrawn(this, decodeReason(error.reason));
  }

  /** Is a chunk wanted that begins to come? Throws for one that the initial credit does not cover. */
  admits(): boolean {
    const { chunks, bytes } = this.#initial;
    if (this.#chunks < chunks && this.#bytes < bytes) return true;
    throw overrun(this.frame.id);
  }

  /** Chunks that have come. */
  get arrived(): number {
    return this.#chunks;
  }

  #has(type: Frame["type"]): boolean {
    return this.#early.some((each) => each.type === type);
  }

  /** Counts the chunks of a frame. False if one of them starts beyond the initial credit. */
  #covers(frame: DataFrame): boolean {
    const { chunks, bytes } = this.#initial;
    if (this.#chunks + countOf(frame) > chunks) return false;
    for (const chunk of chunksOf(frame)) {
      if (this.#bytes >= bytes) return false;
      this.#chunks++;
      this.#bytes += charge(chunk);
    }
    return true;
  }

  /** The stream was accepted: it gets what came early, and everything from now on. */
  handOver(stream: Duplex): void {
    this.lane.listen(stream);
    const early = this.#early;
    this.#early = [];
    for (const frame of early) stream.take(frame);
    if (this.#lost !== undefined) stream.lost(this.#lost);
  }
}

function overrun(id: number): ProtocolError {
  return new ProtocolError(
    "CREDIT_OVERRUN",
    `Cannot keep more for stream ${id}: it was not accepted yet, and initialCredit is spent`,
  );
}

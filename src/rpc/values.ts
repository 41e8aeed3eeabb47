/**
 * Streams as values: a stream or async iterable anywhere in params or a result crosses as a stream of the channel,
 * named beside the value as `[path, number, kind]`, never by a placeholder inside it, which could be forged.
 *
 * The side that has the stream opens one for it, under the name {@link VALUE} and with the number as its metadata; the
 * other side joins the two when both have come, in whichever order.
 */
import { ProtocolError, StreamError } from "../errors.ts";
import type { OpenOptions } from "../stream/definition.ts";
import type { StreamClasses } from "../stream/strategy.ts";
import type { ChannelStream, Duplex } from "../stream/stream.ts";
import type { SystemOffer } from "../stream/system.ts";
import { type FoundStream, MOST_DEPTH, type Path, takeJson } from "./json.ts";
import { pump } from "./pump.ts";

/** The name of the streams that values cross as. */
export const VALUE = "$/value";

/** A stream in a message: where it stands in params or result, its number, and which side of it stands there. */
export type WireValue = readonly [path: Path, number: number, kind: "readable" | "writable"];

export interface ValuesHost {
  readonly classes: StreamClasses;
  openStream(name: string, options: OpenOptions): Duplex;
}

/** A value that was checked, and its streams, none of which has been opened yet. */
export interface Encoded {
  readonly value: unknown;
  /** Opens the streams, when the message is sent. `stopped` is told if the far side gives one of them up. */
  open(stopped?: (reason: unknown) => void): OpenedValues;
  /** The message will not be sent: ends the user's streams. */
  discard(reason: unknown): void;
}

/** What a message is to say of its streams, and the streams themselves. */
export interface OpenedValues {
  readonly wires: readonly WireValue[] | undefined;
  readonly streams: readonly ChannelStream[];
}

const NO_STREAMS: OpenedValues = { wires: undefined, streams: [] };

/** The streams that came with a message. */
export interface Received {
  readonly value: unknown;
  readonly streams: readonly ReceivedStream[];
}

export interface ReceivedStream {
  readonly stream: ChannelStream;
  readonly kind: WireValue[2];
}

/** Streams of one message, and such that were named and have not come. */
const MOST_STREAMS = 1_024;
const MOST_AWAITED = 4_096;

type Take = (offer: SystemOffer) => void;

export class Values {
  readonly #host: ValuesHost;
  #next = 1;
  /** What has come of the two halves while the other has not: streams, and who waits for them. */
  readonly #offers = new Map<number, SystemOffer>();
  readonly #awaited = new Map<number, Take>();

  constructor(host: ValuesHost) {
    this.#host = host;
  }

  /** Throws a TypeError that names what cannot cross; `what` says whose params, or result, that is. */
  encode(value: unknown, what: string): Encoded {
    const taken = takeJson(value, what);
    return {
      value: taken.value,
      open: (stopped) => {
        if (taken.streams.length === 0) return NO_STREAMS;
        const wires = taken.streams.map(({ path, kind }): WireValue => [path, this.#next++, kind]);
        const streams = taken.streams.map((found, at) => this.#send(found, (wires[at] as WireValue)[1], stopped));
        return { wires, streams };
      },
      discard: (reason) => {
        for (const found of taken.streams) discard(found, reason);
      },
    };
  }

  #send(found: FoundStream, number: number, stopped?: (reason: unknown) => void): ChannelStream {
    const stream = this.#host.openStream(VALUE, { metadata: number });
    // Not the stream's signal: that is aborted by the other direction, which nobody uses.
    const used = found.kind === "readable" ? stream.outgoing : stream.incoming;
    used.failed = stopped;
    const { classes } = this.#host;
    if (found.kind === "readable") {
      void pump(found.value, stream.writable, classes);
      quietly(stream.readable.cancel());
    } else {
      void pump(stream.readable, found.value, classes);
      quietly(stream.writable.close());
    }
    return stream;
  }

  /** A stream that the remote has opened for a value. */
  offered(offer: SystemOffer): void {
    const number = offer.metadata;
    if (typeof number !== "number" || this.#offers.has(number)) {
      throw new ProtocolError("BAD_FRAME", "Cannot take a stream for a value: its number is none, or in use");
    }
    const take = this.#awaited.get(number);
    if (take === undefined) {
      this.#offers.set(number, offer);
      return;
    }
    this.#awaited.delete(number);
    take(offer);
  }

  /** Calls back with the value and its streams in place, at once if all of them have come. */
  decode(value: unknown, wires: unknown, then: (received: Received) => void): void {
    if (wires === undefined) {
      then({ value, streams: [] });
      return;
    }
    const list = checkWires(wires);
    const root = { value };
    const streams: ReceivedStream[] = [];
    let missing = list.length;
    for (const [path, number, kind] of list) {
      const place = placeOf(root, path);
      this.#claim(number, (offer) => {
        const stream = offer.accept({});
        if (stream !== undefined) streams.push({ stream, kind });
        place.at[place.key] = stream === undefined ? null : kind === "readable" ? stream.readable : stream.writable;
        if (--missing === 0) then({ value: root.value, streams });
      });
    }
  }

  /** The message that they came with is not used: its streams end, on both sides. */
  release(wires: unknown, reason: unknown): void {
    if (wires === undefined) return;
    for (const [, number] of checkWires(wires)) this.#claim(number, (offer) => offer.refuse(reason));
  }

  #claim(number: number, take: Take): void {
    const offer = this.#offers.get(number);
    if (offer !== undefined) {
      this.#offers.delete(number);
      take(offer);
      return;
    }
    if (this.#awaited.has(number) || this.#awaited.size >= MOST_AWAITED) {
      throw new ProtocolError("BAD_MESSAGE", `Cannot wait for the stream of value ${number}: too many, or twice`);
    }
    this.#awaited.set(number, take);
  }
}

function discard({ value, kind }: FoundStream, reason: unknown): void {
  if (kind === "writable") quietly(value.abort(reason));
  else if ("getReader" in value) quietly(value.cancel(reason));
  else quietly(Promise.resolve(value[Symbol.asyncIterator]().return?.()));
}

/** The call has failed: both sides of its streams end. */
export function endAll(streams: readonly ChannelStream[], reason: unknown): void {
  for (const stream of streams) stream.abort(reason);
}

/** The method has settled: what it left unlocked of its params, nobody will ever touch again. */
export function abandon(received: readonly ReceivedStream[], method: string): void {
  for (const { stream, kind } of received) {
    const side = kind === "readable" ? stream.readable : stream.writable;
    if (side.locked) continue;
    const message = `Cannot go on with a stream in the params of "${method}": it settled without using it`;
    stream.abort(new StreamError("STREAM_ABANDONED", message));
  }
}

function checkWires(wires: unknown): readonly WireValue[] {
  if (Array.isArray(wires) && wires.length <= MOST_STREAMS && wires.every(isWire)) return wires;
  throw new ProtocolError("BAD_MESSAGE", 'Cannot read a message: its "streams" are not [path, number, kind]');
}

function isWire(wire: unknown): wire is WireValue {
  if (!Array.isArray(wire)) return false;
  const [path, number, kind] = wire as unknown[];
  if (!Array.isArray(path) || path.length > MOST_DEPTH) return false;
  return Number.isSafeInteger(number) && (kind === "readable" || kind === "writable");
}

/** The object that holds a value, and under which key. Only keys of its own: a path must not reach a prototype. */
function placeOf(root: { value: unknown }, path: Path): { at: Record<string, unknown>; key: string } {
  let at = root as Record<string, unknown>;
  let key = "value";
  for (const step of path) {
    at = at[key] as Record<string, unknown>;
    key = String(step);
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) {
      throw new ProtocolError("BAD_MESSAGE", "Cannot read a message: a stream's path leads nowhere");
    }
  }
  return { at, key };
}

async function quietly(done: Promise<unknown>): Promise<void> {
  try {
    await done;
  } catch {
    // Whoever uses the stream is told by it.
  }
}

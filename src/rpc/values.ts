/**
 * Streams as values: a stream or async iterable anywhere in params or a result crosses as a stream of the channel,
 * named beside the value as `[path, number, kind]`, never by a placeholder inside it, which could be forged.
 *
 * The side that has the stream opens one for it, under the name {@link VALUE} and with the number as its metadata; the
 * other side joins the two when both have come, in whichever order. Whatever becomes of a stream that a message names,
 * it is opened, so that nobody waits for it in vain.
 */
import { ProtocolError } from "../errors.ts";
import type { OpenOptions } from "../stream/definition.ts";
import type { StreamClasses } from "../stream/strategy.ts";
import type { Duplex } from "../stream/stream.ts";
import type { SystemOffer } from "../stream/system.ts";
import { type FoundStream, MOST_DEPTH, MOST_STREAMS, type Path, streamsIn, takeJson } from "../wire/json.ts";
import { MOST_AWAITED, Naming } from "./naming.ts";
import { pump, quietly } from "./pump.ts";

/** The name of the streams that values cross as. */
export const VALUE = "$/value";

/** A stream in a message: where it stands in params or result, its number, and which side of it stands there. */
export type WireValue = readonly [path: Path, number: number, kind: "readable" | "writable"];

export interface ValuesHost {
  readonly classes: StreamClasses;
  /** Why a message cannot name so many streams, if so. `named`: in others, that were not sent yet. */
  refusal(count: number, named: number): unknown;
  /** `met` is called once the remote has it, as far as can be known, or nothing more will be heard of it. */
  openStream(name: string, options: OpenOptions, met: () => void): Duplex;
}

/** A value that was checked, and its streams, none of which has been opened yet. They are locked until then. */
export interface Encoded {
  readonly value: unknown;
  /** How many they are: whether a message may have so many now, {@link Naming} says. */
  readonly count: number;
  /** What the message is to say of them. Throws if the remote does not take so many, or none. */
  name(): readonly WireValue[] | undefined;
  /** Opens them, once the message was sent: what is opened and not named would wait at the remote for good. */
  open(): readonly Duplex[];
  /** Resolves once all that were opened have come to their end, whichever that is. */
  over(): Promise<unknown>;
  /** The message was not sent, nor will be: ends the user's streams. */
  discard(reason: unknown): void;
}

const NONE: readonly Duplex[] = [];
const nothing = (): undefined => undefined;
const none = (): readonly Duplex[] => NONE;
const done = (): Promise<void> => Promise.resolve();

/** A value that needs no check, and has no streams in it. */
export function alone(value: unknown): Encoded {
  return { value, count: 0, name: nothing, open: none, over: done, discard: nothing };
}

/** A value that came, with its streams in place. */
export interface Received {
  readonly value: unknown;
  readonly streams: readonly Duplex[];
}

type Take = (offer: SystemOffer) => void;

export class Values {
  /** Of the streams in our own messages. */
  readonly naming: Naming = new Naming();
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
    const { value: taken, streams } = takeJson(value, what);
    if (streams.length === 0) return alone(taken);
    // A call may wait before it is sent: nobody else is to use its streams meanwhile.
    const unlocks = streams.map(lock);
    const unlock = (): void => {
      for (const each of unlocks) each();
    };
    const { naming } = this;
    const { length } = streams;
    let first = 0;
    let isOver = false;
    const pumps: Promise<void>[] = [];
    return {
      value: taken,
      count: length,
      name: () => {
        const refusal = this.#host.refusal(length, naming.named);
        if (refusal !== undefined) throw refusal;
        naming.name(length);
        first = this.#next;
        this.#next += length;
        return streams.map(({ path, kind }, at): WireValue => [path, first + at, kind]);
      },
      open: () => {
        // The channel has ended while the message waited.
        if (isOver) return NONE;
        isOver = true;
        unlock();
        naming.sent(length);
        try {
          return streams.map((found, at) => this.#send(found, first + at, pumps));
        } catch (error) {
          // The channel has ended by the sending of the message.
          for (const found of streams) discard(found, error);
          return NONE;
        }
      },
      over: () => Promise.all(pumps),
      discard: (reason) => {
        if (isOver) return;
        isOver = true;
        unlock();
        if (first > 0) naming.giveUp(length);
        for (const found of streams) discard(found, reason);
      },
    };
  }

  #send(found: FoundStream, number: number, pumps: Promise<void>[]): Duplex {
    const stream = this.#host.openStream(VALUE, { metadata: number }, this.naming.met);
    const { classes } = this.#host;
    if (found.kind === "readable") {
      stream.writeOnly();
      pumps.push(pump(found.value, stream.writable, classes));
    } else {
      pumps.push(pump(stream.readable, found.value, classes));
      void quietly(() => stream.writable.close());
    }
    return stream;
  }

  /** A stream that the remote has opened for a value. */
  offered(offer: SystemOffer): void {
    const number = offer.metadata;
    if (typeof number !== "number" || this.#offers.has(number) || this.#offers.size >= MOST_AWAITED) {
      throw new ProtocolError("BAD_FRAME", "Cannot take a stream for a value: its number is none, in use, or too many");
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
    const places = list.map(([path]) => takePlace(root, path));
    const streams: Duplex[] = [];
    let missing = list.length;
    if (missing === 0) then({ value, streams });
    list.forEach(([, number, kind], index) => {
      const { at, key } = places[index] as Place;
      this.#claim(number, (offer) => {
        const stream = offer.accept({});
        if (stream !== undefined) streams.push(stream);
        at[key] = stream === undefined ? null : kind === "readable" ? stream.readable : stream.writable;
        if (--missing === 0) then({ value: root.value, streams });
      });
    });
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

/** Ends the user's streams in a value that nobody will use. */
export function discardIn(value: unknown, reason: unknown): void {
  for (const found of streamsIn(value)) discard(found, reason);
}

function discard({ value, kind }: FoundStream, reason: unknown): void {
  void quietly(() => {
    if (kind === "writable") return value.abort(reason);
    return "getReader" in value ? value.cancel(reason) : value[Symbol.asyncIterator]().return?.();
  });
}

/** Locks a stream; what gives it back. An iterable has no lock. */
function lock({ value, kind }: FoundStream): () => void {
  if (kind === "readable" && !("getReader" in value)) return () => {};
  const holder = kind === "writable" ? value.getWriter() : (value as ReadableStream).getReader();
  return () => holder.releaseLock();
}

/** The call has failed: both sides of its streams end. */
export function endAll(streams: readonly Duplex[], reason: unknown): void {
  for (const stream of streams) stream.abort(reason);
}

/** The method has settled: what it left unlocked of its params, nobody will ever touch again. */
export function abandonAll({ streams }: Received, method: string): void {
  const message = `Cannot go on with a stream in the params of "${method}": it settled without using it`;
  for (const stream of streams) stream.abandon(message);
}

function checkWires(wires: unknown): readonly WireValue[] {
  if (Array.isArray(wires) && wires.length <= MOST_STREAMS && wires.every(isWire) && areDistinct(wires)) return wires;
  throw new ProtocolError("BAD_MESSAGE", 'Cannot read a message: its "streams" are not [path, number, kind]');
}

function isWire(wire: unknown): wire is WireValue {
  if (!Array.isArray(wire)) return false;
  const [path, number, kind] = wire as unknown[];
  if (!Array.isArray(path) || path.length > MOST_DEPTH) return false;
  return Number.isSafeInteger(number) && (kind === "readable" || kind === "writable");
}

function areDistinct(wires: readonly WireValue[]): boolean {
  return new Set(wires.map(([, number]) => number)).size === wires.length;
}

/** The object that holds a value, and under which key. */
interface Place {
  readonly at: Record<string | number, unknown>;
  readonly key: string | number;
}

/**
 * Where a stream belongs: there stands `null`, and nothing once the place is taken. Only indexes of lists and names of
 * an object's own: a path must not reach a prototype, nor a list's length.
 */
function takePlace(root: { value: unknown }, path: Path): Place {
  let at: unknown = root;
  let key: string | number = "value";
  for (const step of path) {
    at = (at as Record<string | number, unknown>)[key];
    key = step;
    const fits = typeof step === (Array.isArray(at) ? "number" : "string");
    if (!fits || typeof at !== "object" || at === null || !Object.hasOwn(at, step)) throw nowhere();
  }
  const place = at as Record<string | number, unknown>;
  if (place[key] !== null) throw nowhere();
  place[key] = undefined;
  return { at: place, key };
}

function nowhere(): ProtocolError {
  return new ProtocolError("BAD_MESSAGE", "Cannot read a message: where a stream's path leads stands no null");
}

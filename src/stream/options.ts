/** Reads what a user asks of a stream, and what follows from it for the two directions. */

import { checkNames } from "../check.ts";
import { CLONE, type Codec } from "../codecs/codec.ts";
import { raw } from "../codecs/raw.ts";
import { mistake } from "../errors.ts";
import type { Limits } from "../limits.ts";
import { checkSchema } from "../schema.ts";
import type { Transfer } from "./chunk.ts";
import { LEAST_BYTES } from "./credit.ts";
import type { DirectionCodecs, StreamOptions } from "./definition.ts";
import { platformMark } from "./held.ts";
import type { IncomingOptions } from "./incoming.ts";
import type { Strategy, StrategyReader } from "./strategy.ts";

const NAMES: readonly string[] = [
  "codec",
  "chunks",
  "highWaterMark",
  "size",
  "readableStrategy",
  "writableStrategy",
  "readable",
  "transfer",
  "metadata",
  "signal",
  "handler",
];

/** What one side's options come to. */
export interface ResolvedOptions {
  /** Of what this side writes; that of what it reads is in `incoming`. */
  readonly codec: Codec | undefined;
  readonly transfer: Transfer;
  readonly incoming: IncomingOptions;
  readonly outgoing: Strategy | undefined;
}

/**
 * Without any strategy: codecs of bytes hold this many bytes, the others this many chunks. A grant wakes the other side;
 * half of a window has to last for longer than that takes, and what holds up a reader for a moment.
 */
const DEFAULT_BYTES = { trusted: 1024 * 1024, untrusted: 64 * 1024 };
const CHUNKS: Strategy = { unit: "chunks", highWaterMark: 1_024, size: undefined };

/**
 * The byte windows of streams that are open at once, all together, as far as none falls below the least: a thousand
 * streams with 8 MiB each would be cold memory at best.
 */
const BYTES_TOGETHER = 64 * 1024 * 1024;

/** Reads users' options for one channel. */
export class OptionsReader {
  readonly #strategies: StrategyReader;
  readonly #limits: Limits;
  readonly #trusted: boolean;
  /** Where the user names no codec; `undefined`: structured clone. */
  readonly #codec: Codec | undefined;
  readonly #hasByteStreams: () => boolean;
  /** What `readable: "bytes"` comes to, once somebody has asked for it: the platform may have no byte streams. */
  #bytes: "stream" | "chunks" | undefined = undefined;
  /** What most streams have: one object for all of them. */
  readonly #default: IncomingOptions;
  /** The same with a smaller byte window, by that. */
  readonly #smaller = new Map<number, IncomingOptions>();

  constructor(
    strategies: StrategyReader,
    limits: Limits,
    trusted: boolean,
    codec?: Codec,
    hasByteStreams: () => boolean = () => true,
  ) {
    this.#hasByteStreams = hasByteStreams;
    this.#strategies = strategies;
    this.#limits = limits;
    this.#trusted = trusted;
    this.#codec = codec;
    this.#default = this.#made({ bytes: false, codec, schema: undefined, fixed: false }, CHUNKS);
  }

  read(options: StreamOptions = {}): ResolvedOptions {
    checkNames("stream option", NAMES, options);
    const { readable = "chunks", transfer } = options;
    if (readable !== "chunks" && readable !== "bytes") {
      throw mistake(
        new TypeError(`Cannot set the stream option readable to "${readable}": use "chunks" or "bytes"`),
        "BAD_OPTION",
      );
    }
    if (transfer !== undefined && typeof transfer !== "boolean" && typeof transfer !== "function") {
      throw mistake(
        new TypeError("Cannot use the stream option transfer: pass true, false or a function"),
        "BAD_OPTION",
      );
    }
    const codecs = directionsOf(options.codec);
    checkCodec(codecs.readable);
    checkCodec(codecs.writable);
    const bytes = readable === "bytes" && this.#bytesKind;
    const schema = options.chunks;
    if (schema !== undefined) checkSchema(schema, "the option chunks", "BAD_OPTION");
    if (schema !== undefined && bytes) {
      throw mistake(
        new TypeError('Cannot use chunks with readable: "bytes": it keeps no chunks, leave one of them out'),
        "BAD_OPTION",
      );
    }
    const unnamed = bytes ? raw() : this.#codec;
    const both = { highWaterMark: options.highWaterMark, size: options.size } as QueuingStrategy;
    const forReadable = (options.readableStrategy ?? both) as QueuingStrategy;
    const incoming = this.#strategies.read(forReadable, "readableStrategy");
    if (bytes && incoming !== undefined && incoming.unit !== "bytes" && forReadable.size !== undefined) {
      throw mistake(
        new TypeError('Cannot use size() with readable: "bytes": its unit is the byte, leave size out'),
        "BAD_STRATEGY",
      );
    }
    const outgoing = this.#strategies.read((options.writableStrategy ?? both) as QueuingStrategy, "writableStrategy");
    return {
      codec: codecs.writable ?? unnamed,
      transfer: transfer as Transfer,
      incoming: this.#incoming({ bytes, codec: codecs.readable ?? unnamed, schema }, incoming),
      outgoing,
    };
  }

  /** Checks options of a definition, before any stream is made of it; the error says whose they are. */
  check(whose: string, options: StreamOptions): void {
    inDefinition(whose, () => this.read(options));
  }

  /** Checks the options of the default stream, whose chunks have a function of their own, and are counted. */
  checkData(options: StreamOptions): void {
    const { handler, readable } = options as StreamOptions & { handler?: unknown };
    const wrong =
      handler !== undefined
        ? 'Cannot use the option "handler" of data: pass the function to channel.onData'
        : readable === "bytes"
          ? 'Cannot set the option readable of data to "bytes": messages wait for its chunks, so it must keep them'
          : undefined;
    if (wrong !== undefined) throw mistake(new TypeError(wrong), "BAD_OPTION");
    checkDefined("data", options);
    this.check("data", options);
  }

  get #bytesKind(): "stream" | "chunks" {
    this.#bytes ??= this.#hasByteStreams() ? "stream" : "chunks";
    return this.#bytes;
  }

  /** What a stream gets beside so many others: half the byte window, a quarter and so on, where its user set none. */
  among(incoming: IncomingOptions, others: number): IncomingOptions {
    const { streamBytes } = this.#limits;
    // Half of ∞ is as much: who sets that wants no bound.
    if (incoming.byteWindow !== streamBytes || streamBytes === Number.POSITIVE_INFINITY) return incoming;
    let byteWindow = streamBytes;
    while (byteWindow / 2 >= LEAST_BYTES && byteWindow * (others + 1) > BYTES_TOGETHER) byteWindow /= 2;
    if (byteWindow === streamBytes) return incoming;
    if (incoming !== this.#default) return { ...incoming, byteWindow };
    const smaller = this.#smaller.get(byteWindow) ?? { ...incoming, byteWindow };
    this.#smaller.set(byteWindow, smaller);
    return smaller;
  }

  /** The codec of that name which needs no option: both sides have it. */
  builtIn(name: string): Codec | undefined {
    return name === "raw" ? raw() : undefined;
  }

  /** The first window of a readable: the user's, else the sender's, else what suits the codec. */
  #incoming(asked: Pick<IncomingOptions, "bytes" | "codec" | "schema">, given: Strategy | undefined): IncomingOptions {
    const { bytes, codec, schema } = asked;
    if (given === undefined && codec === this.#codec && schema === undefined && !bytes) return this.#default;
    let strategy = given ?? (codec?.unit === "bytes" ? this.#byteQueue : CHUNKS);
    if (bytes) strategy = { ...strategy, unit: "bytes" };
    // A byte stream counts bytes, whatever its sender counts: it keeps its own window.
    return this.#made({ ...asked, fixed: bytes !== false || given !== undefined }, strategy);
  }

  #made(asked: Pick<IncomingOptions, "bytes" | "codec" | "schema" | "fixed">, strategy: Strategy): IncomingOptions {
    const { bytes, codec, schema, fixed } = asked;
    const bounded = this.#bounded(strategy);
    return { bytes, codec, schema, fixed, ...bounded, mark: platformMark(bounded.strategy, bytes === "stream") };
  }

  #bounded(strategy: Strategy): { strategy: Strategy; byteWindow: number } {
    const { window, streamBytes } = this.#limits;
    const highWaterMark = Math.min(strategy.highWaterMark, window);
    // Of a window in bytes, the byte account leaves room for what it charges on top of each chunk.
    const asked = highWaterMark === Number.POSITIVE_INFINITY || strategy.unit === "bytes" ? highWaterMark * 2 : 0;
    return { strategy: { ...strategy, highWaterMark }, byteWindow: Math.max(streamBytes, asked) };
  }

  get #byteQueue(): Strategy {
    const highWaterMark = this.#trusted ? DEFAULT_BYTES.trusted : DEFAULT_BYTES.untrusted;
    return { unit: "bytes", highWaterMark, size: undefined };
  }

  /** The far side of an opened stream: what this side uses if the opener gave a strategy and its own user none. */
  suggested(
    resolved: ResolvedOptions,
    suggestion: { unit: Strategy["unit"]; highWaterMark: number } | undefined,
  ): IncomingOptions {
    const { incoming } = resolved;
    if (suggestion === undefined || incoming.fixed) return incoming;
    const { unit, highWaterMark } = suggestion;
    return this.#made(incoming, { unit, highWaterMark, size: undefined });
  }
}

/** Checks as much of a definition's options as can be told without a channel: that there are such options. */
export function checkDefined(whose: string, options: StreamOptions): void {
  inDefinition(whose, () => {
    const own = ["metadata", "signal"].find((name) => name in options);
    if (own !== undefined) {
      const message = `Cannot use the stream option "${own}" in a definition: it is one stream's own, give it to openStream`;
      throw mistake(new TypeError(message), "BAD_OPTION");
    }
    checkNames("stream option", NAMES, options);
  });
}

/** What `check` throws says in whose definition the mistake is. */
function inDefinition(whose: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (error instanceof Error) error.message += ` (in the definition of ${whose})`;
    throw error;
  }
}

function directionsOf(codec: Codec | DirectionCodecs | undefined): DirectionCodecs {
  if (codec === undefined) return {};
  if (typeof codec !== "object" || codec === null || "encode" in codec || !("readable" in codec || "writable" in codec))
    return { readable: codec as Codec, writable: codec as Codec };
  return codec;
}

/** What a frame calls a codec. */
export function codecName(codec: Codec | undefined): string {
  return codec?.name ?? CLONE;
}

function checkCodec(codec: Codec | undefined): void {
  if (codec === undefined) return;
  const { name, encode, decode } = (codec ?? {}) as Partial<Codec>;
  if (typeof name === "string" && typeof encode === "function" && typeof decode === "function") return;
  const is =
    typeof codec === "function" ? "it is a function, call it" : "it has no name, encode and decode, pass what has";
  throw mistake(new TypeError(`Cannot use that as a codec: ${is}, as in codec: raw()`), "BAD_OPTION");
}

/** What a user says of a stream when it is opened, and of the streams that are taken. Types only. */
import type { Codec } from "../codecs/codec.ts";
import type { Transferable } from "../link.ts";
import type { StandardSchema } from "../schema.ts";
import type { ChannelStream } from "./stream.ts";

// Functions are typed as methods, so that one for some chunks serves where any may come.

/** A queuing strategy. */
export interface StrategyOf<Chunk> {
  readonly highWaterMark?: number | undefined;
  size?(chunk: Chunk): number;
}

/**
 * Options of `openStream`, and of a handler of streams: each side sets those of its own two ends. `In` comes, `Out` is
 * written, and `Made` is what a schema makes of what comes.
 */
export interface StreamOptions<In = unknown, Out = unknown, Made = In> {
  /**
   * The form of the chunks while they cross; both sides must name the same. One for both directions, or one for each.
   * Default: structured clone between threads; over bytes, buffers as they are and everything else as JSON.
   */
  readonly codec?: Codec | DirectionCodecs;
  /**
   * What the chunks of our readable must be: its reader gets what this makes of them. A chunk that fails errors the
   * readable with CHUNK_INVALID. It must be synchronous; `size` still weighs the chunk as it came.
   */
  readonly chunks?: StandardSchema<unknown, Made>;
  /** The window of both directions, in chunks, or in whatever `size` gives. */
  readonly highWaterMark?: number | undefined;
  readonly size?: { size(chunk: Weighed<In, Out>): number }["size"] | undefined;
  /** The window of our readable; it overrides the sender's. */
  readonly readableStrategy?: StrategyOf<In>;
  /** The queue of our writable, and the window of the far side's readable if nobody set one there. */
  readonly writableStrategy?: StrategyOf<Out>;
  /**
   * `"bytes"`: a readable byte stream, without chunk borders. A runtime without byte streams gives `Uint8Array`s as they
   * come, and no BYOB reader. Default `"chunks"`.
   */
  readonly readable?: "chunks" | "bytes";
  /** Moves whole buffers rather than copying them; or a function that names what is to be moved of a chunk. */
  readonly transfer?: boolean | { transfer(chunk: Out): Transferable[] }["transfer"];
}

/** What `size` is given: the chunks of both directions, as far as they are known. */
type Weighed<In, Out> = [In, Out] extends [infer I, infer O]
  ? unknown extends I
    ? O
    : unknown extends O
      ? I
      : I | O
  : never;

/** A codec for each direction, seen from this side. Left out: the default. */
export interface DirectionCodecs {
  readonly readable?: Codec;
  readonly writable?: Codec;
}

export interface OpenOptions<In = unknown, Out = unknown, Made = In> extends StreamOptions<In, Out, Made> {
  /** Any value that can be cloned; the far side finds it at its stream. */
  readonly metadata?: unknown;
  /** Aborts the stream, even a blocked `write()` or `close()`, which `pipeTo`'s own signal cannot. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Takes a stream that the remote opened. The stream is kept until the promise settles. Written as a method, so that a
 * handler may say what its chunks are.
 */
export type StreamHandler = { handle(stream: ChannelStream): unknown }["handle"];

/** A handler with this side's options for its streams. */
export interface StreamDefinition extends StreamOptions {
  readonly handler: StreamHandler;
}

/** What a user says of a stream when it is opened, and of the streams that are taken. Types only. */
import type { StreamOptions } from "./options.ts";
import type { ChannelStream } from "./stream.ts";

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

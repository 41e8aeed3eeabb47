/** What a part of the channel sees of the streams that are its own: those whose names start with `$/`. Types only. */
import type { StreamOptions } from "./definition.ts";
import type { Duplex } from "./stream.ts";

/** What is done with what arrives. */
export interface Flow {
  /** Takes each chunk as it arrives, in the readable's place; its credit returns when the promise, if it gives one, settles. */
  readonly consume?: ((chunk: unknown) => unknown) | undefined;
  /** Called after chunks, or the end, have come. */
  readonly arriving?: (() => void) | undefined;
  /** Called with the stream before what has come already is handed over. */
  readonly taken?: ((stream: Duplex) => void) | undefined;
}

/** A stream that the remote has opened, and that nobody has taken yet. */
export interface SystemOffer {
  readonly metadata: unknown;
  /** Chunks that have come already. */
  readonly arrived: number;
  /** Takes it. `undefined` if it cannot be, and then it was refused. */
  accept(options: StreamOptions, flow?: Flow): Duplex | undefined;
  refuse(reason: unknown): void;
  /** Called if the remote has given it up before it was taken, or its lane is gone. Unset: it stays to be taken. */
  withdrawn: ((reason: unknown) => void) | undefined;
  /** Called when a chunk has come before it was taken. */
  arriving: (() => void) | undefined;
}

/** What a codec is: the form that a stream's chunks have while they cross. */

/** Turns chunks into bytes and back. Named when a stream opens: both sides must name the same. */
export interface Codec<T = unknown> {
  readonly name: string;
  /** The unit of the default window: byte codecs count bytes, the others chunks. */
  readonly unit: "bytes" | "chunks";
  /** `encode` gives memory that it writes again when it is called next. Left out: it leaves alone what it gave. */
  readonly reuses?: boolean;
  /** What `decode` gives is made of the very bytes that it gets: they are given memory of their own. */
  readonly keeps?: boolean;
  /** May be called with any value; a TypeError for one that it cannot carry errors the stream. */
  encode(chunk: T): ArrayBufferView | ArrayBuffer;
  /**
   * `bytes` are the stream's own: they never change, and start at an offset that is a multiple of 8. Their buffer may be
   * larger, and hold other chunks as well, unless the codec `keeps` them. What it throws errors the stream, as the `cause`.
   */
  decode(bytes: Uint8Array, form?: number): T;
  /**
   * Decodes small chunks that stand side by side in `bytes`, where that is faster than one by one; they need not be
   * aligned. Undefined: they are to be decoded one by one after all.
   */
  decodeAll?(bytes: Uint8Array, lengths: readonly number[]): T[] | undefined;
  /** Of one that has several forms: which `encode` gives this chunk, 0 to 15. It travels beside it. Left out: 0. */
  form?(chunk: T): number;
}

/** The name of what message links do without a codec: the runtime's structured clone. */
export const CLONE = "clone";

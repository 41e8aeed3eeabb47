/** What a codec is: the form that a stream's chunks have while they cross. */

/** Turns chunks into bytes and back. Named when a stream opens: both sides must name the same. */
export interface Codec<T = unknown> {
  readonly name: string;
  /** The unit of the default window: byte codecs count bytes, the others chunks. */
  readonly unit: "bytes" | "chunks";
  /** May be called with any value; a TypeError for one that it cannot carry errors the stream. */
  encode(chunk: T): ArrayBufferView | ArrayBuffer;
  /** `bytes` belongs to the chunk alone and starts at an offset that is a multiple of 8. */
  decode(bytes: Uint8Array): T;
}

/** The name of what message links do without a codec: the runtime's structured clone. */
export const CLONE = "clone";

/** How much may be under way in each direction of a stream: the same at both sides, and what the picture shows full. */

/** Bytes a chunk, where the chunks are ours. */
export const CHUNK: number = 64 * 1024;

/** Eight chunks: few enough to watch, enough to keep both sides busy. */
export const WINDOW: ByteLengthQueuingStrategy = new ByteLengthQueuingStrategy({ highWaterMark: 8 * CHUNK });

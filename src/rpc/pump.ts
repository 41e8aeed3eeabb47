/**
 * Moves a stream or an async iterable of the user's into a stream of the channel, and back. Streams of the same
 * implementation pipe themselves; a foreign one (a polyfill's, another realm's) is moved by its reader or writer.
 */
import { pipe } from "../stream/pipe.ts";
import type { StreamClasses } from "../stream/strategy.ts";

/** Never rejects: either end has been told of what failed. */
export async function pump(
  source: ReadableStream | AsyncIterable<unknown>,
  sink: WritableStream,
  classes: StreamClasses,
): Promise<void> {
  const { ReadableStream, WritableStream } = classes;
  try {
    if (!("getReader" in source)) await drive(source, sink);
    else if (source instanceof ReadableStream && sink instanceof WritableStream) await source.pipeTo(sink);
    else await pipe(source, sink);
  } catch (error) {
    // Both ends know, unless it failed before it began: one of them cannot be had.
    void quietly(() => sink.abort(error));
    if ("getReader" in source) void quietly(() => source.cancel(error));
  }
}

/** Does what may fail, where whoever uses the stream is told by it. */
export async function quietly(task: () => unknown): Promise<void> {
  try {
    await task();
  } catch {
    // Told by the stream.
  }
}

async function drive(source: AsyncIterable<unknown>, sink: WritableStream): Promise<void> {
  const writer = sink.getWriter();
  let iterator: AsyncIterator<unknown>;
  try {
    iterator = source[Symbol.asyncIterator]();
  } catch (error) {
    await writer.abort(error);
    return;
  }
  let hasMore = true;
  const stopOnce = (): void => {
    if (!hasMore) return;
    hasMore = false;
    // Leaving a loop at the far side ends the iterator, which runs its `finally`.
    void quietly(() => iterator.return?.());
  };
  // Also while the source is waited for: it should not find out only by its next chunk.
  writer.closed.catch(stopOnce);
  while (hasMore) {
    try {
      await writer.ready;
    } catch {
      stopOnce();
      return;
    }
    try {
      const { done, value } = await iterator.next();
      if (!hasMore) return;
      if (done) hasMore = false;
      else writer.write(value).catch(() => {});
    } catch (error) {
      hasMore = false;
      await writer.abort(error);
      return;
    }
  }
  await writer.close();
}

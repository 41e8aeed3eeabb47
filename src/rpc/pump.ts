/**
 * Moves a stream or an async iterable of the user's into a stream of the channel, and back. Streams of the same
 * implementation pipe themselves; a foreign one (a polyfill's, another realm's) is moved by its reader or writer.
 */
import type { StreamClasses } from "../stream/strategy.ts";

/** What is pulled from, chunk by chunk. */
interface Puller {
  next(): Promise<{ done?: boolean | undefined; value?: unknown }>;
  /** Nobody wants more. */
  stop(reason: unknown): unknown;
}

/** Never rejects: either end has been told of what failed. */
export async function pump(
  source: ReadableStream | AsyncIterable<unknown>,
  sink: WritableStream,
  classes: StreamClasses,
): Promise<void> {
  const { ReadableStream, WritableStream } = classes;
  try {
    if (source instanceof ReadableStream && sink instanceof WritableStream) await source.pipeTo(sink);
    else await drive(source, sink);
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

function pullerOf(source: ReadableStream | AsyncIterable<unknown>): Puller {
  if ("getReader" in source) {
    const reader = source.getReader();
    return { next: () => reader.read(), stop: (reason) => reader.cancel(reason) };
  }
  const iterator = source[Symbol.asyncIterator]();
  // Leaving a loop at the far side ends the iterator, which runs its `finally`.
  return { next: () => iterator.next(), stop: () => iterator.return?.() };
}

async function drive(source: ReadableStream | AsyncIterable<unknown>, sink: WritableStream): Promise<void> {
  const writer = sink.getWriter();
  let puller: Puller;
  try {
    puller = pullerOf(source);
  } catch (error) {
    await writer.abort(error);
    return;
  }
  let hasMore = true;
  const stopOnce = (reason: unknown): void => {
    if (!hasMore) return;
    hasMore = false;
    void quietly(() => puller.stop(reason));
  };
  // Also while the source is waited for: it should not find out only by its next chunk.
  writer.closed.catch(stopOnce);
  while (hasMore) {
    try {
      await writer.ready;
    } catch (reason) {
      stopOnce(reason);
      return;
    }
    try {
      const { done, value } = await puller.next();
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

/**
 * Moves a stream or an async iterable of the user's into a stream of the channel, and back. Streams of the same
 * implementation pipe themselves; a foreign one (a polyfill's, another realm's) is moved by its reader or writer.
 */
import type { StreamClasses } from "../stream/strategy.ts";

/** Never rejects: either end has been told of what failed. */
export function pump(
  source: ReadableStream | AsyncIterable<unknown>,
  sink: WritableStream,
  classes: StreamClasses,
): Promise<void> {
  const { ReadableStream, WritableStream } = classes;
  if (source instanceof ReadableStream && sink instanceof WritableStream)
    return ended(source.pipeTo(sink), source, sink);
  return ended("getReader" in source ? pumpReadable(source, sink) : pumpIterable(source, sink), source, sink);
}

/** Also where it could not begin, because the user has locked one of the two meanwhile, both ends are told. */
async function ended(
  done: Promise<unknown>,
  source: ReadableStream | AsyncIterable<unknown>,
  sink: WritableStream,
): Promise<void> {
  try {
    await done;
  } catch (error) {
    void quietly(sink.abort(error));
    if ("getReader" in source) void quietly(source.cancel(error));
  }
}

async function quietly(done: Promise<unknown>): Promise<void> {
  try {
    await done;
  } catch {
    // Both ends know.
  }
}

async function pumpReadable(source: ReadableStream, sink: WritableStream): Promise<void> {
  const reader = source.getReader();
  await drive(
    () => reader.read(),
    (reason) => reader.cancel(reason),
    sink,
  );
}

/** Leaving a loop at the far side ends the iterator, which runs its `finally`. */
async function pumpIterable(source: AsyncIterable<unknown>, sink: WritableStream): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  await drive(
    async () => {
      const { done, value } = await iterator.next();
      return { done: done === true, value };
    },
    async () => void (await iterator.return?.()),
    sink,
  );
}

async function drive(
  next: () => Promise<{ done: boolean; value?: unknown }>,
  stop: (reason: unknown) => Promise<void>,
  sink: WritableStream,
): Promise<void> {
  const writer = sink.getWriter();
  let hasMore = true;
  const stopOnce = (reason: unknown): void => {
    if (!hasMore) return;
    hasMore = false;
    void quietly(stop(reason));
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
      const { done, value } = await next();
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

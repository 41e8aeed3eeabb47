/** `channel.stream`: a call whose result is a stream, given at once, before the call was answered. */
import { mistake } from "../errors.ts";
import type { StreamClasses } from "../stream/strategy.ts";
import type { CallOptions } from "./calls.ts";

export interface StreamCallOptions extends CallOptions {
  /** Cancels the call, and the stream after it was answered. */
  readonly signal?: AbortSignal | undefined;
}

/** Reads what `call` results in: a stream, or an array, as a method gives that knows no streams. */
export function streamOf(
  call: (signal: AbortSignal) => Promise<unknown>,
  method: string,
  { signal }: StreamCallOptions,
  { ReadableStream }: StreamClasses,
): ReadableStream<unknown> {
  const cancelled = new AbortController();
  let reader: ReadableStreamDefaultReader<unknown> | undefined;
  let unfollow = (): void => {};
  const stop = (reason: unknown): Promise<void> | undefined => {
    unfollow();
    cancelled.abort(reason);
    return reader?.cancel(reason);
  };
  let opened: Promise<ReadableStreamDefaultReader<unknown>>;
  return new ReadableStream<unknown>(
    {
      start(controller) {
        const aborted = (): void => {
          controller.error(signal?.reason);
          stop(signal?.reason)?.catch(() => {});
        };
        opened = call(signal?.aborted ? signal : cancelled.signal).then((result) => {
          reader = readerOf(result, method, ReadableStream);
          // Given up while the answer was on its way to here.
          if (cancelled.signal.aborted) reader.cancel(cancelled.signal.reason).catch(() => {});
          return reader;
        });
        opened.catch((error) => {
          unfollow();
          controller.error(error);
        });
        signal?.addEventListener("abort", aborted, { once: true });
        unfollow = () => signal?.removeEventListener("abort", aborted);
      },
      async pull(controller) {
        const { done, value } = await (await opened).read();
        if (!done) {
          controller.enqueue(value);
          return;
        }
        unfollow();
        controller.close();
      },
      cancel: (reason) => stop(reason),
    },
    { highWaterMark: 0 },
  );
}

function readerOf(
  result: unknown,
  method: string,
  Readable: typeof ReadableStream,
): ReadableStreamDefaultReader<unknown> {
  if (Array.isArray(result)) return listed(result, Readable).getReader();
  if (typeof (result as Partial<ReadableStream> | null)?.getReader === "function") {
    return (result as ReadableStream<unknown>).getReader();
  }
  throw mistake(
    new TypeError(`Cannot stream "${method}": it gave neither a stream nor an array, use call()`),
    "NO_STREAM",
  );
}

function listed(list: readonly unknown[], Readable: typeof ReadableStream): ReadableStream<unknown> {
  let at = 0;
  return new Readable<unknown>({
    pull(controller) {
      if (at === list.length) controller.close();
      else controller.enqueue(list[at++]);
    },
  });
}

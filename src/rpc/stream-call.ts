/** `channel.stream`: a call whose result is a stream, given at once, before the call was answered. */
import { mistake } from "../errors.ts";
import type { StreamClasses } from "../stream/strategy.ts";
import type { CallOptions } from "./call-options.ts";
import { quietly } from "./pump.ts";
import { discardIn } from "./values.ts";

export interface StreamCallOptions extends CallOptions {
  /** Cancels the call, and the stream after it was answered. */
  readonly signal?: AbortSignal | undefined;
}

type Reader = ReadableStreamDefaultReader<unknown>;

/** Reads what `call` results in: a stream, or an array, as a method gives that knows no streams. */
export function streamOf(
  call: (signal: AbortSignal | undefined) => Promise<unknown>,
  method: string,
  { signal }: StreamCallOptions,
  { ReadableStream }: StreamClasses,
): ReadableStream<unknown> {
  const cancelled = new AbortController();
  let opened: Promise<Reader>;
  let unfollow = (): void => {};
  const stop = async (reason: unknown): Promise<void> => {
    unfollow();
    cancelled.abort(reason);
    // The answer may have come in this very moment.
    const reader = await opened.catch(() => undefined);
    await reader?.cancel(reason);
  };
  return new ReadableStream<unknown>(
    {
      start(controller) {
        // What is no signal, the call refuses; one that was aborted as well.
        const follows = typeof signal?.addEventListener === "function" && !signal.aborted;
        opened = call(signal === undefined || follows ? cancelled.signal : signal).then((result) =>
          readerOf(result, method, ReadableStream),
        );
        opened.catch((error) => {
          unfollow();
          controller.error(error);
        });
        if (!follows) return;
        const aborted = (): void => {
          controller.error(signal.reason);
          void quietly(() => stop(signal.reason));
        };
        signal.addEventListener("abort", aborted, { once: true });
        unfollow = () => signal.removeEventListener("abort", aborted);
      },
      async pull(controller) {
        try {
          const { done, value } = await (await opened).read();
          if (!done) controller.enqueue(value);
          else {
            unfollow();
            controller.close();
          }
        } catch (error) {
          unfollow();
          throw error;
        }
      },
      cancel: stop,
    },
    { highWaterMark: 0 },
  );
}

function readerOf(result: unknown, method: string, Readable: typeof ReadableStream): Reader {
  if (Array.isArray(result)) return listed(result, Readable).getReader();
  if (typeof (result as Partial<ReadableStream> | null)?.getReader === "function") {
    return (result as ReadableStream<unknown>).getReader();
  }
  const message = `Cannot stream "${method}": it gave neither a stream nor an array, use call()`;
  const error = mistake(new TypeError(message), "NO_STREAM");
  discardIn(result, error);
  throw error;
}

function listed(list: readonly unknown[], Readable: typeof ReadableStream): ReadableStream<unknown> {
  let at = 0;
  return new Readable<unknown>(
    {
      pull(controller) {
        if (at === list.length) controller.close();
        else controller.enqueue(list[at++]);
      },
      cancel: (reason) => discardIn(list.slice(at), reason),
    },
    { highWaterMark: 0 },
  );
}

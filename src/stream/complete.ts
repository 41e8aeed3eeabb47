/**
 * Readables whose platform lacks a part of the Streams standard: `for await` over them, and a signal that ends their
 * pipe, work all the same. Only streams that Sluice makes are completed; the platform's classes stay as they are.
 */
import { mistake } from "../errors.ts";
import { StreamIterator } from "./iterator.ts";
import { pipe } from "./pipe.ts";
import type { StreamClasses } from "./strategy.ts";

type Readable = typeof ReadableStream;

/** What the platform has. */
interface Incomplete {
  readonly locked: boolean;
  getReader(options?: ReadableStreamGetReaderOptions): ReadableStreamDefaultReader;
  pipeTo(sink: WritableStream, options?: StreamPipeOptions): Promise<void>;
  pipeThrough<T>(pair: ReadableWritablePair<T>, options?: StreamPipeOptions): ReadableStream<T>;
  tee(): [ReadableStream, ReadableStream];
}

/** By the class that it extends. */
const completed = new WeakMap<Readable, Readable>();

/** The classes themselves where nothing is missing, else with a subclass of their ReadableStream. */
export function complete(classes: StreamClasses): StreamClasses {
  const { ReadableStream: Platform } = classes;
  if (Symbol.asyncIterator in Platform.prototype) return classes;
  const ReadableStream = completed.get(Platform) ?? completing(Platform);
  completed.set(Platform, ReadableStream);
  const { WritableStream, ByteLengthQueuingStrategy, CountQueuingStrategy } = classes;
  return {
    ReadableStream,
    WritableStream,
    ...(ByteLengthQueuingStrategy && { ByteLengthQueuingStrategy }),
    ...(CountQueuingStrategy && { CountQueuingStrategy }),
  };
}

export function hasByteStreams({ ReadableStream }: Pick<StreamClasses, "ReadableStream">): boolean {
  try {
    return new ReadableStream({ type: "bytes" }) !== undefined;
  } catch {
    return false;
  }
}

function completing(Platform: Readable): Readable {
  const Base = Platform as new () => Incomplete;

  class Complete extends Base {
    values({ preventCancel = false }: ReadableStreamIteratorOptions = {}): StreamIterator {
      return new StreamIterator(this.getReader(), preventCancel);
    }

    [Symbol.asyncIterator](options?: ReadableStreamIteratorOptions): StreamIterator {
      return this.values(options);
    }

    override getReader(options?: ReadableStreamGetReaderOptions): ReadableStreamDefaultReader {
      if (options?.mode === "byob" && !hasByteStreams({ ReadableStream: Platform })) {
        throw mistake(
          new TypeError(
            "Cannot read into a buffer of one's own: this runtime has no byte streams, pass a ponyfill that has, or read chunks",
          ),
          "NO_BYTE_STREAMS",
        );
      }
      return super.getReader(options);
    }

    /** The one platform that lacks what is above waits, when the signal is aborted, for a chunk that may never come. */
    override pipeTo(sink: WritableStream, options?: StreamPipeOptions): Promise<void> {
      return options?.signal === undefined
        ? super.pipeTo(sink, options)
        : pipe(this as unknown as ReadableStream, sink, options);
    }

    override pipeThrough<T>(pair: ReadableWritablePair<T>, options?: StreamPipeOptions): ReadableStream<T> {
      if (options?.signal === undefined || this.locked || pair.writable.locked) return super.pipeThrough(pair, options);
      // Whoever reads from the pair is told of what failed.
      pipe(this as unknown as ReadableStream, pair.writable, options).catch(() => {});
      return pair.readable;
    }

    override tee(): [ReadableStream, ReadableStream] {
      const branches = super.tee();
      for (const branch of branches) Object.setPrototypeOf(branch, Complete.prototype);
      return branches;
    }
  }
  // What it is called must not tell it apart.
  return Object.defineProperty(Complete, "name", { value: Platform.name }) as unknown as Readable;
}

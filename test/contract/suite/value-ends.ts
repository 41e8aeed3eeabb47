/** Streams of the test's own, to be passed in calls, and what became of them. */
import type { StreamClasses } from "sluice";

export interface Source {
  readonly readable: ReadableStream<number>;
  pulls: number;
  /** Set once it was cancelled. */
  cancelled?: { readonly reason: unknown };
}

export interface SourceOptions {
  readonly count?: number;
  /** Throws `error` in place of that chunk. */
  readonly failsAt?: number;
  readonly error?: unknown;
}

/** Gives numbers, each when it is asked for and none before. */
export function source(
  { ReadableStream }: Pick<Required<StreamClasses>, "ReadableStream">,
  { count = Number.POSITIVE_INFINITY, failsAt, error }: SourceOptions = {},
): Source {
  const self: Source = {
    pulls: 0,
    readable: new ReadableStream<number>(
      {
        pull(controller) {
          const at = self.pulls++;
          if (at === failsAt) throw error;
          if (at < count) controller.enqueue(at);
          else controller.close();
        },
        cancel(reason) {
          self.cancelled = { reason };
        },
      },
      { highWaterMark: 0 },
    ),
  };
  return self;
}

export interface Sink {
  readonly writable: WritableStream<unknown>;
  readonly chunks: unknown[];
  closed: boolean;
  aborted?: { readonly reason: unknown };
}

/** Keeps what is written; with `failsAt`, throws `error` in place of that write. */
export function sink(
  { WritableStream }: Pick<Required<StreamClasses>, "WritableStream">,
  { failsAt, error }: { failsAt?: number; error?: unknown } = {},
): Sink {
  const chunks: unknown[] = [];
  const self: Sink = {
    chunks,
    closed: false,
    writable: new WritableStream<unknown>({
      write(chunk) {
        if (chunks.length === failsAt) throw error;
        chunks.push(chunk);
      },
      close() {
        self.closed = true;
      },
      abort(reason) {
        self.aborted = { reason };
      },
    }),
  };
  return self;
}

export interface Numbers extends AsyncIterable<number> {
  pulled: number;
  /** Its `finally` ran. */
  finished: boolean;
}

/** An async generator of numbers, and how far it got. */
export function iterable(count: number = Number.POSITIVE_INFINITY): Numbers {
  async function* generate(): AsyncGenerator<number> {
    try {
      for (let i = 0; i < count; i++) {
        self.pulled++;
        yield i;
      }
    } finally {
      self.finished = true;
    }
  }
  const generator = generate();
  const self: Numbers = { pulled: 0, finished: false, [Symbol.asyncIterator]: () => generator };
  return self;
}

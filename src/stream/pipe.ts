/**
 * What the standard's `pipeTo()` does, done by a reader and a writer: between streams of two implementations, which
 * refuse each other, and where the platform's own does not settle when its signal is aborted. Not for anything else:
 * the platform's needs no promise of ours for a chunk.
 *
 * It follows https://streams.spec.whatwg.org/#readable-stream-pipe-to as far as a reader and a writer can see: a sink
 * that is being closed by somebody else is noticed once it is closed.
 */

/** How a pipe ends: what is done to its two ends, and what it rejects with. */
interface End {
  readonly failure?: { readonly reason: unknown };
  readonly actions: readonly (() => Promise<unknown>)[];
}

/** Rejects with what ended it: an error of either end, or the signal's reason. */
export async function pipe(
  source: ReadableStream<unknown>,
  sink: WritableStream<unknown>,
  options: StreamPipeOptions = {},
): Promise<void> {
  const { preventClose, preventAbort, preventCancel, signal } = options;
  if (source.locked || sink.locked) {
    throw new TypeError(`Cannot pipe: the ${source.locked ? "readable" : "writable"} is locked, release it first`);
  }
  if (signal !== undefined && typeof signal.addEventListener !== "function") {
    throw new TypeError("Cannot pipe: signal is no AbortSignal, pass one or leave it out");
  }
  const reader = source.getReader();
  const writer = sink.getWriter();
  let isOver = false;
  let reading: Promise<unknown> | undefined;
  let written: Promise<unknown> | undefined;

  const move = async (): Promise<void> => {
    await writer.ready;
    if (isOver) return;
    const read = reader.read();
    reading = read;
    const { done, value } = await read;
    if (done) return;
    // Also when it is over: what has been read shall not be lost.
    written = writer.write(value);
    written.catch(() => {});
    next();
  };
  // What fails is told by the end that has failed.
  const next = (): void => void move().catch(() => {});

  let stop = (): void => {};
  const end = await new Promise<End>((resolve) => {
    const fail = (reason: unknown, ...actions: (() => Promise<unknown>)[]): void =>
      resolve({ failure: { reason }, actions });
    const abort = (reason: unknown): (() => Promise<unknown>)[] => (preventAbort ? [] : [() => writer.abort(reason)]);
    const cancel = (reason: unknown): (() => Promise<unknown>)[] =>
      preventCancel ? [] : [() => reader.cancel(reason)];
    stop = () => fail(signal?.reason, ...abort(signal?.reason), ...cancel(signal?.reason));
    if (signal?.aborted) {
      stop();
      return;
    }
    signal?.addEventListener("abort", stop, { once: true });
    const close = async (): Promise<void> => {
      // The last chunk comes with the end.
      await reading?.catch(() => {});
      resolve({ actions: preventClose ? [] : [() => writer.close()] });
    };
    reader.closed.then(close, (error) => fail(error, ...abort(error)));
    writer.closed.then(
      () => {
        const error = new TypeError("Cannot pipe: the writable has been closed");
        fail(error, ...cancel(error));
      },
      (error) => fail(error, ...cancel(error)),
    );
    next();
  });
  isOver = true;
  signal?.removeEventListener("abort", stop);
  // A chunk whose read was done in this very moment is written by the end of it.
  await undefined;
  let { failure } = end;
  await written?.catch(() => {});
  try {
    await Promise.all(end.actions.map((action) => action()));
  } catch (reason) {
    failure = { reason };
  }
  writer.releaseLock();
  reader.releaseLock();
  if (failure !== undefined) throw failure.reason;
}

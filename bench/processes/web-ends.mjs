// The two ends that Sluice's rows share, as users write them: a source that gives a chunk for each pull, and a loop of
// reads.

/** A ReadableStream of what `next()` gives, until that is undefined. */
export function source({ next }) {
  return new ReadableStream({
    pull(controller) {
      const chunk = next();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
  });
}

/** Gives `take` each chunk of `readable`, to its end. */
export async function consume(readable, take) {
  const reader = readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    take(value);
  }
}

/** A stream of which this side only writes. */
export async function onlyWritten({ readable, writable }, from) {
  await Promise.all([source(from).pipeTo(writable), readable.cancel()]);
}

/** A stream of which this side only reads. */
export async function onlyRead({ readable, writable }, take) {
  const closed = writable.close().catch(() => {});
  await consume(readable, take);
  await closed;
}

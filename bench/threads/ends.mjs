// The two ends that every stream subject shares: a source that makes a chunk for each pull, and a consumer that reads
// and touches each. Whatever differs between the subjects lies in between.

/** A ReadableStream of `count` chunks; calls `started` at its first pull. */
export function source(payload, count, started) {
  let index = 0;
  return new ReadableStream({
    pull(controller) {
      if (index === 0) started();
      if (index === count) controller.close();
      else controller.enqueue(payload.make(index++));
    },
  });
}

/** Reads `readable` to its end; the sum of what was touched. */
export async function consume(readable, payload) {
  const reader = readable.getReader();
  let sum = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return sum;
    sum += payload.touch(value);
  }
}

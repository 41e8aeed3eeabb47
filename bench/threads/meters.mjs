// What can be measured of a run. Both threads watch their own side of it, from the first chunk to the last; what they
// saw becomes one figure.
//
//   watch(): () => number                          begins; the function that it returns ends, and gives what was seen
//   figure({ here, there, count, payload })        of what the main thread and the worker saw
import { GCProfiler, getHeapStatistics } from "node:v8";

const GiB = 2 ** 30;
const MiB = 2 ** 20;

/** How much crosses in a second, in the payload's unit. */
const rate = {
  watch() {
    const start = performance.now();
    return () => (performance.now() - start) / 1000;
  },
  figure: ({ here, count, payload }) => payload.rate(count, here),
};

/** Seconds of CPU, user and system, of the whole process: it is the main thread that asks. */
const cpu = {
  watch() {
    const start = process.cpuUsage();
    return () => {
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1e6;
    };
  },
  figure: ({ here }) => here,
};

/** Milliseconds of garbage collection per GiB, both threads together. */
const gc = {
  watch() {
    const profiler = new GCProfiler();
    profiler.start();
    return () => profiler.stop().statistics.reduce((sum, { cost }) => sum + cost, 0) / 1000;
  },
  figure: ({ here, there, count, payload }) => ((here + there) * GiB) / (count * payload.size),
};

/** MiB allocated on the heap per GiB, both threads together; buffers are not on it. */
const heap = {
  watch() {
    const profiler = new GCProfiler();
    const start = getHeapStatistics().used_heap_size;
    profiler.start();
    return () => {
      const end = getHeapStatistics().used_heap_size;
      const { statistics } = profiler.stop();
      const freed = statistics.map(({ beforeGC, afterGC }) => used(beforeGC) - used(afterGC));
      return freed.reduce((sum, bytes) => sum + bytes, end - start) / MiB;
    };
  },
  figure: ({ here, there, count, payload }) => ((here + there) * GiB) / (count * payload.size),
};

function used({ heapStatistics }) {
  return heapStatistics.usedHeapSize;
}

/** By name, as a worker is told which. */
export const meters = { rate, cpu, gc, heap };

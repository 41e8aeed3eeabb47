// What is told of many times measured in milliseconds: in microseconds, as `{ median, p99 }` or the median alone.
import { median as middle, quantile } from "simple-statistics";

/** In µs. */
export function median(milliseconds) {
  return middle(milliseconds) * 1000;
}

/** In µs. */
export function medianAndP99(milliseconds) {
  return { median: median(milliseconds), p99: quantile(milliseconds, 0.99) * 1000 };
}

/** Milliseconds since 1970, to a microsecond and alike in all threads of a process. */
export function now() {
  return performance.timeOrigin + performance.now();
}

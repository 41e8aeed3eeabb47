// What is told of several samples of one thing.
import { max, median, min } from "simple-statistics";

/** `{ median, min, max }` of at least one number. */
export function spread(values) {
  return { median: median(values), min: min(values), max: max(values) };
}

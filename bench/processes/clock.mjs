// The one clock of all rows. Both processes read the system's monotonic clock, which is one for the whole machine, so a
// run can begin in one process and end in the other: it begins when the sender is about to have its first chunk, and
// ends when the receiver has been given its last.

/** Milliseconds since some moment that is the same for all processes of this machine. */
export function now() {
  return Number(process.hrtime.bigint()) / 1e6;
}

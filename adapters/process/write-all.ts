/**
 * Writes to a descriptor and returns when the system has all of it, so that what was said is not lost when the process
 * exits. Whether a write blocks is left as it is: others may share the descriptor.
 */
import fs from "node:fs";

/** How long to wait for a reader who is behind, in milliseconds. */
const PAUSE = 1;

let sleeper: Int32Array | undefined;

export function writeAll(fd: number, bytes: Uint8Array): void {
  let rest = bytes;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(fs.writeSync(fd, rest));
    } catch (error) {
      if ((error as { code?: unknown }).code !== "EAGAIN") throw error;
      sleeper ??= new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
      Atomics.wait(sleeper, 0, 0, PAUSE);
    }
  }
}

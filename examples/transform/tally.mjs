// @ts-check
// Counts and digests the bytes of one direction as they pass. Moves none of them.

import { createHash } from "node:crypto";

export class Tally {
  bytes = 0;
  /** the first two bytes: what a file says it is */
  head = "";
  #hash = createHash("sha256");
  #onBytes;

  /** @param {(bytes: number) => void} [onBytes] told the sum after each chunk */
  constructor(onBytes = () => {}) {
    this.#onBytes = onBytes;
  }

  /** @param {Uint8Array} chunk read at once: once it was sent on, its buffer may belong to the worker */
  add(chunk) {
    if (this.head.length < 4) this.head = (this.head + Buffer.from(chunk.subarray(0, 2)).toString("hex")).slice(0, 4);
    this.bytes += chunk.byteLength;
    this.#hash.update(chunk);
    this.#onBytes(this.bytes);
  }

  /** The SHA-256 of all of it, in hex. */
  get digest() {
    return this.#hash.copy().digest("hex");
  }
}

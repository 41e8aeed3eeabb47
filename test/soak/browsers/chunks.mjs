// What crosses, and how both ends tell that it was the same: chunk `n` is the same wherever it is made, and a digest of all
// chunks so far goes into the next.

/** In bytes. */
export const CHUNK = 64 * 1024;

export function makeChunk(n) {
  const words = new Uint32Array(CHUNK / 4);
  let state = n + 1;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return new Uint8Array(words.buffer);
}

/** SHA-256 of what was digested before, and a chunk. */
export class Digest {
  #sofar = new Uint8Array(32);
  #input = new Uint8Array(32 + CHUNK);

  async add(chunk) {
    this.#input.set(this.#sofar);
    this.#input.set(chunk, 32);
    const input = this.#input.subarray(0, 32 + chunk.length);
    this.#sofar = new Uint8Array(await crypto.subtle.digest("SHA-256", input));
  }

  get hex() {
    return Array.from(this.#sofar, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}

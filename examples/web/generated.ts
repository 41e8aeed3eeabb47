/** Data without a file: the same bytes for the same seed, made as they are asked for, half noise and half text. */

/** Bytes a piece. */
export const PIECE: number = 64 * 1024;

/** `size` bytes as a stream that makes each piece when it is pulled, and holds none. */
export function generated(size: number, seed: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream(
    {
      pull(controller) {
        const left = size - at;
        if (left <= 0) return controller.close();
        controller.enqueue(piece(seed, at / PIECE, Math.min(left, PIECE)));
        at += PIECE;
      },
    },
    { highWaterMark: 0 },
  );
}

const LINE: Uint8Array = new TextEncoder().encode("all the water in the sluice goes through one gate; ");

/** The piece of that number: its first half noise, which cannot be packed, its second half text, which can. */
function piece(seed: number, number: number, size: number): Uint8Array<ArrayBuffer> {
  const buffer = new ArrayBuffer(PIECE);
  const bytes = new Uint8Array(buffer);
  const words = new Uint32Array(buffer, 0, PIECE / 8);
  // xorshift32: https://www.jstatsoft.org/article/view/v008i14. Its state must not be 0.
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) | 1;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  const half = PIECE / 2;
  bytes.set(LINE, half);
  for (let filled = LINE.length; filled < half; filled *= 2) {
    bytes.copyWithin(half + filled, half, half + Math.min(filled, half - filled));
  }
  return bytes.slice(0, size);
}

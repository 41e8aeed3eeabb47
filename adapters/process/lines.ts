/** Cuts bytes, however they arrive, into lines of text: a line feed ends one. It knows nothing of what the lines say. */
import { Buffer } from "node:buffer";

const LINE_FEED = 10;

export class Lines {
  readonly #most: number;
  readonly #line: (text: string) => void;
  /** The line that has begun. */
  #pieces: Uint8Array[] = [];
  #held = 0;
  #stopped = false;

  /** `line` gets each one without its end; empty ones are left out. None may be longer than `most` bytes. */
  constructor(most: number, line: (text: string) => void) {
    this.#most = most;
    this.#line = line;
  }

  /** Takes what has arrived, for itself. Returns whether all lines were short enough; after one that was not, none comes. */
  push(bytes: Uint8Array): boolean {
    let start = 0;
    while (!this.#stopped) {
      const end = bytes.indexOf(LINE_FEED, start);
      const piece = bytes.subarray(start, end === -1 ? undefined : end);
      if (this.#held + piece.length > this.#most) {
        this.stop();
        return false;
      }
      if (end === -1) {
        if (piece.length > 0) this.#pieces.push(piece);
        this.#held += piece.length;
        break;
      }
      this.#finish(piece);
      start = end + 1;
    }
    return true;
  }

  /** No more bytes come. Returns the line that has begun, if there is one. */
  end(): string {
    const rest = textOf(Buffer.concat(this.#pieces));
    this.stop();
    return rest;
  }

  /** No line comes any more, not even of what was pushed. */
  stop(): void {
    this.#stopped = true;
    this.#pieces = [];
  }

  #finish(last: Uint8Array): void {
    const pieces = this.#pieces;
    let whole = last;
    if (pieces.length > 0) {
      pieces.push(last);
      whole = Buffer.concat(pieces);
      this.#pieces = [];
      this.#held = 0;
    }
    const line = textOf(whole);
    if (line !== "") this.#line(line);
  }
}

function textOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  return text.endsWith("\r") ? text.slice(0, -1) : text;
}

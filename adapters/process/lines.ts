/** Cuts bytes, however they arrive, into lines of text: a line feed ends one. It knows nothing of what the lines say. */
import { Buffer } from "node:buffer";

const LINE_FEED = 10;
const NOTHING: Buffer = Buffer.alloc(0);

export class Lines {
  readonly #most: number;
  readonly #line: (text: string) => void;
  /** Where the line that has begun is kept, and how many bytes of it there are. */
  #begun: Buffer = NOTHING;
  #held = 0;
  #stopped = false;

  /** `line` gets each one without its end; empty ones are left out. None may be longer than `most` bytes. */
  constructor(most: number, line: (text: string) => void) {
    this.#most = most;
    this.#line = line;
  }

  /** Takes what has arrived. Returns whether all lines were short enough; after one that was not, none comes. */
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
        this.#keep(piece);
        break;
      }
      this.#finish(piece);
      start = end + 1;
    }
    return true;
  }

  /** No more bytes come. Returns the line that has begun, if there is one. */
  end(): string {
    const rest = textOf(this.#begun.subarray(0, this.#held));
    this.stop();
    return rest;
  }

  /** No line comes any more, not even of what was pushed. */
  stop(): void {
    this.#stopped = true;
    this.#drop();
  }

  #finish(last: Uint8Array): void {
    let whole = last;
    if (this.#held > 0) {
      this.#keep(last);
      whole = this.#begun.subarray(0, this.#held);
      this.#drop();
    }
    const line = textOf(whole);
    if (line !== "") this.#line(line);
  }

  /** Copies it: what was read would be kept whole for a byte of it, and many reads of a byte each. */
  #keep(piece: Uint8Array): void {
    const length = this.#held + piece.length;
    if (length > this.#begun.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#held));
      larger.set(this.#begun.subarray(0, this.#held));
      this.#begun = larger;
    }
    this.#begun.set(piece, this.#held);
    this.#held = length;
  }

  #drop(): void {
    this.#begun = NOTHING;
    this.#held = 0;
  }
}

function textOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  return text.endsWith("\r") ? text.slice(0, -1) : text;
}

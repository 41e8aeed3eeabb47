/**
 * What a child prints to stderr, as a stream that never holds the child up: while nobody reads it the last bytes are
 * kept. While it is being read, the child waits for its reader. What else is passed on here cannot wait: of that, the
 * oldest goes when the reader is behind.
 */
import { Buffer } from "node:buffer";
import process from "node:process";
import type { Readable } from "node:stream";

/** What is kept while nobody reads, in bytes; a reader may be behind by as much before the child waits. */
const KEPT = 64 * 1024;
/** Small pieces are kept as one, up to so many bytes. */
const TOGETHER = 4 * 1024;
/** What errors quote from, in bytes, and how many lines of it: an error with causes has some 20 for each, its own first. */
const QUOTED_BYTES = 4 * 1024;
const QUOTED_LINES = 60;
/** How often it is seen whether a reader who has kept the child waiting is still there, in milliseconds. */
const WATCH = 100;

/** Some of what is held. */
interface Piece {
  readonly bytes: Uint8Array;
  /** It came by `pass`. */
  readonly passed: boolean;
}

export class Stderr {
  readonly readable: ReadableStream<Uint8Array>;
  /** Resolves when no more comes. */
  readonly ended: Promise<void>;
  #settleEnded!: () => void;
  readonly #source: Readable | null;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  /** Held for a reader, oldest first. */
  #held: Piece[] = [];
  #bytes = 0;
  /** The last of all that came, and some before it. */
  #last: Uint8Array[] = [];
  #lastBytes = 0;
  /** Answers the reader who waits. */
  #wanted: (() => void) | undefined = undefined;
  #watch: ReturnType<typeof setInterval> | undefined = undefined;
  #over = false;
  #cancelled = false;

  /** `source` is null where the child prints to our own stderr. */
  constructor(source: Readable | null) {
    this.#source = source;
    this.ended = new Promise((resolve) => {
      this.#settleEnded = resolve;
    });
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: () => {
          this.#cancelled = true;
          this.#held = [];
          this.#resume();
        },
      },
      { highWaterMark: 0 },
    );
    const end = (): void => this.#end();
    source?.on("data", (bytes: Uint8Array) => this.#take(bytes, false));
    source?.on("end", end).on("error", end).on("close", end);
    if (source === null) this.#end();
  }

  /** Something else that the child has printed. Nothing can hold that up. */
  pass(bytes: Uint8Array): void {
    if (this.#source === null) process.stderr.write(bytes);
    else this.#take(bytes, true);
  }

  #take(bytes: Uint8Array, passed: boolean): void {
    this.#remember(bytes);
    if (this.#cancelled || this.#over) return;
    if (this.#wanted !== undefined) {
      this.#controller.enqueue(bytes);
      this.#wanted();
      return;
    }
    this.#hold({ bytes, passed });
    if (!this.readable.locked) this.#forget("all");
    else if (passed) this.#forget("passed");
    else if (this.#bytes > KEPT) this.#pause();
  }

  #hold(piece: Piece): void {
    const { bytes, passed } = piece;
    const last = this.#held.at(-1);
    if (last?.passed === passed && last.bytes.length + bytes.length <= TOGETHER) {
      this.#held[this.#held.length - 1] = { bytes: Buffer.concat([last.bytes, bytes]), passed };
    } else this.#held.push(piece);
    this.#bytes += bytes.length;
  }

  /** For the end of an error: what it last said. */
  get lastWords(): string {
    const last = Buffer.concat(this.#last).subarray(-QUOTED_BYTES);
    const lines = last.toString("utf8").trim().split("\n").slice(-QUOTED_LINES).join("\n");
    return lines === "" ? "" : `; the last that it has printed:\n${lines}`;
  }

  #remember(bytes: Uint8Array): void {
    this.#last.push(bytes.subarray(-QUOTED_BYTES));
    this.#lastBytes += Math.min(bytes.length, QUOTED_BYTES);
    if (this.#lastBytes < QUOTED_BYTES * 4) return;
    this.#last = [Buffer.concat(this.#last).subarray(-QUOTED_BYTES)];
    this.#lastBytes = QUOTED_BYTES;
  }

  #pull(): void | Promise<void> {
    const next = this.#held.shift()?.bytes;
    if (next !== undefined) {
      this.#bytes -= next.length;
      this.#controller.enqueue(next);
      if (this.#bytes <= KEPT / 2) this.#resume();
    } else if (this.#over) this.#controller.close();
    else
      return new Promise((resolve) => {
        this.#wanted = () => {
          this.#wanted = undefined;
          resolve();
        };
      });
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    clearInterval(this.#watch);
    this.#settleEnded();
    if (this.#wanted === undefined || this.#cancelled) return;
    this.#controller.close();
    this.#wanted();
  }

  /** The oldest goes, of all, or of what was passed. */
  #forget(which: "all" | "passed"): void {
    while (this.#bytes > KEPT) {
      const index = which === "all" ? 0 : this.#held.findIndex(({ passed }) => passed);
      const oldest = this.#held[index];
      if (oldest === undefined) return;
      const rest = oldest.bytes.subarray(Math.min(oldest.bytes.length, this.#bytes - KEPT));
      this.#bytes -= oldest.bytes.length - rest.length;
      this.#held.splice(index, 1, ...(rest.length > 0 ? [{ ...oldest, bytes: rest }] : []));
    }
  }

  #pause(): void {
    if (this.#watch !== undefined) return;
    this.#source?.pause();
    // Nothing tells that a reader has let go of the stream.
    this.#watch = setInterval(() => {
      if (this.readable.locked) return;
      this.#forget("all");
      this.#resume();
    }, WATCH);
    this.#watch.unref();
  }

  #resume(): void {
    if (this.#watch === undefined) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
    this.#source?.resume();
  }
}

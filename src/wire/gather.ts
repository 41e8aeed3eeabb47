/**
 * What is handed to a link of bytes in one go: small pieces copied together, large ones as they stand. Used again once
 * all of it was taken.
 */
import { HEADER, type Header, paddingOf, writeHeader } from "./layout.ts";

/** Memory for small pieces. */
const SMALL_MEMORY = 64 * 1024;
/** Pieces of up to this length are copied: a part of its own costs the system about as much. */
const SMALL = 2 * 1024;
const ZEROS = new Uint8Array(8);

export class Gather {
  readonly parts: Uint8Array[] = [];
  /** Bytes in all parts. */
  length = 0;
  #memory = new Uint8Array(SMALL_MEMORY);
  /** Of the memory: what is used, and where the run of small pieces began that is no part yet. */
  #used = 0;
  #run = 0;

  /** Room for a small piece: `length` bytes that the caller fills, at once. */
  room(length: number): { readonly memory: Uint8Array; readonly at: number } {
    if (this.#used + length > this.#memory.length) {
      this.#endRun();
      // Parts that were made of the old memory keep it until they are taken.
      this.#memory = new Uint8Array(Math.max(SMALL_MEMORY, length));
      this.#used = 0;
      this.#run = 0;
    }
    const at = this.#used;
    this.#used += length;
    this.length += length;
    return { memory: this.#memory, at };
  }

  header(header: Header): void {
    const { memory, at } = this.room(HEADER);
    writeHeader(memory, at, header);
  }

  /** The header of a frame that is no data. */
  plainHeader(type: number, stream: number, length: number): void {
    this.header({ length, type, flags: 0, count: 0, stream, total: 0 });
  }

  /** A whole frame that is no data. */
  frame(type: number, stream: number, payload: Uint8Array): void {
    this.plainHeader(type, stream, payload.length);
    this.bytes(payload);
  }

  /** Bytes that do not change until they are taken, and their padding. */
  bytes(bytes: Uint8Array): void {
    if (bytes.length <= SMALL) {
      const { memory, at } = this.room(bytes.length);
      memory.set(bytes, at);
    } else {
      this.#endRun();
      this.parts.push(bytes);
      this.length += bytes.length;
    }
    const padding = paddingOf(bytes.length);
    if (padding > 0) {
      const { memory, at } = this.room(padding);
      memory.set(ZEROS.subarray(0, padding), at);
    }
  }

  /** Ends the last run: now `parts` has all of it. */
  end(): readonly Uint8Array[] {
    this.#endRun();
    return this.parts;
  }

  /** All of it was taken. */
  clear(): void {
    this.parts.length = 0;
    this.length = 0;
    this.#used = 0;
    this.#run = 0;
  }

  #endRun(): void {
    if (this.#used > this.#run) this.parts.push(this.#memory.subarray(this.#run, this.#used));
    this.#run = this.#used;
  }
}

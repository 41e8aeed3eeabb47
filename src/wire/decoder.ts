/**
 * Makes frames of bytes that come in any chunking: synchronous, incremental, and bounded, for nothing is allocated
 * before a header was checked. It tells where the next bytes are to be put, so that a large chunk is received into its
 * place, and the header of the next frame with it, in one read. It does not know what frames mean.
 */
import { ProtocolError } from "../errors.ts";
import { HEADER, type Header, MORE, padded, REST, readHeader, TYPES } from "./layout.ts";

/** What the decoder's owner decides and takes. */
export interface FrameSink {
  /**
   * Asked once the header of a payload has come, and before there is memory for it. False: its bytes are dropped as they
   * come. Throws for one that breaks the protocol. `bytes` are those of the whole payload.
   */
  admits(header: Readonly<Header>, bytes: number): boolean;
  /** The first fragment of a payload that is admitted has begun to come. */
  begins(header: Readonly<Header>): void;
  /**
   * A whole frame. The payload of `stream-data` is memory of its own that starts at a multiple of 8; any other must not
   * be kept.
   */
  frame(header: Readonly<Header>, payload: Uint8Array): void;
}

/** Memory whose content does not matter. */
export type Allocate = (bytes: number) => Uint8Array;

/** What is read at once while small frames come. */
const SCRATCH = 64 * 1024;
/** Payloads that are not all there are received in their place from this length on. */
const IN_PLACE = 4 * 1024;
/** What a payload takes in its place: with its padding, and the header of the frame after it. */
function placeLength(length: number): number {
  return padded(length) + HEADER;
}

/** A payload that comes in fragments. */
interface Assembly {
  readonly memory: Uint8Array;
  readonly total: number;
  /** Of the first fragment. */
  readonly header: Header;
  filled: number;
  /** What was there of it at the last look. */
  seen: number;
}

const DATA = TYPES["stream-data"];

export class Decoder {
  readonly #sink: FrameSink;
  readonly #allocate: Allocate;
  readonly #scratch = new Uint8Array(SCRATCH);
  /** What has come into the scratch memory and is not yet a frame. */
  #start = 0;
  #end = 0;
  readonly #header: Header = { length: 0, type: 0, flags: 0, count: 0, stream: 0, total: 0 };
  /** The fragment that is being received in its place: where, how much of it there is, and its bytes with padding. */
  #place: Uint8Array | undefined = undefined;
  #placed = 0;
  #length = 0;
  /** How much of it was there at the last look. */
  #seen = -1;
  /** The assembly that it belongs to; `undefined` for a payload in one piece. */
  #assembly: Assembly | undefined = undefined;
  /** The last frame was a large one. */
  #afterLarge = false;
  /** Bytes that still come of a payload that nobody wants. */
  #skip = 0;
  readonly #assemblies = new Map<number, Assembly>();

  constructor(sink: FrameSink, allocate: Allocate = (bytes) => new Uint8Array(bytes)) {
    this.#sink = sink;
    this.#allocate = allocate;
  }

  /** Bytes held of frames that are not complete. */
  get held(): number {
    let held = this.#end - this.#start;
    for (const { memory } of this.#assemblies.values()) held += memory.length;
    if (this.#place !== undefined && this.#assembly === undefined) held += this.#place.length;
    return held;
  }

  /** Has more than a small frame begun to come, and is not all there? */
  get isUnfinished(): boolean {
    return this.#place !== undefined || this.#assemblies.size > 0;
  }

  /** The stream of a payload of which nothing has come since this was asked before. */
  stalled(): number | undefined {
    if (this.#place !== undefined) {
      const before = this.#seen;
      this.#seen = this.#placed;
      if (before === this.#placed) return this.#header.stream;
    }
    for (const [stream, assembly] of this.#assemblies) {
      if (assembly === this.#assembly) continue;
      const before = assembly.seen;
      assembly.seen = assembly.filled;
      if (before === assembly.filled) return stream;
    }
    return undefined;
  }

  /** Where the next bytes are to be put. */
  space(): Uint8Array {
    const place = this.#place;
    if (place !== undefined) {
      const length = this.#length + HEADER;
      // The memory itself, where that is all of it: a view costs more than the rest of this.
      return this.#placed === 0 && place.length === length ? place : viewOf(place, this.#placed, length);
    }
    if (this.#end === SCRATCH || (this.#start > 0 && SCRATCH - this.#end < HEADER)) this.#compact();
    // After a large payload another one is likely: only its header is read here, so that it need not be copied.
    const until = this.#afterLarge && this.#end - this.#start < HEADER ? this.#start + HEADER : SCRATCH;
    return viewOf(this.#scratch, this.#end, until);
  }

  /** So many bytes were put there. */
  filled(count: number): void {
    if (this.#place === undefined) this.#end += count;
    else {
      this.#placed += count;
      if (this.#placed < this.#length) return;
      this.#finishPlace(this.#place);
    }
    this.#parse();
  }

  /** Forgets what has come of an unfinished payload of this stream. */
  drop(stream: number): void {
    // A fragment that is being received goes on to where it was to be put, and ends there.
    this.#assemblies.delete(stream);
  }

  /** A fragment has come into its place; what came behind it is the start of the next frame. */
  #finishPlace(place: Uint8Array): void {
    const rest = this.#placed - this.#length;
    this.#start = 0;
    this.#end = rest;
    for (let i = 0; i < rest; i++) this.#scratch[i] = place[this.#length + i] as number;
    this.#place = undefined;
    this.#afterLarge = true;
    const assembly = this.#assembly;
    this.#assembly = undefined;
    this.#arrived(this.#header, assembly, place);
  }

  /** A whole fragment has come, to where it belongs. */
  #arrived(header: Header, assembly: Assembly | undefined, place: Uint8Array): void {
    if (assembly === undefined) this.#deliver(header, place, header.length);
    else this.#continued(assembly, header);
  }

  #continued(assembly: Assembly, { stream, length, flags }: Header): void {
    assembly.filled += length;
    const isDropped = this.#assemblies.get(stream) !== assembly;
    if (isDropped || (flags & MORE) !== 0) return;
    this.#assemblies.delete(stream);
    if (assembly.filled !== assembly.total) throw badFragment(stream, "fewer bytes came than its first one told");
    this.#deliver(assembly.header, assembly.memory, assembly.total);
  }

  /** Hands over a payload that has memory of its own, and of that no byte which is not its own. */
  #deliver(header: Header, memory: Uint8Array, length: number): void {
    memory.fill(0, length);
    this.#sink.frame(header, viewOf(memory, 0, length));
  }

  /** Takes all that is complete in the scratch memory. A loop, for a read may hold thousands of frames. */
  #parse(): void {
    for (;;) {
      const held = this.#end - this.#start;
      if (this.#skip > 0) {
        const skipped = Math.min(held, this.#skip);
        this.#skip -= skipped;
        this.#start += skipped;
        if (this.#skip > 0) break;
        continue;
      }
      if (held < HEADER) break;
      readHeader(this.#scratch, this.#start, this.#header);
      if (!this.#take(this.#header, held)) break;
    }
    if (this.#start === this.#end) {
      this.#start = 0;
      this.#end = 0;
    }
  }

  /** A header has come. Returns whether there may be another one after it in the scratch memory. */
  #take(header: Header, held: number): boolean {
    const { flags, length } = header;
    const size = HEADER + padded(length);
    const isFragment = (flags & (MORE | REST)) !== 0;
    if (!isFragment && header.type === DATA && this.#assemblies.has(header.stream))
      throw badFragment(header.stream, "another chunk comes before it is complete");
    if (!isFragment && held >= size) {
      this.#afterLarge = false;
      this.#start += size;
      if (this.#sink.admits(header, length)) this.#handOver(header, this.#start - size + HEADER);
      return true;
    }
    if (!isFragment && length < IN_PLACE) {
      // The rest of it comes soon.
      if (SCRATCH - this.#start < size) this.#compact();
      return false;
    }
    const assembly = isFragment ? this.#assemblyOf(header) : undefined;
    if (!this.#sink.admits(header, assembly?.total ?? (isFragment ? header.total : length))) {
      this.#assemblies.delete(header.stream);
      this.#start += HEADER;
      this.#skip = padded(length);
      return true;
    }
    this.#receive(header, isFragment ? (assembly ?? this.#assemble(header)) : undefined, held);
    return this.#place === undefined;
  }

  /** What a fragment goes on with; `undefined` for the first one. */
  #assemblyOf({ stream, flags }: Header): Assembly | undefined {
    const assembly = this.#assemblies.get(stream);
    if ((flags & REST) === 0 && assembly !== undefined)
      throw badFragment(stream, "another one begins before it is complete");
    return assembly;
  }

  /** A payload that is complete in the scratch memory. */
  #handOver(header: Header, at: number): void {
    const payload = this.#scratch.subarray(at, at + header.length);
    this.#sink.frame(header, header.type === DATA ? payload.slice() : payload);
  }

  #assemble(header: Header): Assembly {
    const { stream, total, flags } = header;
    if ((flags & REST) !== 0) throw badFragment(stream, "its first one never came");
    // The padding of a fragment that ends at no multiple of 8 lies behind where the next one starts.
    const memory = this.#allocate(placeLength(total) + 8);
    const assembly: Assembly = { memory, total, header: { ...header }, filled: 0, seen: -1 };
    this.#assemblies.set(stream, assembly);
    this.#sink.begins(header);
    return assembly;
  }

  /** Moves what is there of a large payload into its place; the rest is read there. */
  #receive(header: Header, assembly: Assembly | undefined, held: number): void {
    const { length, stream } = header;
    if (assembly !== undefined && assembly.filled + length > assembly.total)
      throw badFragment(stream, "more bytes come than its first one told");
    const at = assembly?.filled ?? 0;
    const place = assembly?.memory.subarray(at) ?? this.#allocate(placeLength(length));
    const size = padded(length);
    const here = Math.min(held - HEADER, size);
    const from = this.#start + HEADER;
    if (here > 0) place.set(viewOf(this.#scratch, from, from + here));
    this.#start = from + here;
    this.#assembly = assembly;
    if (here === size) {
      this.#assembly = undefined;
      this.#arrived(header, assembly, place);
      return;
    }
    this.#place = place;
    this.#placed = here;
    this.#length = size;
    this.#seen = -1;
  }

  #compact(): void {
    this.#scratch.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
  }
}

/** As `subarray`, and faster; of a plain Uint8Array, whatever the memory is a view of. */
function viewOf({ buffer, byteOffset }: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(buffer, byteOffset + start, end - start);
}

function badFragment(stream: number, why: string): ProtocolError {
  return new ProtocolError(
    "BAD_FRAME",
    `Cannot put the fragments of a chunk of stream ${stream} together: ${why}; send them in order, one chunk at a time`,
  );
}

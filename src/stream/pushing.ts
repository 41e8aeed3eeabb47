/**
 * Chunks on their way over a lane of bytes: encoded, and queued. A large chunk is sent from the writer's own memory, so
 * its write waits until the link has taken it.
 */

import type { Codec } from "../codecs/codec.ts";
import { mistake } from "../errors.ts";
import type { Transferable } from "../link.ts";
import type { ByteLane } from "../wire/core-link.ts";
import { isArrayBuffer } from "../wire/size.ts";
import { attached, moved } from "./chunk.ts";
import { CHUNK_OVERHEAD } from "./credit.ts";
import { encode } from "./encoded.ts";
import { checkSize, type Shipping, type ShippingHost } from "./shipping.ts";

export class Pushing implements Shipping {
  readonly #host: ShippingHost;
  readonly #codec: Codec;
  readonly #lane: ByteLane;

  /** `room`: the writer may go on. */
  constructor(host: ShippingHost, codec: Codec, lane: ByteLane, room: () => void) {
    this.#host = host;
    this.#codec = codec;
    this.#lane = lane;
    lane.onRoom = room;
  }

  get full(): boolean {
    return this.#lane.full;
  }

  get length(): number {
    return this.#lane.queued;
  }

  start(chunk: unknown, weight: number): void {
    const { owner, weighed, transfer } = this.#host;
    const codec = this.#codec;
    const form = codec.form === undefined ? 0 : codec.form(chunk);
    let bytes = viewOf(encode(codec, chunk));
    const { length } = bytes;
    if (length === 0) attached(bytes.buffer as ArrayBuffer);
    checkSize(length, owner);
    if (transfer !== undefined && transfer !== false) bytes = detach(movesOf(chunk, bytes, transfer), bytes);
    this.#host.book(length, weight, CHUNK_OVERHEAD + length);
    const lend = codec.reuses !== true && !isShared(bytes);
    this.#lane.push(bytes, form, weighed ? weight : undefined, lend, codec.decodeAll !== undefined);
  }

  prepare(): void {}

  expect(): void {}

  flush(): boolean {
    return false;
  }

  discard(all: boolean): void {
    this.#lane.discard(all);
  }
}

/** Takes the buffers from their owner, as a post would. Returns the bytes, wherever they are then. */
function detach(moves: readonly ArrayBuffer[], bytes: Uint8Array): Uint8Array {
  const { buffer, byteOffset, length } = bytes;
  let found = bytes;
  for (const each of moves) {
    const taken = moved(each);
    if (each === buffer) found = new Uint8Array(taken, byteOffset, length);
  }
  return found;
}

/** The buffers that the user wants to move: they are detached here, as on any other link. */
function movesOf(
  chunk: unknown,
  bytes: Uint8Array,
  transfer: true | ((chunk: never) => Transferable[]),
): readonly ArrayBuffer[] {
  if (transfer === true) {
    const isOwn = ArrayBuffer.isView(chunk) ? chunk.buffer === bytes.buffer : chunk === bytes.buffer;
    return isOwn && bytes.length === bytes.buffer.byteLength && !isShared(bytes) ? [bytes.buffer as ArrayBuffer] : [];
  }
  const given: unknown = transfer(chunk as never);
  if (Array.isArray(given) && given.every(isArrayBuffer)) return given as ArrayBuffer[];
  const message =
    "Cannot move a chunk: over bytes only ArrayBuffers can be moved, return an array of those from the transfer function";
  throw mistake(new TypeError(message), "BAD_TRANSFER");
}

function viewOf(encoded: ArrayBufferView | ArrayBuffer): Uint8Array {
  if (encoded instanceof Uint8Array) return encoded;
  const isView = ArrayBuffer.isView(encoded);
  const buffer = isView ? encoded.buffer : encoded;
  if (isArrayBuffer(buffer)) attached(buffer);
  return isView ? new Uint8Array(buffer, encoded.byteOffset, encoded.byteLength) : new Uint8Array(buffer);
}

/** Shared memory may change while it is sent. */
function isShared({ buffer }: Uint8Array): boolean {
  return !isArrayBuffer(buffer);
}

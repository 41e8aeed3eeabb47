/**
 * Chunks on their way over a lane of bytes: encoded, and queued. A large chunk is sent from the writer's own memory, so
 * its write waits until the link has taken it.
 */

import type { Codec } from "../codecs/codec.ts";
import type { ByteLane } from "../wire/core-link.ts";
import { isArrayBuffer } from "../wire/size.ts";
import { moved } from "./chunk.ts";
import { CHUNK_OVERHEAD } from "./credit.ts";
import { encode, moveNamed } from "./encoded.ts";
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
    let bytes = encode(codec, chunk);
    const { length } = bytes;
    checkSize(length, owner);
    if (typeof transfer === "function") bytes = moveNamed(chunk, bytes, transfer);
    else if (transfer === true && isWhole(chunk, bytes)) bytes = new Uint8Array(moved(bytes.buffer as ArrayBuffer));
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

/** Is it a whole buffer, and the writer's, so that `transfer: true` moves it? */
function isWhole(chunk: unknown, bytes: Uint8Array): boolean {
  const { buffer } = bytes;
  const isOwn = ArrayBuffer.isView(chunk) ? chunk.buffer === buffer : chunk === buffer;
  return isOwn && bytes.length === buffer.byteLength && !isShared(bytes);
}

/** Shared memory may change while it is sent. */
function isShared({ buffer }: Uint8Array): boolean {
  return !isArrayBuffer(buffer);
}

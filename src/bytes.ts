/**
 * `sluice/bytes`, for those who write a link of bytes: it puts the wire on top, so that `connect` takes it. Whoever
 * imports no link of bytes bundles nothing of that wire: the core knows it by this module's types only.
 *
 * @module
 */

import { hasMethods } from "./check.ts";
import { auto } from "./codecs/auto.ts";
import { mistake } from "./errors.ts";
import type { ByteLink } from "./link.ts";
import { Pushing } from "./stream/pushing.ts";
import type { OverBytes } from "./stream/shipping.ts";
import type { CoreLink } from "./wire/core-link.ts";
import { FramedLink } from "./wire/framed.ts";

export type { ByteLink, ByteLinkReceiver, Scheduler } from "./link.ts";

const METHODS = ["listen", "write", "keepAlive", "close"] as const;

/** A link of bytes with the wire on top: for `connect`. */
export interface Framed {
  readonly kind: "framed";
  /** What it was made of. */
  readonly link: ByteLink;
  /** The link as the core sees links: the most bytes in a chunk that comes, and characters of a message. */
  readonly bind: (limits: { readonly maxChunk: number; readonly message: number }) => CoreLink;
  readonly streams: OverBytes;
}

/** Puts frames, turns and control onto a link of bytes: `connect(framed(link))`. */
export function framed(link: ByteLink): Framed {
  if (link?.kind !== "bytes" || !hasMethods(link, METHODS)) {
    const message = `Cannot frame that: it is no link of bytes, which has kind "bytes", ${METHODS.join(", ")}`;
    throw mistake(new TypeError(`${message}; pass one`), "BAD_LINK");
  }
  return { kind: "framed", link, bind: (limits) => new FramedLink(link, limits), streams };
}

const streams: OverBytes = {
  codec: auto,
  ship: (host, codec, lane, room) => new Pushing(host, codec, lane, room),
};

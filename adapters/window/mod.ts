/**
 * `sluice/window`: links between a page and its frames, its popups, its opener or its parent, of any origin.
 *
 * @module
 */

import { any, type Checks, checkOptions } from "../../src/check.ts";
import type { MessageLink } from "../../src/link.ts";
import { DoorLink } from "../message-port/door-link.ts";
import { ANYBODY } from "../message-port/options.ts";
import { APART } from "../message-port/presence.ts";
import { windowDoor } from "./door.ts";
import { checkOrigin } from "./origin.ts";
import type { WindowLike, WindowLinkOptions } from "./types.ts";

export type { WindowLike, WindowLinkOptions } from "./types.ts";

const CHECKS: Checks<WindowLinkOptions> = {
  ...ANYBODY,
  // Checked before.
  origin: any,
  name: (value) => (typeof value === "string" ? undefined : "pass a string"),
};

/**
 * A link to the page in `other`, while that is of `origin`; that page takes one to this window. It does not matter which
 * of the two is there first. A window takes as many links as there are names.
 */
export function windowLink(other: WindowLike | null | undefined, options: WindowLinkOptions): MessageLink {
  const origin = checkOrigin(options?.origin);
  checkOptions("windowLink option", CHECKS, options);
  const { name = "", trusted = origin === globalThis.origin } = options;
  return new DoorLink(windowDoor(other, origin, name), { ...options, trusted, role: "equal", bond: APART });
}

/**
 * `sluice/message-port`: a link over any MessagePort: of a MessageChannel, a SharedWorker, a frame.
 *
 * @module
 */
import { checkOptions } from "../../src/check.ts";
import type { MessageLink } from "../../src/link.ts";
import { MessagePortLink } from "./link.ts";
import { ANYBODY, checkEnd } from "./options.ts";
import type { MessagePortOptions, NodePortLike, PortLike } from "./types.ts";

export type { MessagePortOptions, NodePortLike, PortLike } from "./types.ts";

/** A link over `port`, which must be used for nothing else; its other end takes a link of its own. */
export function messagePortLink(port: PortLike | NodePortLike, options: MessagePortOptions = {}): MessageLink {
  checkEnd("messagePortLink", port, ["postMessage", "addEventListener"], "a MessagePort");
  checkOptions("messagePortLink option", ANYBODY, options);
  return new MessagePortLink(port as PortLike, options);
}

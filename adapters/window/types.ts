/** What a link between windows needs of them. */
import type { Transferable } from "../../src/link.ts";
import type { MessagePortOptions } from "../message-port/types.ts";

/** The part of another page's window that any page may use. */
export interface WindowLike {
  readonly closed: boolean;
  postMessage(message: unknown, targetOrigin: string, transfer?: Transferable[]): void;
}

export interface WindowLinkOptions extends MessagePortOptions {
  /** The exact origin of the page in the other window, as that page's `location.origin`. */
  readonly origin: string;
  /** Of several links between the same two windows, which: the same at both ends. Default: `""`. */
  readonly name?: string;
  /** Is the remote our own code? Decides the defaults of the limits. Default: whether it is of this page's origin. */
  readonly trusted?: boolean;
}

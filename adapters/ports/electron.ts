/**
 * Electron's `MessagePortMain` as a port like the web's. It is an emitter of Node's kind, tells its end, and transfers
 * nothing but its own kind: buffers are copied. Its other end may be a MessagePort of a window, which must not transfer
 * to it either.
 */
import { checkOptions } from "../../src/check.ts";
import type { MessageLink } from "../../src/link.ts";
import { MessagePortLink } from "../message-port/link.ts";
import { checkEnd, SHARED } from "../message-port/options.ts";
import { TOLD } from "../message-port/presence.ts";
import type { ListenerObject, PortLike } from "../message-port/types.ts";
import type { ElectronPort, PortLinkOptions } from "./types.ts";

/**
 * A link over `port`, which must be used for nothing else. The window at its other end takes
 * `messagePortLink(port, { transfer: false })`.
 */
export function electronPortLink(port: ElectronPort, options: PortLinkOptions = {}): MessageLink {
  checkEnd("electronPortLink", port, ["postMessage", "on", "start"], "a MessagePortMain");
  checkOptions("electronPortLink option", SHARED, options);
  return new MessagePortLink(portOf(port), { ...options, fork: false }, { bond: TOLD, tells: true, end: port });
}

function portOf(port: ElectronPort): PortLike {
  const listeners = new Map<string, (event?: { data: unknown }) => void>();
  return {
    postMessage: (message) => port.postMessage(message),
    addEventListener(type: string, listener: ListenerObject) {
      const heard = (event?: { data: unknown }): void =>
        listener.handleEvent({ type, data: event?.data } as unknown as Event);
      listeners.set(type, heard);
      port.on(type as "message", heard);
    },
    removeEventListener(type: string) {
      const heard = listeners.get(type);
      if (heard !== undefined) port.off(type as "message", heard as () => void);
      listeners.delete(type);
    },
    start: () => port.start(),
    close: () => port.close(),
  };
}

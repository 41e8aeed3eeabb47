/** What the links need of ports that are not the web's. */
import type { MessagePortOptions } from "../message-port/types.ts";

export type PortLinkOptions = Pick<MessagePortOptions, "trusted" | "heartbeat">;
export type BroadcastLinkOptions = PortLinkOptions;
export type ExtensionPortOptions = Pick<MessagePortOptions, "trusted">;

/** Electron's `MessagePortMain`, of its main process and its utility processes. */
export interface ElectronPort {
  postMessage(message: unknown): void;
  on(type: "message", listener: (event: { data: unknown }) => void): unknown;
  on(type: "close", listener: () => void): unknown;
  off(type: "message" | "close", listener: () => void): unknown;
  start(): void;
  close(): void;
}

interface ExtensionEvent<Listener> {
  addListener(listener: Listener): void;
  removeListener(listener: Listener): void;
}

/** `runtime.Port` of browser extensions. */
export interface ExtensionPort {
  postMessage(message: unknown): void;
  disconnect(): void;
  readonly onMessage: ExtensionEvent<(message: unknown) => void>;
  readonly onDisconnect: ExtensionEvent<(port: ExtensionPort) => void>;
  /** Firefox's: why it was disconnected. */
  readonly error?: { readonly message: string } | null;
}

/**
 * `sluice/ports`: links over ports that cannot transfer other ports, so that all streams share the one: Electron's, those
 * of browser extensions, and BroadcastChannels.
 *
 * @module
 */
export { broadcastLink } from "./broadcast.ts";
export { electronPortLink } from "./electron.ts";
export { extensionPortLink } from "./extension.ts";
export type {
  BroadcastLinkOptions,
  ElectronPort,
  ExtensionPort,
  ExtensionPortOptions,
  PortLinkOptions,
} from "./types.ts";

/** Two windows that know each other, in a realm that is none: what is posted to one comes to this realm, from the other. */
import type { WindowLike } from "sluice/window";
import { onTestFinished, vi } from "vitest";

export const ORIGIN = "https://example.com";

/** Stands in for a page's own global object until the test is over. */
export function fakeWindows(): [WindowLike, WindowLike] {
  const page = new EventTarget();
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
  onTestFinished(() => void vi.unstubAllGlobals());
  const make = (other: () => WindowLike): WindowLike => ({
    closed: false,
    postMessage(message, origin, transfer = []) {
      // Ports cross as themselves; buffers are moved if they are named.
      const data = structuredClone(message, { transfer });
      const event = Object.assign(new Event("message"), { data, origin, source: other() });
      setImmediate(() => page.dispatchEvent(event));
    },
  });
  const windows: [WindowLike, WindowLike] = [make(() => windows[1]), make(() => windows[0])];
  return windows;
}

/**
 * The door between two windows: messages to a window, and of it. What others post to this window is none of its
 * business, nor is what comes from that window while another origin's page is in it; what it posts reaches the page of
 * the right origin, or nobody.
 */
import { LinkError, mistake } from "../../src/errors.ts";
import type { Doorway } from "../message-port/doorway.ts";
import { realmScheduler } from "../message-port/scheduler.ts";
import type { WindowLike } from "./types.ts";

/** Milliseconds between looks at whether the other window is still there: no event tells. */
const LOOK = 500;

/** The names under which links to a window are open in this realm. */
const taken = new WeakMap<WindowLike, Set<string>>();

export function windowDoor(given: WindowLike | null | undefined, origin: string, name: string): Doorway {
  const other = checkWindow(given);
  return {
    name: "the window link",
    tellsDeath: false,
    post: (message, transfer) => other.postMessage({ ...(message as object), name }, origin, transfer),
    open({ message, lost }) {
      take(other, name);
      const onMessage = (event: MessageEvent): void => {
        if (event.source !== (other as unknown) || event.origin !== origin) return;
        if ((event.data as { name?: unknown } | null | undefined)?.name === name) message(event.data);
      };
      let stop = (): void => {};
      const look = (): void => {
        if (other.closed) lost(new LinkError("CONNECTION_LOST", "The other window is closed"));
        else stop = realmScheduler().after(LOOK, look);
      };
      addEventListener("message", onMessage);
      stop = realmScheduler().after(LOOK, look);
      return () => {
        stop();
        removeEventListener("message", onMessage);
        taken.get(other)?.delete(name);
      };
    },
    keepAlive: () => {},
  };
}

function checkWindow(other: WindowLike | null | undefined): WindowLike {
  const why =
    typeof other?.postMessage !== "function"
      ? "there is none: add the frame to the document, or see that the popup was not blocked, before"
      : other === (globalThis as unknown)
        ? "it is this one: this page is in no frame, or nobody has opened it"
        : undefined;
  if (why === undefined) return other as WindowLike;
  throw mistake(new TypeError(`Cannot link to a window, ${why}`), "NO_WINDOW");
}

/** Two links of one name would take each other's messages. */
function take(other: WindowLike, name: string): void {
  const names = taken.get(other) ?? new Set();
  if (names.has(name)) {
    const message = `Cannot link to a window twice by the name "${name}": close the link that is open, or name them differently`;
    throw mistake(new TypeError(message), "BAD_OPTION");
  }
  taken.set(other, names.add(name));
}

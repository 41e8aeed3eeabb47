/** The end of a page, as far as the page itself can tell. Not there in workers, nor outside of browsers. */

/** What a link posts when its page goes away, or when it is closed before the other end has come: nothing comes after it. */
export interface Goodbye {
  readonly sluice: "bye";
}

export const GOODBYE: Goodbye = { sluice: "bye" };

export function isGoodbye(message: unknown): message is Goodbye {
  return (message as Partial<Goodbye> | null | undefined)?.sluice === "bye";
}

/**
 * Calls `leave` when this realm is a page that is left, be it for good or for the browser's back/forward cache, in which
 * it can neither hear nor answer. Returns what takes that back.
 */
export function onLeave(leave: () => void): () => void {
  if (!("onpagehide" in globalThis)) return () => {};
  addEventListener("pagehide", leave);
  return () => removeEventListener("pagehide", leave);
}

/**
 * Web Locks as a sign of life: a realm's locks are released when it ends, however it ends, and the browser tells whoever
 * waits for one. It knows nothing of links. There are none in insecure contexts and opaque origins.
 */
import { tellsClose } from "./lane.ts";

/**
 * The platform's, or `undefined`. Where it is there it may still refuse to be used. Node's is none: when a worker ends that
 * held a lock, who waits for it is told only once somebody asks for a lock anew. Bun, whose ports tell as well, has none.
 */
export function lockManager(): LockManager | undefined {
  if (tellsClose()) return undefined;
  return (globalThis as { navigator?: Partial<Navigator> }).navigator?.locks;
}

/** Takes the lock, which nobody else may ask for before, and keeps it until `end` aborts. Resolves with whether it is held. */
export function holdLock(locks: LockManager, name: string, end: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const hold = (): Promise<void> => {
      resolve(true);
      return new Promise((release) => {
        if (end.aborted) release();
        else end.addEventListener("abort", () => release(), { once: true });
      });
    };
    ask(locks, name, end, hold).catch(() => resolve(false));
  });
}

/** Resolves once nobody holds the lock; never, if `end` aborts before or locks cannot be used. */
export function lockReleased(locks: LockManager, name: string, end: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    ask(locks, name, end, async () => resolve()).catch(() => {});
  });
}

/** Is it held by somebody in this realm's storage partition? Elsewhere there may be one of the same name. */
export async function isHeld(locks: LockManager, name: string): Promise<boolean> {
  try {
    const { held = [] } = await locks.query();
    return held.some((lock) => lock.name === name);
  } catch {
    return false;
  }
}

/** Some implementations throw where others reject. */
async function ask(locks: LockManager, name: string, signal: AbortSignal, granted: () => Promise<void>): Promise<void> {
  await locks.request(name, { signal }, granted);
}

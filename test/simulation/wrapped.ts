/** A link whose frames pass through a hook on their way out, and one that holds them back for a moment. */
import type { Lane, MessageLink } from "../../src/link.ts";
import { cloneMessage } from "./clone.ts";
import type { World } from "./world.ts";

/** A frame on its way out; only what a hook looks at. */
export interface Outbound {
  readonly type?: string;
  readonly id?: number;
  readonly weights?: readonly number[];
  readonly port?: Transferable;
}

/** Called instead of `post`; `send` is the lane's own. */
export type PostHook = (frame: Outbound, transfer: Transferable[] | undefined, send: Lane["post"]) => void;

/** `hook` makes one for each lane. */
export function hooked(link: MessageLink, hook: () => PostHook, closing?: (close: () => void) => void): MessageLink {
  const around = (lane: Lane): Lane => {
    const post = hook();
    return {
      post: (message, transfer) => post(message as Outbound, transfer, (...sent) => lane.post(...sent)),
      listen: (receiver) => lane.listen(receiver),
      close: () => (closing === undefined ? lane.close() : closing(() => lane.close())),
    };
  };
  const { fork, adopt, kind, trusted, scheduler, heartbeat } = link;
  return {
    ...around(link),
    kind,
    trusted,
    scheduler,
    heartbeat,
    listen: (receiver) => link.listen(receiver),
    keepAlive: (on) => link.keepAlive(on),
    ...(fork && {
      fork: () => {
        const { lane, port } = fork();
        return { lane: around(lane), port };
      },
    }),
    ...(adopt && {
      adopt: (port) => {
        const lane = adopt(port);
        return lane && around(lane);
      },
    }),
  };
}

/** What a lane that holds its frames back may do with those that wait when another one comes. */
export type Meddling = (waiting: Outbound[], next: Outbound) => void;

/**
 * Everything is cloned when it is posted and sent one event later, in order, but for what `meddle` does: it puts the
 * next frame among those that wait.
 */
export function heldBack(link: MessageLink, world: World, meddle: Meddling): MessageLink {
  const hook = (): PostHook => {
    const waiting: Outbound[] = [];
    return (frame, transfer, send) => {
      meddle(waiting, cloneMessage(frame, transfer) as Outbound);
      world.at(world.now, () => {
        const next = waiting.shift();
        // All that is left to move is the port of a stream.
        if (next !== undefined) send(next, next.port && [next.port]);
      });
    };
  };
  // What waits has to be gone before its lane is.
  return hooked(link, hook, (close) => void world.at(world.now, close));
}

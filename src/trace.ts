/**
 * Watching a channel: every message and every frame as it is sent and received, calls and streams to sinks of their
 * own. It wraps the link, so that nothing else knows of it and it costs nothing where it is not asked for.
 */
import type { Lane, LaneReceiver, Transferable } from "./link.ts";
import { isRpc } from "./rpc/messages.ts";
import type { ByteLane, CoreLink, CoreReceiver } from "./wire/core-link.ts";

export interface TraceEvent {
  readonly direction: "sent" | "received";
  /** A JSON-RPC message, or a frame of a stream, as in `docs/protocol.md`. To be looked at only. */
  readonly message: unknown;
}

/** Sinks for what goes over a channel. What a sink throws is ignored. */
export interface Trace {
  /** Requests, responses and notifications, Sluice's own included. */
  readonly calls?: (event: TraceEvent) => void;
  /** Frames of streams. */
  readonly streams?: (event: TraceEvent) => void;
}

/** The same link, watched. */
export function traceLink(link: CoreLink, { calls, streams }: Trace): CoreLink {
  const watch = (direction: TraceEvent["direction"], message: unknown): void => {
    const sink = isRpc(message) || Array.isArray(message) ? calls : streams;
    try {
      sink?.({ direction, message });
    } catch {
      // Whoever watches must not change what happens.
    }
  };
  return {
    ...traceLane(link, watch),
    kind: link.kind,
    trusted: link.trusted,
    scheduler: link.scheduler,
    get heartbeat() {
      return link.heartbeat;
    },
    ...(link.splits !== undefined && { splits: link.splits }),
    ...(link.carriesUnmet !== undefined && { carriesUnmet: link.carriesUnmet }),
    ...(link.hello && { hello: link.hello }),
    ...(link.greeted && { greeted: (hello, message) => link.greeted?.(hello, message) }),
    listen: (receiver: CoreReceiver) =>
      link.listen({
        ...traceReceiver(receiver, watch),
        met: (first) => receiver.met(first),
        frame(frame) {
          watch("received", frame);
          receiver.frame(frame);
        },
        text(line, parsed) {
          watch("received", messageOf(line));
          receiver.text(line, parsed);
        },
        admits: (stream) => receiver.admits(stream),
        begins: (stream, bytes) => receiver.begins(stream, bytes),
        breach: (error) => receiver.breach(error),
      }),
    ...(link.lane && { lane: (id: number) => traceByteLane(link.lane?.(id) as ByteLane, id, watch) }),
    ...(link.fork && {
      fork: () => {
        const forked = link.fork?.() as { lane: Lane; port: Transferable };
        return { lane: traceLane(forked.lane, watch), port: forked.port };
      },
    }),
    ...(link.adopt && {
      adopt: (port: unknown) => {
        const lane = link.adopt?.(port);
        return lane && traceLane(lane, watch);
      },
    }),
    keepAlive: (on) => link.keepAlive(on),
  };
}

type Watch = (direction: TraceEvent["direction"], message: unknown) => void;

/** What a line says, as far as it can be read. */
function messageOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

/** A lane that takes chunks as bytes: each is shown as a frame of its own, though several may go in one. */
function traceByteLane(lane: ByteLane, id: number, watch: Watch): ByteLane {
  return {
    ...traceLane(lane, watch),
    get full() {
      return lane.full;
    },
    get queued() {
      return lane.queued;
    },
    get onRoom() {
      return lane.onRoom;
    },
    set onRoom(room) {
      lane.onRoom = room;
    },
    push(bytes, form, weight, lend, pack) {
      watch("sent", {
        type: "stream-data",
        id,
        chunks: [bytes],
        form,
        ...(weight !== undefined && { weights: [weight] }),
      });
      lane.push(bytes, form, weight, lend, pack);
    },
    discard: (all) => lane.discard(all),
  };
}

function traceLane(lane: Lane, watch: Watch): Lane {
  return {
    post(message, transfer) {
      watch("sent", message);
      lane.post(message, transfer);
    },
    listen: (receiver) => lane.listen(traceReceiver(receiver, watch)),
    close: () => lane.close(),
  };
}

function traceReceiver(receiver: LaneReceiver, watch: Watch): LaneReceiver {
  return {
    receive(message) {
      watch("received", message);
      receiver.receive(message);
    },
    lost: (error) => receiver.lost(error),
  };
}

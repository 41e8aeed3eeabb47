/**
 * Watching a channel: every message and every frame as it is sent and received, calls and streams to sinks of their
 * own. It wraps the link, so that nothing else knows of it and it costs nothing where it is not asked for.
 */
import type { Lane, LaneReceiver, LinkReceiver, MessageLink } from "./link.ts";
import { isRpc } from "./rpc/messages.ts";

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
export function traceLink(link: MessageLink, { calls, streams }: Trace): MessageLink {
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
    heartbeat: link.heartbeat,
    ...(link.carriesUnmet !== undefined && { carriesUnmet: link.carriesUnmet }),
    listen: (receiver: LinkReceiver) =>
      link.listen({ ...traceReceiver(receiver, watch), met: (first) => receiver.met(first) }),
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

/** Who the remote may be, and what is known of it, as `channel.remote` tells. */
import { mistake } from "../errors.ts";
import type { RemoteLimits } from "../stream/streams.ts";

/** What the remote can do, and takes at once. */
export interface Remote {
  /** The version of Sluice's protocol; `undefined`: it knows plain JSON-RPC 2.0 only. */
  readonly version: number | undefined;
  readonly capabilities: {
    /** Streams may be opened. */
    readonly streams: boolean;
    /** Streams may come on ports of their own. */
    readonly fork: boolean;
  };
  /** What it takes of us; ∞ where it has told no limit. `maxChunk` is in bytes. */
  readonly limits: Pick<RemoteLimits, "streams" | "unaccepted" | "calls" | "maxChunk" | "window">;
}

/** A remote that has said hello. */
export function sluiceRemote(version: number, told: RemoteLimits, params: unknown): Remote {
  const { streams, unaccepted, calls, maxChunk, window, fork } = told;
  const { capabilities } = params as { capabilities?: { streams?: unknown } | null };
  return {
    version,
    capabilities: { streams: capabilities?.streams !== false, fork },
    limits: { streams, unaccepted, calls, maxChunk, window },
  };
}

/** A remote that knows nothing of Sluice. */
export const PLAIN_REMOTE: Remote = {
  version: undefined,
  capabilities: { streams: false, fork: false },
  limits: { streams: 0, unaccepted: 0, calls: Number.POSITIVE_INFINITY, maxChunk: 0, window: 0 },
};

/** Must the remote be a Sluice peer, or may it be a plain JSON-RPC 2.0 one? */
export type Handshake = "required" | "optional";

/** `carriesUnmet`: whether anything crosses the link before its two ends have met. */
export function checkHandshake(given: unknown, carriesUnmet: boolean = false): Handshake {
  if (given === undefined || given === "required") return "required";
  if (given !== "optional") {
    const message = `Cannot use the handshake ${JSON.stringify(given)}: pass "required" or "optional"`;
    throw mistake(new TypeError(message), "BAD_OPTION");
  }
  if (carriesUnmet) return given;
  const message = 'Cannot use handshake "optional" on this link: nothing crosses it before its two ends have met';
  throw mistake(new TypeError(message), "BAD_OPTION");
}

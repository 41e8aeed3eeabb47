/** `$/hello`: what each peer tells the other, once and first. Its check is here beside its making. */
import { ProtocolError } from "../errors.ts";
import type { Limits } from "../limits.ts";
import type { InitialCredit } from "../stream/credit.ts";
import type { RemoteLimits } from "../stream/streams.ts";

/** The version of `docs/protocol.md`. Peers of different versions do not talk. */
export const PROTOCOL_VERSION = 1;

/** Characters of a message that every peer takes as text. */
const LEAST_MESSAGE = 1024 * 1024;

export interface Hello {
  readonly version: number;
  readonly capabilities: {
    /** Streams may be opened. Left out: they may. */
    readonly streams: boolean;
    /** Streams may come on ports of their own. */
    readonly fork: boolean;
  };
  /** Left out: no limit. */
  readonly limits: {
    readonly streams: number;
    readonly unaccepted: number;
    readonly calls: number;
    readonly maxChunk: number;
    /** Characters of a message as text. Left out: 1 Mi. */
    readonly message?: number;
    readonly window?: number;
    /** Milliseconds that a write waits for credit. */
    readonly stall?: number;
  };
  readonly initialCredit: InitialCredit;
  /** What one side's link tells the other's. */
  readonly data?: Readonly<Record<string, unknown>>;
}

export function makeHello(
  limits: Limits,
  initialCredit: InitialCredit,
  fork: boolean,
  data?: Readonly<Record<string, unknown>>,
): Hello {
  const { streams, unaccepted, calls, maxChunk, message, window, stall } = limits;
  return {
    version: PROTOCOL_VERSION,
    capabilities: { streams: true, fork },
    limits: {
      ...{ streams, unaccepted, calls, maxChunk, message },
      ...(window < Number.POSITIVE_INFINITY && { window }),
      ...(stall < Number.POSITIVE_INFINITY && { stall }),
    },
    initialCredit,
    ...(data && { data }),
  };
}

/** What the remote's link has told of itself. */
export function linkHello(params: unknown): Readonly<Record<string, unknown>> {
  const { data } = (params ?? {}) as { data?: unknown };
  return typeof data === "object" && data !== null ? (data as Record<string, unknown>) : {};
}

/** What the remote's hello says. Throws a ProtocolError if it is none, or of another version. */
export function readHello(params: unknown): RemoteLimits {
  const hello = params as Partial<Hello> | null | undefined;
  if (typeof hello !== "object" || hello === null) throw bad("params");
  if (hello.version !== PROTOCOL_VERSION) {
    throw new ProtocolError(
      "VERSION_MISMATCH",
      `Cannot talk to this remote: it speaks ${typeof hello.version === "number" ? `version ${hello.version}` : "no version"} of the protocol, this side version ${PROTOCOL_VERSION}; use the same Sluice on both`,
    );
  }
  const { limits, initialCredit, capabilities } = hello;
  return {
    fork: capabilities?.fork === true,
    streams: positive(limits?.streams, "limits.streams"),
    unaccepted: positive(limits?.unaccepted ?? null, "limits.unaccepted"),
    calls: positive(limits?.calls ?? null, "limits.calls"),
    maxChunk: positive(limits?.maxChunk, "limits.maxChunk"),
    message: positive(limits?.message === undefined ? LEAST_MESSAGE : limits.message, "limits.message"),
    window: positive(limits?.window ?? null, "limits.window"),
    stall: positive(limits?.stall ?? null, "limits.stall"),
    initialCredit: {
      chunks: amount(initialCredit?.chunks, "initialCredit.chunks"),
      bytes: amount(initialCredit?.bytes, "initialCredit.bytes"),
    },
  };
}

/** ∞ is a limit, for which JSON has no other word than null. */
function positive(value: unknown, key: string): number {
  if (value === null) return Number.POSITIVE_INFINITY;
  if (typeof value === "number" && value > 0) return value;
  throw bad(key);
}

function amount(value: unknown, key: string): number {
  if (typeof value === "number" && value >= 0 && value <= Number.MAX_SAFE_INTEGER) return value;
  throw bad(key);
}

function bad(key: string): ProtocolError {
  return new ProtocolError("BAD_MESSAGE", `Cannot read $/hello: "${key}" is missing or not valid`);
}

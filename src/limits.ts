/**
 * The bounds that hold whatever the remote does. A partial object keeps every other default; `connect` validates
 * them and `$/hello` tells the remote, so that an honest one never runs into them.
 */
import { checkNames, shown } from "./check.ts";
import { mistake } from "./errors.ts";

export interface Limits {
  /** Streams opened by the remote and not yet finished; more of ours wait at our side. Default 16,384, untrusted 1,024. */
  readonly streams: number;
  /** Of those, streams that nobody has taken yet. Default 256. */
  readonly unaccepted: number;
  /** The most bytes in a single chunk. Default 16 MiB. */
  readonly maxChunk: number;
  /** Bytes held unread per direction of a stream, beside its own highWaterMark. Default 8 MiB, untrusted 256 KiB. */
  readonly streamBytes: number;
  /** The largest highWaterMark, in chunks or bytes; ∞ is clamped to it. Default none, untrusted 64 Mi. */
  readonly window: number;
  /** Calls of the remote in progress at once. Default 1,024. */
  readonly calls: number;
  /** Messages in a batch of the remote's JSON-RPC. Default 50. */
  readonly batch: number;
  /** The longest JSON text of a message, in characters, at least 1,024; on a child's stdin and stdout at most 4 MiB. Default 1 Mi. */
  readonly message: number;
  /** Milliseconds until a call of ours that names no time-out is given up. Default none, untrusted 60,000. */
  readonly callTimeout: number;
  /** Credit messages in a row without a chunk sent in between. Default 1,000. */
  readonly idleGrants: number;
  /** Responses to calls that were never made, until the channel ends. Default 10; none on trusted links. */
  readonly unsolicited: number;
  /** Streams a second that the remote may reset before their handlers have settled, twice as many at once. Default none, untrusted 200. */
  readonly resets: number;
  /** Streams a minute that this side ends because the remote breaks a rule of theirs. Default none, untrusted 100. */
  readonly faults: number;
  /** Pings of the remote a second, twice as many at once. Default none, untrusted 10. */
  readonly pings: number;
  /** Milliseconds that a write waits for a sign of the remote's reader, at least, until its stream is given up. Default none, untrusted 60,000. */
  readonly stall: number;
}

const MiB = 1024 * 1024;

/** A peer that takes no `$/hello` would never be ready. */
const LEAST_MESSAGE = 1_024;

const trusted: Limits = {
  streams: 16_384,
  unaccepted: 256,
  maxChunk: 16 * MiB,
  streamBytes: 8 * MiB,
  window: Number.POSITIVE_INFINITY,
  calls: 1_024,
  batch: 50,
  message: MiB,
  callTimeout: Number.POSITIVE_INFINITY,
  idleGrants: 1_000,
  unsolicited: Number.POSITIVE_INFINITY,
  resets: Number.POSITIVE_INFINITY,
  faults: Number.POSITIVE_INFINITY,
  pings: Number.POSITIVE_INFINITY,
  stall: Number.POSITIVE_INFINITY,
};

const untrusted: Limits = {
  ...trusted,
  streams: 1_024,
  streamBytes: 256 * 1024,
  window: 64 * MiB,
  callTimeout: 60_000,
  unsolicited: 10,
  resets: 200,
  faults: 100,
  pings: 10,
  stall: 60_000,
};

/** Times and rates; of what is counted, nobody has a half. */
const MAY_BE_FRACTIONS: ReadonlySet<string> = new Set(["callTimeout", "resets", "faults", "pings", "stall"]);

/** The limits in force: the defaults for a link of this trust, with what the user set on top. */
export function resolveLimits(given: Partial<Limits> | undefined, isTrusted: boolean): Limits {
  const limits: Record<string, number> = { ...(isTrusted ? trusted : untrusted) };
  checkNames("limit", Object.keys(limits), given ?? {});
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value === undefined) continue;
    const allowed = allowedOf(name);
    if (!allowed.has(value)) {
      const message = `Cannot set limits.${name} to ${shown(value)}: use ${allowed.words}`;
      throw mistake(new RangeError(message), "BAD_OPTION");
    }
    limits[name] = value as number;
  }
  return limits as unknown as Limits;
}

/** Which values a limit may have, also in words. */
function allowedOf(name: string): { readonly words: string; has(value: unknown): boolean } {
  const isWhole = !MAY_BE_FRACTIONS.has(name);
  const least = name === "message" ? LEAST_MESSAGE : 0;
  return {
    words: `a ${isWhole ? "whole number" : "number"} ${least === 0 ? "above 0" : `of ${least} or more`}`,
    has: (value) =>
      typeof value === "number" &&
      value > 0 &&
      value >= least &&
      (!isWhole || Number.isInteger(value) || value === Number.POSITIVE_INFINITY),
  };
}

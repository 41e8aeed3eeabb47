/** What `connect` takes. */
import type { Framed } from "./bytes.ts";
import { any, type Check, type Checks, hasMethods, milliseconds, object, record } from "./check.ts";
import type { Definition } from "./define.ts";
import { mistake } from "./errors.ts";
import type { Limits } from "./limits.ts";
import type { MessageLink } from "./link.ts";
import type { Handshake } from "./rpc/remote.ts";
import type { InitialCredit } from "./stream/credit.ts";
import type { StreamOptions } from "./stream/definition.ts";
import type { StreamClasses } from "./stream/strategy.ts";
import type { Trace } from "./trace.ts";

/** A link of messages, or one of bytes with the wire on top (`framed` of `sluice/bytes`). */
export type Link = MessageLink | Framed;

/** Links that have, or had, a channel: a second one would leave the first without what comes. */
const taken = new WeakSet<Link>();

/** Throws a TypeError for what is no link at all, or was taken before. */
export function checkLink(link: Link): void {
  const kind: unknown = (link as Partial<Link> | null | undefined)?.kind;
  if (taken.has(link))
    throw mistake(new TypeError("Cannot connect: this link has a channel, make a link for each"), "BAD_LINK");
  if (kind === "message" || kind === "framed") return;
  const hint = kind === "bytes" ? "framed(link), of sluice/bytes, for a link of bytes" : "what an adapter gives";
  throw mistake(new TypeError(`Cannot connect: that is no link; pass ${hint}`), "BAD_LINK");
}

export function takeLink(link: Link): void {
  taken.add(link);
}

export interface ConnectOptions extends Definition {
  /** Stream classes to use instead of the runtime's, such as web-streams-polyfill's. */
  readonly ponyfill?: StreamClasses;
  readonly limits?: Partial<Limits>;
  /** What the remote may send on a stream before this side has accepted it. Default: one chunk. */
  readonly initialCredit?: InitialCredit;
  /**
   * `"optional"`: the remote may know plain JSON-RPC 2.0 only; it is taken for such a one if that is what it sends
   * first, or if nobody has met us within a second. Default: `"required"`.
   */
  readonly handshake?: Handshake;
  /**
   * Milliseconds until the remote must have connected; else the channel ends with START_TIMEOUT. Default: 30,000 for a
   * worker that is linked by who has started it; elsewhere none, it may come whenever.
   */
  readonly startTimeout?: number;
  /** Options of the default stream, as `openStream` takes them. */
  readonly data?: StreamOptions;
  /** Sinks that see every message and every frame. */
  readonly trace?: Trace;
}

const classes: Check = (value) =>
  hasMethods(value, ["ReadableStream", "WritableStream"]) ? undefined : "pass { ReadableStream, WritableStream }";

const credit: Check = (value) => {
  const { chunks, bytes } = (value ?? {}) as Partial<InitialCredit>;
  // As the remote checks them: a fraction of either would allow an honest sender more than it is told here.
  const areCounts = [chunks, bytes].every((number) => Number.isSafeInteger(number) && (number as number) >= 0);
  return areCounts ? undefined : "pass { chunks, bytes }, whole numbers of 0 or more";
};

const sinks: Check = (value) => {
  const areSinks = Object.entries(value ?? {}).every(
    ([name, sink]) => ["calls", "streams"].includes(name) && (sink === undefined || typeof sink === "function"),
  );
  return typeof value === "object" && value !== null && areSinks ? undefined : "pass { calls, streams }, functions";
};

/** What is in `methods`, `streams`, `limits` and `data` is checked where it is read, and so is `handshake`. */
export const CONNECT: Checks<ConnectOptions> = {
  methods: record,
  streams: record,
  ponyfill: classes,
  limits: object,
  initialCredit: credit,
  handshake: any,
  startTimeout: milliseconds,
  data: object,
  trace: sinks,
};

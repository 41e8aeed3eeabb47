/**
 * The errors of Sluice: what broke, and whom it takes down. Every one has a stable `code`, listed in `codes.ts`; the
 * classes take others as well, for an application may send errors of its own.
 *
 * A caller's mistake is a plain `TypeError` or `RangeError` (with a `code` too), made by {@link mistake}; a
 * cancellation rejects with the signal's own reason. Neither is wrapped in a class of ours.
 */

import type { LinkErrorCode, MistakeCode, ProtocolErrorCode, StreamErrorCode } from "./codes.ts";

export type { LinkErrorCode, MistakeCode, ProtocolErrorCode, StreamErrorCode } from "./codes.ts";

/** One stream failed; the channel and the other streams live on. */
export class StreamError extends Error {
  override readonly name = "StreamError";
  readonly code: StreamErrorCode | (string & {});
  constructor(code: StreamErrorCode | (string & {}), message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The transport broke: the worker died, the port was closed. Ends the channel. */
export class LinkError extends Error {
  override readonly name = "LinkError";
  readonly code: LinkErrorCode | (string & {});
  constructor(code: LinkErrorCode | (string & {}), message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A peer broke a rule of `docs/protocol.md`. Ends the channel; `origin` says whose fault it was, seen from here. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ProtocolErrorCode | (string & {});
  readonly origin: "local" | "remote";
  constructor(
    code: ProtocolErrorCode | (string & {}),
    message: string,
    options?: ErrorOptions & { origin?: "local" | "remote" },
  ) {
    super(message, options);
    this.code = code;
    this.origin = options?.origin ?? "remote";
  }
}

/**
 * A JSON-RPC 2.0 error object: `code` is the number of the specification, or the application's own. `data` crosses as
 * JSON, nested at most 62 deep; where it cannot, the error arrives without it.
 */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: number;
  readonly data: unknown;
  constructor(code: number, message: string, options?: ErrorOptions & { data?: unknown }) {
    super(message, options);
    this.code = code;
    this.data = options?.data;
  }
}

/** Gives a `TypeError` or `RangeError` for a caller's mistake its stable `code`. */
export function mistake<E extends TypeError | RangeError>(error: E, code: MistakeCode): E & { code: MistakeCode } {
  return Object.assign(error, { code });
}

/** Mistakes that show in a single chunk. */
const OF_CHUNKS: readonly unknown[] = ["BAD_CHUNK", "BAD_WEIGHT", "BAD_TRANSFER"];

/**
 * Has such a mistake say in which stream it was made: what finds it knows chunks only. So does a DataCloneError, which is
 * the platform's and cannot be written to: it is another then. Other errors are the user's own.
 */
export function inStream(name: string, error: unknown): unknown {
  const where = ` (in stream "${name}")`;
  if (!(error instanceof Error) || error.message.endsWith(where)) return error;
  if (error.name === "DataCloneError") return new DOMException(error.message + where, "DataCloneError");
  if (OF_CHUNKS.includes((error as { code?: unknown }).code)) error.message += where;
  return error;
}

/** What every stream and call of a channel settles with when the channel is gone before they were done. */
export function connectionLost(what: string, cause: unknown): StreamError {
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  return new StreamError("CONNECTION_LOST", `Cannot finish ${what}: the connection was lost${why}`, { cause });
}

/** What somebody else's error says: whatever was thrown may be none. */
export function whyOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** The messages of JSON-RPC 2.0 (https://www.jsonrpc.org/specification), and the check that a value is one. */

import type { WireValue } from "./values.ts";

export type RpcId = string | number | null;

export interface RpcRequest {
  readonly jsonrpc: "2.0";
  readonly method: string;
  readonly params?: unknown;
  /** Absent in a notification, which is never answered. */
  readonly id?: RpcId;
  /** Sluice's own: the streams in `params`. */
  readonly streams?: readonly WireValue[];
}

/** A request, or without an id a notification. Filled in: a copy of its parts would take longer than all the rest. */
export function requestOf(
  id: RpcId | undefined,
  method: string,
  params?: unknown,
  streams?: readonly WireValue[],
): RpcRequest {
  const request: Filled<RpcRequest> = id === undefined ? { jsonrpc: "2.0", method } : { jsonrpc: "2.0", id, method };
  if (params !== undefined) request.params = params;
  if (streams !== undefined) request.streams = streams;
  return request;
}

export function resultOf(id: RpcId, result: unknown, streams?: readonly WireValue[]): RpcResponse {
  const response: Filled<RpcResponse> = { jsonrpc: "2.0", id, result };
  if (streams !== undefined) response.streams = streams;
  return response;
}

type Filled<Message> = { -readonly [Member in keyof Message]: Message[Member] };

export interface RpcErrorObject {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export interface RpcResponse {
  readonly jsonrpc: "2.0";
  readonly id: RpcId;
  readonly result?: unknown;
  /** Sluice's own: the streams in `result`. */
  readonly streams?: readonly WireValue[];
  readonly error?: RpcErrorObject;
}

export type RpcMessage = RpcRequest | RpcResponse;

/**
 * The `code` of an `RpcError` is a number: one that JSON-RPC 2.0 fixes, or what the remote's method gave its own
 * `RpcError` (−32000 to −32099 are left to implementations). Any other error that a method throws arrives as itself,
 * with its class, message, `code` and `cause`, and not as an `RpcError`.
 */
export const RPC_CODES = {
  /** The message is no JSON; only links of bytes can tell, and peers that are not Sluice. Mend the sender. */
  parseError: -32700,
  /** The message is no valid request: no method, an id that is no string or number, or one that is in use. Mend the sender. */
  invalidRequest: -32600,
  /** The remote has no method of that name. Name it in the `methods` of the remote's definition; inherited ones do not count. */
  methodNotFound: -32601,
  /** The params of a request are neither an object nor an array. Wrap them in one. */
  invalidParams: -32602,
  /** The remote's answer holds an error without a code, or the remote itself failed. Look into the remote's own log. */
  internalError: -32603,
  /** The method threw (on the wire, with the error in `data.reason`), or more calls are in progress than `limits.calls` of the remote. Read the message, and for the latter call again once others are answered. */
  serverError: -32000,
} as const;

/** Is it meant as JSON-RPC at all? What it is in detail is checked when it is handled. */
export function isRpc(message: unknown): message is Record<string, unknown> {
  return typeof message === "object" && message !== null && (message as { jsonrpc?: unknown }).jsonrpc === "2.0";
}

/** An answer, where it has no method. */
export function isResponse(message: Record<string, unknown>): boolean {
  return Object.hasOwn(message, "result") || Object.hasOwn(message, "error");
}

export function isId(id: unknown): id is RpcId {
  return id === null || typeof id === "string" || (typeof id === "number" && Number.isFinite(id));
}

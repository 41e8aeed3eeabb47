/** The messages of JSON-RPC 2.0 (https://www.jsonrpc.org/specification), and the check that a value is one. */

export type RpcId = string | number | null;

export interface RpcRequest {
  readonly jsonrpc: "2.0";
  readonly method: string;
  readonly params?: unknown;
  /** Absent in a notification, which is never answered. */
  readonly id?: RpcId;
}

export interface RpcErrorObject {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export interface RpcResponse {
  readonly jsonrpc: "2.0";
  readonly id: RpcId;
  readonly result?: unknown;
  readonly error?: RpcErrorObject;
}

export type RpcMessage = RpcRequest | RpcResponse;

/** The codes that the specification fixes; −32000 to −32099 are left to implementations. */
export const RPC_CODES = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  /** The method threw: `data` is the error, as reasons cross everywhere. */
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

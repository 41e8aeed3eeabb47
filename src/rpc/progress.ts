/** `$/progress`: what a method tells its caller before it answers. Its reading is here beside its making. */
import type { RpcId, RpcRequest } from "./messages.ts";

export function makeProgress(id: RpcId, value: unknown): RpcRequest {
  return { jsonrpc: "2.0", method: "$/progress", params: { id, value: value === undefined ? null : value } };
}

/** Whose progress it is, and what it says. Anything malformed has the id of no call. */
export function readProgress(params: unknown): { readonly id?: unknown; readonly value?: unknown } {
  return typeof params === "object" && params !== null ? params : {};
}

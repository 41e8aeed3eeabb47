/** `$/progress`: what a method tells its caller before it answers. Its reading is here beside its making. */
import { mistake } from "../errors.ts";
import { MOST_DEPTH, takeJson } from "../wire/json.ts";
import type { RpcId, RpcRequest } from "./messages.ts";

/** A value stands one level deeper in its message than params do. */
const VALUE_DEPTH = MOST_DEPTH - 1;

/** Throws a TypeError for what JSON cannot carry. Streams have no place in it: what would end them? */
export function makeProgress(id: RpcId, value: unknown, method: string): RpcRequest {
  const taken = takeJson(value ?? null, `Cannot tell the progress of "${method}": value`, VALUE_DEPTH);
  if (taken.streams.length > 0) {
    const message = `Cannot tell the progress of "${method}": there is a stream in it, give it in the result`;
    throw mistake(new TypeError(message), "BAD_VALUE");
  }
  return { jsonrpc: "2.0", method: "$/progress", params: { id, value: taken.value } };
}

/** Whose progress it is, and what it says. Anything malformed has the id of no call. */
export function readProgress(params: unknown): { readonly id?: unknown; readonly value?: unknown } {
  return typeof params === "object" && params !== null ? params : {};
}

/** JSON text: how a plain JSON-RPC peer may send its messages. What is dangerous about text is checked before it is used. */
import { TOO_DEEP, wrongInText } from "../wire/json-text.ts";
import { RPC_CODES, type RpcErrorObject, type RpcMessage } from "./messages.ts";

/** What a text says, or the error that it is answered with. */
export type ReadText = { readonly value: unknown } | { readonly error: RpcErrorObject };

/** Levels of a message around its params or result: itself. */
export const ENVELOPE = 1;

/** Reads a text of at most `max` characters, nested so deep; `parsed` is what it says, if that is known already. */
export function readText(text: string, max: number, depth?: number, parsed?: unknown): ReadText {
  if (text.length > max) return refuse(`it is longer than ${max} characters`);
  let value = parsed;
  try {
    if (value === undefined) value = JSON.parse(text);
  } catch (error) {
    // An engine that recurses runs out of stack where text is nested without end.
    if (!(error instanceof SyntaxError)) return refuse(TOO_DEEP);
    return { error: { code: RPC_CODES.parseError, message: "Cannot read a message: its text is not JSON" } };
  }
  const wrong = wrongInText(text, value, depth);
  return wrong === undefined ? { value } : refuse(wrong);
}

/** Throws a TypeError or RangeError for what JSON cannot carry; then nothing was sent. */
export function writeText(message: RpcMessage | readonly RpcMessage[]): string {
  for (const each of Array.isArray(message) ? message : [message]) {
    const { result } = each as { result?: unknown };
    // JSON would leave the result out, and an answer without one is none.
    if (typeof result === "function" || typeof result === "symbol") {
      throw new TypeError(`Cannot send a ${typeof result} as the result: JSON cannot carry it`);
    }
  }
  return JSON.stringify(message);
}

function refuse(why: string): ReadText {
  return { error: { code: RPC_CODES.invalidRequest, message: `Cannot take a message: ${why}` } };
}

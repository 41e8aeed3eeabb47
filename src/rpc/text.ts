/** JSON text: how a plain JSON-RPC peer may send its messages. What is dangerous about text is checked before it is used. */
import { RPC_CODES, type RpcErrorObject, type RpcMessage } from "./messages.ts";

/** How deep lists and objects may be nested, the message itself included. */
export const MAX_DEPTH = 64;

/** What a text says, or the error that it is answered with. */
export type ReadText = { readonly value: unknown } | { readonly error: RpcErrorObject };

/** Reads a text of at most `max` characters. */
export function readText(text: string, max: number): ReadText {
  if (text.length > max) return refuse(`it is longer than ${max} characters`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // An engine that recurses runs out of stack where text is nested without end.
    if (!(error instanceof SyntaxError)) return refuse(TOO_DEEP);
    return { error: { code: RPC_CODES.parseError, message: "Cannot read a message: its text is not JSON" } };
  }
  const wrong = wrongIn(value, MAX_DEPTH);
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

const TOO_DEEP = `it is nested deeper than ${MAX_DEPTH} levels`;

function refuse(why: string): ReadText {
  return { error: { code: RPC_CODES.invalidRequest, message: `Cannot take a message: ${why}` } };
}

function wrongIn(value: unknown, depth: number): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (depth === 0) return TOO_DEEP;
  if (Object.hasOwn(value, "__proto__")) return 'it has a key "__proto__"';
  for (const each of Array.isArray(value) ? value : Object.values(value)) {
    const wrong = wrongIn(each, depth - 1);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

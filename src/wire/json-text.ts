/**
 * What is dangerous about JSON text that a stranger wrote, looked for once it is parsed: nesting without end, for which
 * whoever walks the value runs out of stack, and the name of the prototype. Whether it is JSON at all, `JSON.parse` says.
 */
import { MOST_DEPTH } from "./json.ts";

export const TOO_DEEP: string = `it is nested deeper than ${MOST_DEPTH} levels`;

/** Why a text must not be taken that says this value; `undefined` if it may. */
export function wrongInText(text: string, value: unknown, depth: number = MOST_DEPTH): string | undefined {
  // What is opened must be closed: most chunks and messages are too short for it, and cost nothing.
  if (text.length > 2 * depth && isTooDeep(value, depth)) return TOO_DEEP;
  // Only a text that could name it is searched.
  if ((text.includes("__proto__") || text.includes("\\u")) && namesPrototype(value)) return 'it has a key "__proto__"';
  return undefined;
}

function isTooDeep(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (depth === 0) return true;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) if (isTooDeep(value[at], depth - 1)) return true;
    return false;
  }
  for (const key in value) if (isTooDeep((value as Record<string, unknown>)[key], depth - 1)) return true;
  return false;
}

function namesPrototype(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "__proto__") || Object.values(value).some(namesPrototype);
}

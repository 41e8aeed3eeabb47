/** Origins that name exactly one page's. */
import { mistake } from "../../src/errors.ts";

/** Throws a TypeError for what is not the exact origin of a page that messages can be addressed to. */
export function checkOrigin(origin: unknown): string {
  if (typeof origin === "string" && exactOrigin(origin) === origin) return origin;
  const shown = typeof origin === "string" ? `"${origin}"` : String(origin);
  throw mistake(new TypeError(`Cannot link to a window of the origin ${shown}: ${adviceFor(origin)}`), "BAD_ORIGIN");
}

function exactOrigin(text: string): string | undefined {
  try {
    const { origin } = new URL(text);
    return origin === "null" ? undefined : origin;
  } catch {
    return undefined;
  }
}

function adviceFor(origin: unknown): string {
  if (origin === "*")
    return 'anybody\'s page would be let in, name the one that you mean, such as "https://example.com"';
  if (origin === "null") return "no message can be addressed to it; give a sandboxed frame allow-same-origin";
  const exact = typeof origin === "string" ? exactOrigin(origin) : undefined;
  return exact === undefined ? 'pass that page\'s location.origin, such as "https://example.com"' : `pass "${exact}"`;
}

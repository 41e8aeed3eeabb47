/** Stdout carries the calls of a child: what it prints goes to stderr. */
import { Console } from "node:console";
import process from "node:process";

export function consoleToStderr(): void {
  const console = globalThis.console as unknown as Record<string, unknown>;
  const { stderr } = process;
  const replacement = new Console({ stdout: stderr, stderr }) as unknown as Record<string, unknown>;
  for (const key of Object.keys(console)) {
    if (typeof console[key] === "function" && typeof replacement[key] === "function") console[key] = replacement[key];
  }
  // Bun's own.
  if (typeof console["write"] === "function") console["write"] = (text: string | Uint8Array) => stderr.write(text);
}

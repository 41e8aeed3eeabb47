/**
 * Sends a process a signal, and tells whether that was possible. In Deno the `kill` of a child sends one signal in all, and
 * whatever that is, it closes the child's stdin and has its end told as by that signal: there it is the last resort.
 */
import type { ChildProcess } from "node:child_process";
import process from "node:process";

export function sendSignal(child: ChildProcess, signal: NodeJS.Signals | number): boolean {
  if (!("Deno" in globalThis)) return child.kill(signal);
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return false;
  try {
    return process.kill(child.pid, signal);
  } catch (error) {
    if ((error as { code?: unknown }).code === "ESRCH") return false;
    // Who may run some commands only (`--allow-run=NAME`) may send signals in no other way.
    const sent = child.kill(signal);
    Object.assign(child, { killed: false, signalCode: null });
    return sent;
  }
}

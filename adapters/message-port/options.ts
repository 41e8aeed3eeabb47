/** Checks what was asked of an adapter, before anything is made: an option that is unknown or wrong would go unnoticed. */
import { boolean, type Checks, hasMethods, milliseconds } from "../../src/check.ts";
import { mistake } from "../../src/errors.ts";
import type { MessagePortOptions } from "./types.ts";

/** The options of a link to anybody. */
export const ANYBODY: Checks<MessagePortOptions> = {
  trusted: boolean,
  fork: boolean,
  transfer: boolean,
  heartbeat: milliseconds,
};

/** Those of a link to a worker of one's own, which is trusted. */
export const OWN: Checks<Omit<MessagePortOptions, "trusted">> = {
  fork: boolean,
  transfer: boolean,
  heartbeat: milliseconds,
};

/** Those of a link that has one port for all, and moves nothing. */
export const SHARED: Checks<Pick<MessagePortOptions, "trusted" | "heartbeat">> = {
  trusted: boolean,
  heartbeat: milliseconds,
};

/** Throws for what a link cannot be made to, since it lacks one of these methods; `pass` says what would do. */
export function checkEnd(link: string, end: unknown, methods: readonly string[], pass: string): void {
  if (hasMethods(end, methods)) return;
  const shown = end === undefined || end === null ? String(end) : `this ${typeof end}`;
  throw mistake(new TypeError(`Cannot make a ${link} to ${shown}: pass ${pass}`), "BAD_LINK");
}

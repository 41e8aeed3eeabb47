/** Checks what was asked of an adapter, before anything is made: an option that is unknown or wrong would go unnoticed. */
import { mistake, unknownOption } from "../../src/errors.ts";
import type { MessagePortOptions } from "./types.ts";

/** What to do instead, or `undefined` where the value is right. */
export type Check = (value: unknown) => string | undefined;

/** One for each option that there is. */
export type Checks<Options> = Readonly<Record<keyof Options, Check>>;

export const boolean: Check = (value) => (typeof value === "boolean" ? undefined : "pass true or false");

export const milliseconds: Check = (value) =>
  typeof value === "number" && value >= 0 ? undefined : "pass milliseconds, 0 or more";

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
  const given = (end ?? {}) as Readonly<Record<string, unknown>>;
  if (methods.every((name) => typeof given[name] === "function")) return;
  const shown = end === undefined || end === null ? String(end) : `this ${typeof end}`;
  throw mistake(new TypeError(`Cannot make a ${link} to ${shown}: pass ${pass}`), "BAD_LINK");
}

/** Throws for the first of `options` that is none or has a wrong value; `undefined` is as good as left out. */
export function checkOptions<Options extends object>(what: string, checks: Checks<Options>, options: Options): void {
  if (typeof options !== "object" || options === null)
    throw mistake(new TypeError(`Cannot use these ${what}s: pass an object`), "BAD_OPTION");
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) throw unknownOption(`the ${what} "${name}"`, Object.keys(checks));
    const wrong = value === undefined ? undefined : checks[name as keyof Options](value);
    if (wrong === undefined) continue;
    const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
    const Mistake = typeof value === "number" ? RangeError : TypeError;
    throw mistake(new Mistake(`Cannot set the ${what} ${name} to ${shown}: ${wrong}`), "BAD_OPTION");
  }
}

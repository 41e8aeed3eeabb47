/** Checks of what users pass, where they pass it: what is no option, or none that could be used, would go unnoticed. */
import { mistake } from "./errors.ts";

/** What to pass instead, or `undefined` where the value is right. */
export type Check = (value: unknown) => string | undefined;

/** One for each option that there is. */
export type Checks<Options> = Readonly<Record<keyof Options, Check>>;

/** What is checked where it is used. */
export const any: Check = () => undefined;

export const boolean: Check = (value) => (typeof value === "boolean" ? undefined : "pass true or false");

export const object: Check = (value) => (isObject(value) ? undefined : "pass an object");

export const oneOf =
  (...values: string[]): Check =>
  (value) =>
    values.includes(value as string) ? undefined : `use ${values.map((each) => `"${each}"`).join(" or ")}`;

/** Names are looked up among its own: of a Map, or a class without fields, none would ever be found. */
export const record: Check = (value) => {
  if (!isObject(value)) return "pass an object";
  const prototype: unknown = Object.getPrototypeOf(value);
  // Of any realm.
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isPlain || Object.keys(value).length > 0 ? undefined : "pass a plain object, { name: ... }";
};

export const milliseconds: Check = (value) =>
  typeof value === "number" && value >= 0 ? undefined : "pass milliseconds, 0 or more";

export const abortSignal: Check = (value) =>
  hasMethods(value, ["addEventListener"]) ? undefined : "pass an AbortSignal, a controller's .signal";

/** Throws for the first of `options` that is none or has a wrong value; `undefined` is as good as left out. */
export function checkOptions<Options extends object>(what: string, checks: Checks<Options>, options: Options): void {
  checkNames(what, Object.keys(checks), options);
  for (const [name, value] of Object.entries(options)) {
    const check = checks[name as keyof Options];
    const wrong = value === undefined ? undefined : check(value);
    if (wrong === undefined) continue;
    const message = `Cannot set the ${what} ${name} to ${shown(value)}: ${wrong}`;
    // A number where one belongs, but out of range.
    const isOutOfRange = typeof value === "number" && check === milliseconds;
    throw mistake(isOutOfRange ? new RangeError(message) : new TypeError(message), "BAD_OPTION");
  }
}

/** A value in the message of an error. */
export function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : isObject(value) ? "that" : String(value);
}

/** Throws for options that are no object, and for the first of another name than these. `what` is one of them. */
export function checkNames(what: string, known: readonly string[], options: unknown): void {
  if (!isObject(options)) throw mistake(new TypeError(`Cannot use these ${what}s: pass an object`), "BAD_OPTION");
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const message = `Cannot use the ${what} "${name}": no such option, use one of ${known.join(", ")}`;
    throw mistake(new TypeError(message), "BAD_OPTION");
  }
}

export function hasMethods(value: unknown, names: readonly string[]): boolean {
  const given = (value ?? {}) as Readonly<Record<string, unknown>>;
  return names.every((name) => typeof given[name] === "function");
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

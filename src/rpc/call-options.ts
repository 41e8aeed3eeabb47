/** What users pass to a call, checked where they pass it. What becomes of it is in `calls.ts`. */
import { abortSignal, checkNames, shown } from "../check.ts";
import { mistake } from "../errors.ts";

export interface CallOptions {
  /** Cancels the call; the promise rejects with the signal's own reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the call is cancelled and rejects with a TimeoutError; ∞ for none. Default: `limits.callTimeout`. */
  readonly timeout?: number | undefined;
  /** Called with what the method tells through `context.progress`, in order, before the call settles. */
  readonly onProgress?: ((value: unknown) => void) | undefined;
}

export const CALL_OPTIONS: readonly (keyof CallOptions)[] = ["signal", "timeout", "onProgress"];

export function checkMethod(method: unknown): void {
  if (typeof method === "string" && method !== "") return;
  throw mistake(new TypeError("Cannot call a method: pass its name, a string that is not empty"), "BAD_METHOD");
}

/** Throws for a method that is not a user's to call: `$/hello` or `$/bye` would end the channel. */
export function checkUsersMethod(method: unknown): void {
  checkMethod(method);
  if (!(method as string).startsWith("$/")) return;
  const message = `Cannot call "${method}": names that start with $/ are Sluice's own, choose another`;
  throw mistake(new TypeError(message), "BAD_METHOD");
}

/** Throws for a method or params that no message can have. */
export function checkCall(method: unknown, params: unknown): void {
  checkMethod(method);
  if (params !== undefined && (typeof params !== "object" || params === null)) {
    throw mistake(
      new TypeError(
        `Cannot call "${method}": its params are ${params === null ? "null" : `a ${typeof params}`}, wrap that in an object or an array`,
      ),
      "BAD_PARAMS",
    );
  }
}

export function checkOptions(method: string, options: CallOptions): void {
  checkNames("call option", CALL_OPTIONS, options);
  const { signal, timeout, onProgress } = options;
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw mistake(new TypeError(`Cannot call "${method}" with this onProgress: pass a function`), "BAD_OPTION");
  }
  const wrong = signal === undefined ? undefined : abortSignal(signal);
  if (wrong !== undefined)
    throw mistake(new TypeError(`Cannot call "${method}" with this signal: ${wrong}`), "BAD_OPTION");
  if (timeout === undefined || (typeof timeout === "number" && timeout >= 0)) return;
  throw mistake(
    new RangeError(`Cannot call "${method}" with timeout ${shown(timeout)}: pass milliseconds, 0 or more`),
    "BAD_OPTION",
  );
}

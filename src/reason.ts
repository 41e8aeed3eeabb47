/**
 * Reasons of errors, cancels and aborts as they cross a link: `{ name, message, code?, cause?, errors? }`, rebuilt on
 * the far side as the matching built-in class. Structured clone loses subclasses, `code`, DOMException and the
 * `errors` of an AggregateError, so it is not used for them; and every link must carry them alike.
 */
import { LinkError, ProtocolError, RpcError, StreamError } from "./errors.ts";

/** An error on the wire (with `name`), or any other JSON value that was thrown (with `value`). */
export interface WireReason {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: WireReason;
  readonly errors?: readonly WireReason[];
  readonly value?: unknown;
}

/** The most characters that a reason may take, all its parts together. */
export const MAX_REASON = 8192;
const MAX_DEPTH = 8;

interface Budget {
  left: number;
}

/** A reason, ready to cross. `stack` is told to a trusted remote only. */
export function encodeReason(reason: unknown, trusted: boolean): WireReason {
  try {
    return encode(reason, { left: MAX_REASON }, MAX_DEPTH, trusted);
  } catch {
    // A getter of the reason's own threw: a reason must never keep an error from crossing.
    return { name: "Error", message: "The reason that was given cannot be read" };
  }
}

function encode(reason: unknown, budget: Budget, depth: number, trusted: boolean): WireReason {
  if (!isErrorLike(reason)) return encodeValue(reason, budget);
  const wire: Record<string, unknown> = {
    name: cut(String(reason.name ?? "Error"), budget),
    message: cut(String(reason.message), budget),
  };
  const code = (reason as { code?: unknown }).code;
  // A DOMException's number is derived from its name, and rebuilt with it.
  if (!isDomException(reason) && (typeof code === "string" || typeof code === "number")) {
    wire["code"] = typeof code === "string" ? cut(code, budget) : code;
  }
  if (depth > 0) {
    if (reason.cause !== undefined) wire["cause"] = encode(reason.cause, budget, depth - 1, trusted);
    const errors = (reason as AggregateError).errors;
    if (Array.isArray(errors)) {
      const kept: WireReason[] = [];
      for (const error of errors) {
        if (budget.left <= 0) break;
        kept.push(encode(error, budget, depth - 1, trusted));
      }
      wire["errors"] = kept;
    }
  }
  if (trusted && typeof reason.stack === "string") wire["stack"] = cut(reason.stack, budget);
  return wire;
}

function encodeValue(value: unknown, budget: Budget): WireReason {
  if (value === undefined) return {};
  try {
    const json = JSON.stringify(value);
    if (json !== undefined && json.length <= budget.left) {
      budget.left -= json.length;
      return { value: JSON.parse(json) };
    }
  } catch {
    // Described below.
  }
  return {
    name: "Error",
    message: cut(`A ${typeof value} that cannot cross the link was given as the reason`, budget),
  };
}

function cut(text: string, budget: Budget): string {
  const kept = text.length <= budget.left ? text : `${text.slice(0, Math.max(0, budget.left - 1))}…`;
  budget.left = Math.max(0, budget.left - kept.length);
  return kept;
}

function isErrorLike(value: unknown): value is Error {
  return value instanceof Error || isDomException(value) || Object.prototype.toString.call(value) === "[object Error]";
}

function isDomException(value: unknown): boolean {
  return Object.prototype.toString.call(value) === "[object DOMException]";
}

type Rebuild = (message: string, options: ErrorOptions, wire: WireReason) => Error;

/** The classes that cross as themselves. A Map of own names: `"toString"` is no class. */
const classes: ReadonlyMap<string, Rebuild> = new Map<string, Rebuild>([
  ["Error", (message, options) => new Error(message, options)],
  ["EvalError", (message, options) => new EvalError(message, options)],
  ["RangeError", (message, options) => new RangeError(message, options)],
  ["ReferenceError", (message, options) => new ReferenceError(message, options)],
  ["SyntaxError", (message, options) => new SyntaxError(message, options)],
  ["TypeError", (message, options) => new TypeError(message, options)],
  ["URIError", (message, options) => new URIError(message, options)],
  ["AggregateError", (message, options) => new AggregateError([], message, options)],
  ["StreamError", (message, options, { code }) => new StreamError(String(code), message, options)],
  ["LinkError", (message, options, { code }) => new LinkError(String(code), message, options)],
  [
    "ProtocolError",
    (message, options, { code }) => new ProtocolError(String(code), message, { ...options, origin: "local" }),
  ],
  ["RpcError", (message, options, { code }) => new RpcError(Number(code), message, options)],
]);

/** The names of https://webidl.spec.whatwg.org/#idl-DOMException-error-names that are in use. */
const domNames: ReadonlySet<string> = new Set(
  (
    "HierarchyRequestError WrongDocumentError InvalidCharacterError NoModificationAllowedError NotFoundError " +
    "NotSupportedError InUseAttributeError InvalidStateError InvalidModificationError NamespaceError SecurityError " +
    "NetworkError AbortError URLMismatchError QuotaExceededError TimeoutError InvalidNodeTypeError DataCloneError " +
    "EncodingError NotReadableError UnknownError ConstraintError DataError TransactionInactiveError ReadOnlyError " +
    "VersionError OperationError NotAllowedError OptOutError"
  ).split(" "),
);

/** The reason that came over the link, as the class that it had. Anything malformed becomes a plain Error. */
export function decodeReason(wire: unknown, depth: number = MAX_DEPTH): unknown {
  if (typeof wire !== "object" || wire === null) return new Error("The remote gave no valid reason");
  const reason = wire as WireReason;
  if (typeof reason.name !== "string") return reason.value;
  const message = String(reason.message ?? "").slice(0, MAX_REASON);
  const name = reason.name.slice(0, MAX_REASON);
  const options: ErrorOptions =
    reason.cause !== undefined && depth > 0 ? { cause: decodeReason(reason.cause, depth - 1) } : {};
  const error = rebuild(name, message, options, reason);
  if (Array.isArray(reason.errors) && depth > 0) {
    define(
      error,
      "errors",
      reason.errors.slice(0, MAX_REASON).map((each) => decodeReason(each, depth - 1)),
    );
  }
  if (typeof reason.stack === "string") define(error, "stack", reason.stack.slice(0, MAX_REASON));
  return error;
}

function rebuild(name: string, message: string, options: ErrorOptions, wire: WireReason): Error {
  const { code } = wire;
  if (domNames.has(name) && code === undefined && typeof DOMException === "function") {
    const error = new DOMException(message, name);
    if ("cause" in options) define(error, "cause", options.cause);
    return error;
  }
  const known = classes.get(name);
  if (known) {
    const error = known(message, options, wire);
    if ((typeof code === "string" || typeof code === "number") && !("code" in error)) define(error, "code", code);
    return error;
  }
  const error = new Error(message, options);
  define(error, "name", name);
  if (typeof code === "string" || typeof code === "number") define(error, "code", code);
  return error;
}

function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, configurable: true, enumerable: key === "code", writable: true });
}

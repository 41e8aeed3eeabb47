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
/** Levels of a value: half of what JSON text may have, for causes and the message are around it. */
const MOST_LEVELS = 32;
/** What each error or value among them takes beside its text. */
const PART = 16;

interface Budget {
  left: number;
}

/** A reason, ready to cross. `stack` is told to a trusted remote only. */
export function encodeReason(reason: unknown, trusted: boolean): WireReason {
  try {
    return encode(reason, { left: MAX_REASON }, MAX_DEPTH, trusted);
  } catch {
    // A getter of the reason's own threw: a reason must never keep an error from crossing.
    return { name: "Error", message: "The reason that was given cannot be read: a property of it throws" };
  }
}

function encode(reason: unknown, budget: Budget, depth: number, trusted: boolean): WireReason {
  if (!isErrorLike(reason)) return encodeValue(reason, budget);
  budget.left -= PART;
  const wire: Record<string, unknown> = { name: cut(String(reason.name ?? "Error"), budget), message: "" };
  const code = (reason as { code?: unknown }).code;
  // A DOMException's number is derived from its name, and rebuilt with it.
  if (!isDomException(reason) && (typeof code === "string" || typeof code === "number")) {
    wire["code"] = typeof code === "string" ? cut(code, budget) : code;
  }
  // The message may be long; what an error is called and caused by is worth more than its end.
  const rest = { left: Math.floor(budget.left / 2) };
  const message = cut(String(reason.message), rest);
  wire["message"] = message;
  budget.left -= message.length;
  if (depth > 0 && budget.left > 0) {
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
  if (trusted && budget.left > 0 && typeof reason.stack === "string") wire["stack"] = cut(reason.stack, budget);
  return wire;
}

function encodeValue(value: unknown, budget: Budget): WireReason {
  budget.left -= PART;
  if (value === undefined) return {};
  try {
    const json = JSON.stringify(value);
    const copy: unknown = json !== undefined && json.length <= budget.left ? JSON.parse(json) : undefined;
    if (json !== undefined && copy !== undefined && isTaken(copy, MOST_LEVELS)) {
      budget.left -= json.length;
      return { value: copy };
    }
  } catch {
    // Described below.
  }
  return {
    name: "Error",
    message: cut(
      `A ${typeof value} that cannot cross the link was given as the reason: give an Error, or a short JSON value`,
      budget,
    ),
  };
}

/** Would a remote that reads text take it? What it refuses of a reason would end the whole channel. */
function isTaken(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (levels === 0 || Object.hasOwn(value, "__proto__")) return false;
  return Object.values(value).every((each) => isTaken(each, levels - 1));
}

function cut(text: string, budget: Budget): string {
  if (budget.left <= 0) return "";
  const kept = text.length <= budget.left ? text : `${text.slice(0, budget.left - 1)}…`;
  budget.left -= kept.length;
  return kept;
}

function isErrorLike(value: unknown): value is Error {
  return value instanceof Error || isDomException(value) || Object.prototype.toString.call(value) === "[object Error]";
}

/** Of any realm; of this one, also those that have an interface of their own, as QuotaExceededError has by now. */
function isDomException(value: unknown): boolean {
  if (Object.prototype.toString.call(value) === "[object DOMException]") return true;
  return typeof DOMException === "function" && value instanceof DOMException;
}

type Rebuild = (message: string, options: ErrorOptions, code: string | number | undefined) => Error;

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
  ["StreamError", (message, options, code) => new StreamError(String(code ?? "UNKNOWN"), message, options)],
  ["LinkError", (message, options, code) => new LinkError(String(code ?? "UNKNOWN"), message, options)],
  [
    "ProtocolError",
    (message, options, code) => new ProtocolError(String(code ?? "UNKNOWN"), message, { ...options, origin: "local" }),
  ],
  ["RpcError", (message, options, code) => new RpcError(Number(code ?? 0), message, options)],
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
export function decodeReason(wire: unknown): unknown {
  // Shared references would unfold into far more than has come, so the parts are counted as they are made.
  return decode(wire, { left: MAX_REASON }, MAX_DEPTH);
}

function decode(wire: unknown, budget: Budget, depth: number): unknown {
  budget.left -= PART;
  if (typeof wire !== "object" || wire === null) return new Error("The remote gave no valid reason");
  const reason = wire as WireReason;
  if (typeof reason.name !== "string") return reason.value;
  const name = cut(reason.name, budget);
  const code = typeof reason.code === "string" ? cut(reason.code, budget) : reason.code;
  const message = typeof reason.message === "string" ? cut(reason.message, budget) : "";
  const deeper = depth > 0 && budget.left > 0;
  const options = deeper && reason.cause !== undefined ? { cause: decode(reason.cause, budget, depth - 1) } : {};
  const error = rebuild(
    name,
    message,
    options,
    typeof code === "string" || typeof code === "number" ? code : undefined,
  );
  if (deeper && Array.isArray(reason.errors)) define(error, "errors", decodeAll(reason.errors, budget, depth - 1));
  if (typeof reason.stack === "string" && budget.left > 0) define(error, "stack", cut(reason.stack, budget));
  return error;
}

function decodeAll(wires: readonly unknown[], budget: Budget, depth: number): unknown[] {
  const errors: unknown[] = [];
  for (const wire of wires) {
    if (budget.left <= 0) break;
    errors.push(decode(wire, budget, depth));
  }
  return errors;
}

function rebuild(name: string, message: string, options: ErrorOptions, code: string | number | undefined): Error {
  if (domNames.has(name) && code === undefined && typeof DOMException === "function") {
    const error = new DOMException(message, name);
    if ("cause" in options) define(error, "cause", options.cause);
    return error;
  }
  const known = classes.get(name);
  const error = known ? known(message, options, code) : new Error(message, options);
  if (!known) define(error, "name", name);
  if (code !== undefined && !("code" in error)) define(error, "code", code);
  return error;
}

function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, configurable: true, enumerable: key === "code", writable: true });
}

/**
 * The calls that we make: ids, the wait for a free place at the remote, answers, cancellation, time-outs. What the
 * remote calls is in `serving.ts`.
 */
import { mistake, ProtocolError, RpcError } from "../errors.ts";
import type { Scheduler } from "../link.ts";
import { decodeReason, encodeReason } from "../reason.ts";
import { copyValue, NOT_PLAIN } from "../wire/plain.ts";
import { RPC_CODES, type RpcErrorObject, type RpcMessage, type RpcResponse } from "./messages.ts";
import { readProgress } from "./progress.ts";
import { Signals } from "./signals.ts";

export interface CallOptions {
  /** Cancels the call; the promise rejects with the signal's own reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the call is cancelled and rejects with a TimeoutError; ∞ for none. Default: `limits.callTimeout`. */
  readonly timeout?: number | undefined;
  /** Called with what the method tells through `context.progress`, in order, before the call settles. */
  readonly onProgress?: ((value: unknown) => void) | undefined;
}

export interface CallsHost {
  readonly scheduler: Scheduler;
  /** Answers to calls that were never made, until they are a breach. */
  readonly unsolicited: number;
  /** Milliseconds for a call that has no time-out of its own. */
  readonly callTimeout: number;
  /** Is a remote told the stack of a reason? */
  readonly trusted: boolean;
  send(message: RpcMessage): void;
  /** The number of calls under way has changed. */
  changed(): void;
}

interface Call {
  readonly id: number;
  readonly method: string;
  params: unknown;
  sent: boolean;
  readonly onProgress: CallOptions["onProgress"];
  resolve(result: unknown): void;
  reject(reason: unknown): void;
}

export class Calls {
  readonly #host: CallsHost;
  #nextId = 1;
  readonly #pending = new Map<number, Call>();
  /** Of those, what waits for a place at the remote; and notifications behind them, which must not overtake. */
  #waiting: (Call | RpcMessage)[] = [];
  #allowed = Number.POSITIVE_INFINITY;
  /** The user's calls that were sent and not answered. */
  #open = 0;
  /** Calls that were given up and may still be answered, without blame; and whether they count towards `#open`. */
  readonly #givenUp = new Map<number, boolean>();
  #unsolicited = 0;
  readonly #signals = new Signals();
  #closed: { readonly reason: unknown } | undefined = undefined;

  constructor(host: CallsHost) {
    this.#host = host;
  }

  /** The user's calls under way; Sluice's own do not keep anything open. */
  get active(): number {
    let count = 0;
    for (const { method } of this.#pending.values()) if (!isSystem(method)) count++;
    return count;
  }

  /** So many calls the remote takes at once; more wait here, and can be cancelled. */
  allow(calls: number): void {
    this.#allowed = calls;
    this.#admit();
  }

  call(method: string, params: unknown, options: CallOptions = {}): Promise<unknown> {
    const { signal, onProgress } = options;
    try {
      checkCall(method, params);
      checkOptions(options);
    } catch (error) {
      return Promise.reject(error);
    }
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#closed) return Promise.reject(this.#closed.reason);
    const id = this.#nextId++;
    // How long Sluice's own take is no matter of a user's limit: a close may wait for long.
    const timeout = options.timeout ?? (isSystem(method) ? Number.POSITIVE_INFINITY : this.#host.callTimeout);
    return new Promise((resolve, reject) => {
      const release = (): void => {
        unwatch?.();
        stopTimer?.();
        this.#forget(call);
      };
      const call: Call = {
        id,
        method,
        params,
        sent: false,
        onProgress,
        resolve(result) {
          release();
          resolve(result);
        },
        reject(reason) {
          release();
          reject(reason);
        },
      };
      const stopTimer =
        timeout === Number.POSITIVE_INFINITY
          ? undefined
          : this.#host.scheduler.after(timeout, () => this.#giveUp(call, timedOut(method, timeout)));
      const unwatch = signal && this.#signals.watch(signal, () => this.#giveUp(call, signal.reason));
      this.#pending.set(id, call);
      this.#host.changed();
      if (isSystem(method) || this.#isFree) this.#send(call);
      else {
        call.params = snapshot(params);
        this.#waiting.push(call);
      }
    });
  }

  notify(method: string, params?: unknown): void {
    checkCall(method, params);
    if (this.#closed) return;
    const message = (given: unknown): RpcMessage => ({
      jsonrpc: "2.0",
      method,
      ...(given !== undefined && { params: given }),
    });
    if (this.#waiting.length === 0 && this.#allowed > 0) this.#host.send(message(params));
    else this.#waiting.push(message(snapshot(params)));
  }

  get #isFree(): boolean {
    return this.#waiting.length === 0 && this.#open < this.#allowed;
  }

  /** An answer of the remote. Throws a ProtocolError for one too many to a call that was never made. */
  answered({ id, result, error }: RpcResponse): void {
    const call = typeof id === "number" ? this.#pending.get(id) : undefined;
    if (call?.sent) {
      if (error === undefined || error === null) call.resolve(result);
      else call.reject(rebuild(error));
      return;
    }
    // Late answers to calls that we gave up are expected; second ones, and answers to calls never made, are not.
    const givenUp = typeof id === "number" ? this.#givenUp.get(id) : undefined;
    if (givenUp !== undefined) {
      this.#givenUp.delete(id as number);
      if (givenUp) this.#open--;
      this.#admit();
      return;
    }
    const { unsolicited } = this.#host;
    if (++this.#unsolicited > unsolicited) {
      throw new ProtocolError(
        "RESPONSE_FLOOD",
        `Cannot take more than ${unsolicited} answers to calls that were never made`,
      );
    }
  }

  /** `$/progress` of the remote. What nobody waits for any more is dropped. */
  progressed(params: unknown): void {
    const { id, value } = readProgress(params);
    const call = typeof id === "number" ? this.#pending.get(id) : undefined;
    if (!call?.sent) return;
    try {
      call.onProgress?.(value);
    } catch (error) {
      this.#giveUp(call, error);
    }
  }

  /** Nothing is sent or received any more: what waits rejects with `reasonFor` its method. */
  close(reasonFor: (call: string) => unknown): void {
    this.#closed = { reason: reasonFor("a call") };
    this.#waiting = [];
    for (const call of [...this.#pending.values()]) call.reject(reasonFor(`the call of "${call.method}"`));
  }

  #admit(): void {
    while (this.#waiting.length > 0 && this.#open < this.#allowed) {
      const next = this.#waiting.shift() as Call | RpcMessage;
      if ("jsonrpc" in next) this.#sendLate(next);
      else this.#send(next);
    }
  }

  #send(call: Call): void {
    const { id, method, params } = call;
    call.sent = true;
    if (!isSystem(method)) this.#open++;
    try {
      this.#host.send({ jsonrpc: "2.0", id, method, ...(params !== undefined && { params }) });
    } catch (error) {
      call.reject(error);
    }
  }

  /** A notification that had to wait; if it cannot cross there is nobody left to be told. */
  #sendLate(message: RpcMessage): void {
    try {
      this.#host.send(message);
    } catch {
      // A notification has no answer, not even an error.
    }
  }

  /** Cancelled, or timed out: the remote is told, and still answers; its place is taken until then. */
  #giveUp(call: Call, reason: unknown): void {
    const { id, sent, method } = call;
    if (!this.#pending.has(id)) return;
    const isCounted = sent && !isSystem(method);
    if (sent) this.#givenUp.set(id, isCounted);
    call.reject(reason);
    if (!sent || this.#closed) return;
    const params = { id, reason: encodeReason(reason, this.#host.trusted) };
    this.#host.send({ jsonrpc: "2.0", method: "$/cancel", params });
  }

  #forget(call: Call): void {
    if (!this.#pending.delete(call.id)) return;
    if (!call.sent) this.#waiting = this.#waiting.filter((each) => each !== call);
    else if (!isSystem(call.method) && !this.#givenUp.has(call.id)) this.#open--;
    this.#host.changed();
    this.#admit();
  }
}

/** What has to wait is sent as it was: the caller may change a plain object meanwhile. */
function snapshot(params: unknown): unknown {
  const copy = copyValue(params);
  return copy === NOT_PLAIN ? params : copy;
}

function isSystem(method: string): boolean {
  return method.startsWith("$/");
}

/** The error of an answer: what the method threw, if it says so, else an RpcError. */
function rebuild(error: RpcErrorObject): unknown {
  const { code, message, data } = error;
  const reason = typeof data === "object" && data !== null ? (data as { reason?: unknown }).reason : undefined;
  if (code === RPC_CODES.serverError && typeof reason === "object" && reason !== null) return decodeReason(reason);
  const number = typeof code === "number" ? code : RPC_CODES.internalError;
  return new RpcError(number, typeof message === "string" ? message : "The remote gave no message", { data });
}

function checkCall(method: unknown, params: unknown): void {
  if (typeof method !== "string" || method === "") {
    throw mistake(new TypeError("Cannot call a method: its name must be a string that is not empty"), "BAD_METHOD");
  }
  if (params !== undefined && (typeof params !== "object" || params === null)) {
    throw mistake(
      new TypeError(`Cannot call "${method}": params must be an object or an array, as JSON-RPC wants`),
      "BAD_PARAMS",
    );
  }
}

function checkOptions({ signal, timeout, onProgress }: CallOptions): void {
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw mistake(new TypeError("Cannot use the onProgress of a call: pass a function"), "BAD_OPTION");
  }
  if (signal !== undefined && typeof signal?.addEventListener !== "function") {
    throw mistake(
      new TypeError("Cannot use the signal of a call: pass an AbortSignal, a controller's .signal"),
      "BAD_OPTION",
    );
  }
  if (timeout === undefined || (typeof timeout === "number" && timeout >= 0)) return;
  throw mistake(
    new RangeError(`Cannot use the timeout ${String(timeout)}: pass milliseconds, 0 or more`),
    "BAD_OPTION",
  );
}

function timedOut(method: string, timeout: number): DOMException {
  return new DOMException(`The call of "${method}" was not answered within ${timeout} ms`, "TimeoutError");
}

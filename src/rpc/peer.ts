/**
 * A light JSON-RPC 2.0 peer: both ends call and answer. It knows ids, answers and cancellation; it does not know how a
 * message travels, nor what a stream is. Methods are in Maps of own names, so that `"constructor"` is not found.
 */
import { mistake, ProtocolError, RpcError } from "../errors.ts";
import type { Scheduler } from "../link.ts";
import { decodeReason, encodeReason } from "../reason.ts";
import { isId, RPC_CODES, type RpcErrorObject, type RpcId, type RpcMessage, type RpcResponse } from "./messages.ts";

/** What a method is told beside its params. */
export interface CallContext {
  /** Aborted when the caller cancels, or the connection is lost. */
  readonly signal: AbortSignal;
}

export type Method = (params: never, context: CallContext) => unknown;

export interface CallOptions {
  /** Cancels the call; the promise rejects with the signal's own reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the call is cancelled and rejects with a TimeoutError. Default: none. */
  readonly timeout?: number | undefined;
}

export interface RpcHost {
  readonly scheduler: Scheduler;
  readonly trusted: boolean;
  /** Calls of the remote in progress at once. */
  readonly calls: number;
  /** Answers to calls that were never made, until they are a breach. */
  readonly unsolicited: number;
  send(message: RpcMessage): void;
  /** The number of calls under way has changed. */
  changed(): void;
}

interface PendingCall {
  readonly method: string;
  resolve(result: unknown): void;
  reject(reason: unknown): void;
}

export class RpcPeer {
  readonly #host: RpcHost;
  readonly #methods: ReadonlyMap<string, Method>;
  readonly #system: ReadonlyMap<string, Method>;
  #nextId = 1;
  readonly #pending = new Map<number, PendingCall>();
  /** Calls of the remote that are not answered yet. */
  readonly #serving = new Map<RpcId, { readonly method: string; readonly controller: AbortController }>();
  #unsolicited = 0;
  #refusing: { readonly reason: unknown } | undefined = undefined;
  #closed: { readonly reason: unknown } | undefined = undefined;

  /** `system` holds Sluice's own methods, which start with `$/`; `methods` the user's. */
  constructor(host: RpcHost, methods: ReadonlyMap<string, Method>, system: ReadonlyMap<string, Method>) {
    this.#host = host;
    this.#methods = methods;
    this.#system = system;
  }

  /** The user's calls under way, in both directions; Sluice's own do not keep anything open. */
  get active(): number {
    const own = (name: string): number => (name.startsWith("$/") ? 0 : 1);
    let count = 0;
    for (const { method } of this.#pending.values()) count += own(method);
    for (const { method } of this.#serving.values()) count += own(method);
    return count;
  }

  call(method: string, params: unknown, options: CallOptions = {}): Promise<unknown> {
    const { signal, timeout } = options;
    try {
      checkParams(method, params);
      checkTimeout(timeout);
    } catch (error) {
      return Promise.reject(error);
    }
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#closed) return Promise.reject(this.#closed.reason);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const release = (): void => {
        signal?.removeEventListener("abort", aborted);
        stopTimer?.();
        this.#pending.delete(id);
        this.#host.changed();
      };
      const cancel = (reason: unknown): void => {
        release();
        reject(reason);
        this.notify("$/cancel", { id });
      };
      const aborted = (): void => cancel(signal?.reason);
      const stopTimer =
        timeout === undefined
          ? undefined
          : this.#host.scheduler.after(timeout, () => cancel(timedOut(method, timeout)));
      this.#pending.set(id, {
        method,
        resolve: (result) => {
          release();
          resolve(result);
        },
        reject: (reason) => {
          release();
          reject(reason);
        },
      });
      signal?.addEventListener("abort", aborted, { once: true });
      this.#host.changed();
      try {
        this.#host.send({ jsonrpc: "2.0", id, method, ...(params !== undefined && { params }) });
      } catch (error) {
        release();
        reject(error);
      }
    });
  }

  notify(method: string, params?: unknown): void {
    checkParams(method, params);
    if (this.#closed) return;
    this.#host.send({ jsonrpc: "2.0", method, ...(params !== undefined && { params }) });
  }

  /** A message of the remote. Throws a ProtocolError for what ends the channel. */
  receive(message: Record<string, unknown>): void {
    if (typeof message["method"] === "string") this.#serve(message["method"], message["params"], message["id"]);
    else if (Object.hasOwn(message, "result") || Object.hasOwn(message, "error"))
      this.#answered(message as unknown as RpcResponse);
    else this.#refuse(message["id"], RPC_CODES.invalidRequest, "Cannot read a request: it has no method");
  }

  /** `$/cancel` of the remote: the call is still answered, by the method that was told to stop. */
  cancelled(id: unknown): void {
    if (isId(id))
      this.#serving.get(id)?.controller.abort(new DOMException("The caller has cancelled the call", "AbortError"));
  }

  /** From now on the remote's calls are answered with this error; Sluice's own methods still work. */
  refuse(reason: unknown): void {
    this.#refusing = { reason };
  }

  /** Nothing is sent or received any more: what waits rejects with `reasonFor` its method. */
  close(reasonFor: (call: string) => unknown): void {
    if (this.#closed) return;
    this.#closed = { reason: reasonFor("a call") };
    for (const call of [...this.#pending.values()]) call.reject(reasonFor(`the call of "${call.method}"`));
    for (const { controller } of this.#serving.values()) controller.abort(this.#closed.reason);
    this.#serving.clear();
  }

  #serve(name: string, params: unknown, id: unknown): void {
    if (id === undefined) {
      this.#run(name, params, new AbortController().signal).catch(() => {
        // A notification is never answered, not even with its error.
      });
      return;
    }
    const refusal = this.#refusal(name, id);
    if (refusal !== undefined) {
      this.#refuse(id, refusal.code, refusal.message);
      return;
    }
    const controller = new AbortController();
    this.#serving.set(id as RpcId, { method: name, controller });
    this.#host.changed();
    this.#run(name, params, controller.signal).then(
      (result) =>
        this.#answer(id as RpcId, { jsonrpc: "2.0", id: id as RpcId, result: result === undefined ? null : result }),
      (error) => this.#answer(id as RpcId, { jsonrpc: "2.0", id: id as RpcId, error: this.#describe(error) }),
    );
  }

  /** Why a request cannot be served, if so. */
  #refusal(name: string, id: unknown): RpcErrorObject | undefined {
    const { invalidRequest, serverError } = RPC_CODES;
    if (!isId(id)) return { code: invalidRequest, message: "Cannot answer a request: its id is no string or number" };
    if (this.#serving.has(id)) {
      return { code: invalidRequest, message: `Cannot answer a request: id ${String(id)} is in use already` };
    }
    if (this.#serving.size < this.#host.calls) return undefined;
    return { code: serverError, message: `Cannot serve "${name}": ${this.#host.calls} calls are in progress already` };
  }

  async #run(name: string, params: unknown, signal: AbortSignal): Promise<unknown> {
    const system = this.#system.get(name);
    if (system === undefined && this.#refusing !== undefined) throw this.#refusing.reason;
    const method = system ?? this.#methods.get(name);
    if (method === undefined)
      throw new RpcError(RPC_CODES.methodNotFound, `Cannot call "${name}": the remote has no such method`);
    return await method(params as never, { signal });
  }

  #answer(id: RpcId, response: RpcResponse): void {
    if (!this.#serving.delete(id)) return;
    try {
      this.#host.send(response);
    } catch (error) {
      // The result cannot cross: the caller gets that as the error.
      this.#host.send({ jsonrpc: "2.0", id, error: this.#describe(error) });
    }
    this.#host.changed();
  }

  #refuse(id: unknown, code: number, message: string): void {
    this.#host.send({ jsonrpc: "2.0", id: isId(id) ? id : null, error: { code, message } });
  }

  #describe(error: unknown): RpcErrorObject {
    if (error instanceof RpcError) {
      const { code, message, data } = error;
      return data === undefined ? { code, message } : { code, message, data };
    }
    const message = error instanceof Error ? error.message : String(error);
    return { code: RPC_CODES.serverError, message, data: { reason: encodeReason(error, this.#host.trusted) } };
  }

  #answered({ id, result, error }: RpcResponse): void {
    const call = typeof id === "number" ? this.#pending.get(id) : undefined;
    if (call === undefined) {
      // Late answers to calls that we cancelled are expected; answers to calls never made are not.
      const late = typeof id === "number" && Number.isInteger(id) && id > 0 && id < this.#nextId;
      if (!late && ++this.#unsolicited > this.#host.unsolicited) {
        throw new ProtocolError(
          "RESPONSE_FLOOD",
          `Cannot take more than ${this.#host.unsolicited} answers to calls that were never made`,
        );
      }
      return;
    }
    if (error === undefined) call.resolve(result);
    else call.reject(rebuild(error));
  }
}

/** The error of an answer: what the method threw, if it says so, else an RpcError. */
function rebuild(error: RpcErrorObject): unknown {
  const code = typeof error?.code === "number" ? error.code : RPC_CODES.internalError;
  const data = error?.data as { reason?: unknown } | undefined;
  if (code === RPC_CODES.serverError && typeof data === "object" && data !== null && Object.hasOwn(data, "reason")) {
    return decodeReason(data.reason);
  }
  return new RpcError(code, typeof error?.message === "string" ? error.message : "The remote gave no message", {
    data,
  });
}

function checkParams(method: unknown, params: unknown): void {
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

function checkTimeout(timeout: unknown): void {
  if (timeout === undefined || (typeof timeout === "number" && timeout >= 0)) return;
  throw mistake(
    new RangeError(`Cannot use the timeout ${String(timeout)}: pass milliseconds, 0 or more`),
    "BAD_OPTION",
  );
}

function timedOut(method: string, timeout: number): DOMException {
  return new DOMException(`The call of "${method}" was not answered within ${timeout} ms`, "TimeoutError");
}

/**
 * The calls of the remote: which method, how many at once, their answers, each exactly once. Methods are in Maps of own
 * names, so that `"constructor"` is not found.
 */
import { RpcError } from "../errors.ts";
import { decodeReason, encodeReason } from "../reason.ts";
import type { Reply } from "./batch.ts";
import { isId, RPC_CODES, type RpcErrorObject, type RpcId, type RpcMessage, type RpcResponse } from "./messages.ts";
import { makeProgress } from "./progress.ts";

/** What a method is told beside its params. */
export interface CallContext {
  /** Aborted with the caller's reason when it cancels, or when the connection is lost. */
  readonly signal: AbortSignal;
  /** Tells the caller's `onProgress` a value, like those in params. Nothing once answered or cancelled, or in a notification. */
  progress(value: unknown): void;
}

export type Method = (params: never, context: CallContext) => unknown;

export interface ServingHost {
  readonly trusted: boolean;
  /** Calls of the remote in progress at once. */
  readonly calls: number;
  send(message: RpcMessage | readonly RpcMessage[]): void;
  /** The number of calls under way has changed. */
  changed(): void;
}

interface Served {
  readonly method: string;
  readonly controller: AbortController;
}

export class Serving {
  readonly #host: ServingHost;
  readonly #methods: ReadonlyMap<string, Method>;
  readonly #system: ReadonlyMap<string, Method>;
  /** Not answered yet; a notification, which never is, has a key of its own until its method settles. */
  readonly #served = new Map<RpcId | object, Served>();
  readonly #send: Reply = (response) => this.#host.send(response);
  #refusing: { readonly reason: unknown } | undefined = undefined;

  constructor(host: ServingHost, methods: ReadonlyMap<string, Method>, system: ReadonlyMap<string, Method>) {
    this.#host = host;
    this.#methods = methods;
    this.#system = system;
  }

  /** The user's methods that owe an answer. */
  get active(): number {
    let count = 0;
    for (const [key, { method }] of this.#served) if (isId(key) && !this.#system.has(method)) count++;
    return count;
  }

  /** The answer goes to `reply`, which may throw if it cannot cross. */
  serve(method: string, params: unknown, id: unknown, reply: Reply = this.#send): void {
    if (id === undefined) {
      this.#serveNotification(method, params);
      return;
    }
    const refusal = this.#refusedId(id) ?? this.#refusal(method, params);
    if (refusal !== undefined) {
      this.refuse(id, refusal, reply);
      return;
    }
    const key = id as RpcId;
    const served = this.#begin(key, method);
    const { signal } = served.controller;
    const progress = (value: unknown): void => {
      if (this.#served.get(key) === served && !signal.aborted) this.#host.send(makeProgress(key, value));
    };
    this.#run(method, params, { signal, progress }).then(
      (result) => this.#answer(key, { jsonrpc: "2.0", id: key, result: result === undefined ? null : result }, reply),
      (error) => this.#answer(key, { jsonrpc: "2.0", id: key, error: this.#describe(error) }, reply),
    );
  }

  refuse(id: unknown, error: RpcErrorObject, reply: Reply = this.#send): void {
    reply({ jsonrpc: "2.0", id: isId(id) ? id : null, error });
  }

  /** `$/cancel` of the remote: the call is still answered, by the method that was told to stop. */
  cancelled(id: unknown, reason?: unknown): void {
    const served = isId(id) ? this.#served.get(id) : undefined;
    served?.controller.abort(
      reason === undefined ? new DOMException("The caller has cancelled the call", "AbortError") : decodeReason(reason),
    );
  }

  /** From now on the remote's calls are answered with this error; Sluice's own methods still work. */
  refuseAll(reason: unknown): void {
    this.#refusing = { reason };
  }

  close(reason: unknown): void {
    for (const { controller } of this.#served.values()) controller.abort(reason);
    this.#served.clear();
  }

  #begin(key: RpcId | object, method: string): Served {
    const served = { method, controller: new AbortController() };
    this.#served.set(key, served);
    this.#host.changed();
    return served;
  }

  /** Nobody is told of its errors, nor that there were too many at once. */
  #serveNotification(method: string, params: unknown): void {
    if (this.#refusal(method, params) !== undefined) return;
    const key = {};
    const { signal } = this.#begin(key, method).controller;
    const done = (): void => {
      this.#served.delete(key);
    };
    this.#run(method, params, { signal, progress: () => {} }).then(done, done);
  }

  #refusedId(id: unknown): RpcErrorObject | undefined {
    const code = RPC_CODES.invalidRequest;
    if (!isId(id)) return { code, message: "Cannot answer a request: its id is no string or number" };
    if (!this.#served.has(id)) return undefined;
    return { code, message: `Cannot answer a request: id ${String(id)} is in use already` };
  }

  /** Why a method cannot be run, if so. */
  #refusal(method: string, params: unknown): RpcErrorObject | undefined {
    const { invalidParams, serverError } = RPC_CODES;
    if (params !== undefined && (typeof params !== "object" || params === null)) {
      return { code: invalidParams, message: `Cannot call "${method}": params must be an object or an array` };
    }
    if (this.#served.size < this.#host.calls || this.#system.has(method)) return undefined;
    return {
      code: serverError,
      message: `Cannot serve "${method}": ${this.#host.calls} calls are in progress already`,
    };
  }

  async #run(name: string, params: unknown, context: CallContext): Promise<unknown> {
    const system = this.#system.get(name);
    if (system === undefined && this.#refusing !== undefined) throw this.#refusing.reason;
    const method = system ?? this.#methods.get(name);
    if (method === undefined) {
      throw new RpcError(RPC_CODES.methodNotFound, `Cannot call "${name}": the remote has no such method`);
    }
    return await method(params as never, context);
  }

  #answer(id: RpcId, response: RpcResponse, reply: Reply): void {
    if (!this.#served.delete(id)) return;
    try {
      reply(response);
    } catch (error) {
      // The result, or an error's data, cannot cross: the caller is told so.
      const given = response.error;
      const told = given === undefined ? this.#describe(error) : { code: given.code, message: given.message };
      reply({ jsonrpc: "2.0", id, error: told });
    }
    this.#host.changed();
  }

  #describe(error: unknown): RpcErrorObject {
    if (error instanceof RpcError) {
      const { code, message, data } = error;
      return data === undefined ? { code, message } : { code, message, data };
    }
    const reason = encodeReason(error, this.#host.trusted);
    return {
      code: RPC_CODES.serverError,
      message: reason.message ?? "The method threw what is no error",
      data: { reason },
    };
  }
}

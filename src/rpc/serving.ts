/**
 * The calls of the remote: which method, how many at once, their answers, each exactly once. Methods are in Maps of own
 * names, so that `"constructor"` is not found.
 */
import { RpcError } from "../errors.ts";
import { encodeReason } from "../reason.ts";
import { isId, RPC_CODES, type RpcErrorObject, type RpcId, type RpcMessage, type RpcResponse } from "./messages.ts";

/** What a method is told beside its params. */
export interface CallContext {
  /** Aborted when the caller cancels, or the connection is lost. */
  readonly signal: AbortSignal;
}

export type Method = (params: never, context: CallContext) => unknown;

export interface ServingHost {
  readonly trusted: boolean;
  /** Calls of the remote in progress at once. */
  readonly calls: number;
  send(message: RpcMessage): void;
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

  serve(method: string, params: unknown, id: unknown): void {
    if (id === undefined) {
      this.#serveNotification(method, params);
      return;
    }
    const refusal = this.#refusedId(id) ?? this.#refusal(method, params);
    if (refusal !== undefined) {
      this.refuse(id, refusal);
      return;
    }
    const key = id as RpcId;
    const { signal } = this.#begin(key, method);
    this.#run(method, params, signal).then(
      (result) => this.#answer(key, { jsonrpc: "2.0", id: key, result: result === undefined ? null : result }),
      (error) => this.#answer(key, { jsonrpc: "2.0", id: key, error: this.#describe(error) }),
    );
  }

  refuse(id: unknown, error: RpcErrorObject): void {
    this.#host.send({ jsonrpc: "2.0", id: isId(id) ? id : null, error });
  }

  /** `$/cancel` of the remote: the call is still answered, by the method that was told to stop. */
  cancelled(id: unknown): void {
    if (!isId(id)) return;
    const served = this.#served.get(id);
    if (served === undefined) return;
    const message = `The caller has cancelled its call of "${served.method}"`;
    served.controller.abort(new DOMException(message, "AbortError"));
  }

  /** From now on the remote's calls are answered with this error; Sluice's own methods still work. */
  refuseAll(reason: unknown): void {
    this.#refusing = { reason };
  }

  close(reason: unknown): void {
    for (const { controller } of this.#served.values()) controller.abort(reason);
    this.#served.clear();
  }

  #begin(key: RpcId | object, method: string): AbortController {
    const controller = new AbortController();
    this.#served.set(key, { method, controller });
    this.#host.changed();
    return controller;
  }

  /** Nobody is told of its errors, nor that there were too many at once. */
  #serveNotification(method: string, params: unknown): void {
    if (this.#refusal(method, params) !== undefined) return;
    const key = {};
    const { signal } = this.#begin(key, method);
    const done = (): void => {
      this.#served.delete(key);
    };
    this.#run(method, params, signal).then(done, done);
  }

  #refusedId(id: unknown): RpcErrorObject | undefined {
    const code = RPC_CODES.invalidRequest;
    if (!isId(id)) return { code, message: "Cannot answer a request: its id must be a string or a number" };
    if (!this.#served.has(id)) return undefined;
    return { code, message: `Cannot answer a request: id ${String(id)} is in use already, use another for each` };
  }

  /** Why a method cannot be run, if so. */
  #refusal(method: string, params: unknown): RpcErrorObject | undefined {
    const { invalidParams, serverError } = RPC_CODES;
    if (params !== undefined && (typeof params !== "object" || params === null)) {
      return {
        code: invalidParams,
        message: `Cannot call "${method}": params must be an object or an array, wrap them in one`,
      };
    }
    if (this.#served.size < this.#host.calls || this.#system.has(method)) return undefined;
    return {
      code: serverError,
      message: `Cannot serve "${method}": ${this.#host.calls} calls are in progress already, call again once one is answered`,
    };
  }

  async #run(name: string, params: unknown, signal: AbortSignal): Promise<unknown> {
    const system = this.#system.get(name);
    if (system === undefined && this.#refusing !== undefined) throw this.#refusing.reason;
    const method = system ?? this.#methods.get(name);
    if (method === undefined) {
      throw new RpcError(
        RPC_CODES.methodNotFound,
        `Cannot call "${name}": the remote has no such method, name it in its definition`,
      );
    }
    return await method(params as never, { signal });
  }

  #answer(id: RpcId, response: RpcResponse): void {
    if (!this.#served.delete(id)) return;
    try {
      this.#host.send(response);
    } catch (error) {
      // The result, or an error's data, cannot cross: the caller is told so.
      const given = response.error;
      const told = given === undefined ? this.#describe(error) : { code: given.code, message: given.message };
      this.#host.send({ jsonrpc: "2.0", id, error: told });
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

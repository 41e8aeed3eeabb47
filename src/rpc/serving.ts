/**
 * The calls of the remote: which method, how many at once, their answers, each exactly once. Methods are in Maps of own
 * names, so that `"constructor"` is not found.
 */
import { RpcError, StreamError } from "../errors.ts";
import { encodeReason } from "../reason.ts";
import type { Arrival } from "../stream/arrival.ts";
import type { ChannelStream } from "../stream/stream.ts";
import { isId, RPC_CODES, type RpcErrorObject, type RpcId, type RpcMessage, type RpcResponse } from "./messages.ts";
import { abandon, type Encoded, endAll, type Received, type Values } from "./values.ts";

/** What a method is told beside its params. */
export interface CallContext {
  /** Aborted when the caller cancels, or the connection is lost. */
  readonly signal: AbortSignal;
  /** Have all chunks come that the caller had sent on the default stream before? False: that direction has ended. */
  readonly dataComplete: boolean;
  /** Resolves once these chunks have been handled: once what `onData`'s function gave for each has settled. */
  dataHandled(): Promise<void>;
}

export type Method = (params: never, context: CallContext) => unknown;

export interface ServingHost {
  readonly trusted: boolean;
  /** Calls of the remote in progress at once. */
  readonly calls: number;
  readonly values: Values;
  send(message: RpcMessage): void;
  /** The number of calls under way has changed. */
  changed(): void;
}

/** What a request, or a notification, says. */
interface Request {
  readonly method: string;
  readonly params: unknown;
  readonly id: unknown;
  readonly streams: unknown;
}

interface Served {
  readonly method: string;
  readonly controller: AbortController;
}

/** What a method gave, and what it was given. */
interface Result {
  readonly result: unknown;
  readonly received: Received;
  readonly method: string;
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

  serve(request: Request, arrival: Arrival): void {
    const { method, params, id, streams } = request;
    const refusal = (id === undefined ? undefined : this.#refusedId(id)) ?? this.#refusal(method, params);
    if (refusal !== undefined) {
      this.#host.values.release(streams, new RpcError(refusal.code, refusal.message));
      // Nobody is told of a notification's errors, nor that there were too many at once.
      if (id !== undefined) this.refuse(id, refusal);
      return;
    }
    const key = id === undefined ? {} : (id as RpcId);
    const controller = this.#begin(key, method);
    this.#receive(request, key, controller.signal, (received) => {
      this.#run(method, received, controller.signal, arrival).then(
        (result) => this.#finish(key, controller, result),
        (error) => {
          endAll(streamsOf(received), error);
          this.#fail(key, error);
        },
      );
    });
  }

  /** The params with their streams in place. A call that is cancelled while it waits for those is answered all the same. */
  #receive(
    { params, streams }: Request,
    key: RpcId | object,
    signal: AbortSignal,
    then: (received: Received) => void,
  ): void {
    if (streams === undefined) {
      then({ value: params, streams: [] });
      return;
    }
    const cancel = (): void => this.#fail(key, signal.reason);
    signal.addEventListener("abort", cancel, { once: true });
    this.#host.values.decode(params, streams, (received) => {
      signal.removeEventListener("abort", cancel);
      if (signal.aborted) endAll(streamsOf(received), signal.reason);
      else then(received);
    });
  }

  refuse(id: unknown, error: RpcErrorObject): void {
    this.#host.send({ jsonrpc: "2.0", id: isId(id) ? id : null, error });
  }

  /** `$/cancel` of the remote: the call is still answered, by the method that was told to stop. */
  cancelled(id: unknown): void {
    if (!isId(id)) return;
    this.#served.get(id)?.controller.abort(new DOMException("The caller has cancelled the call", "AbortError"));
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

  async #run(name: string, received: Received, signal: AbortSignal, arrival: Arrival): Promise<Result> {
    const system = this.#system.get(name);
    if (system === undefined && this.#refusing !== undefined) throw this.#refusing.reason;
    const method = system ?? this.#methods.get(name);
    if (method === undefined) {
      throw new RpcError(RPC_CODES.methodNotFound, `Cannot call "${name}": the remote has no such method`);
    }
    const waits = arrival.wait(signal);
    if (waits !== undefined) await waits;
    const { complete, handled } = arrival;
    const result = await method(received.value as never, {
      signal,
      dataComplete: complete(),
      dataHandled: () => handled(),
    });
    return { result, received, method: name };
  }

  /** The method has settled: answers, and lets go of what it left of the streams that it was given. */
  #finish(key: RpcId | object, controller: AbortController, { result, received, method }: Result): void {
    let encoded: Encoded | undefined;
    try {
      encoded =
        this.#system.has(method) || result === undefined
          ? undefined
          : this.#host.values.encode(result, `Cannot answer "${method}": result`);
    } catch (error) {
      endAll(streamsOf(received), error);
      this.#fail(key, error);
      return;
    }
    if (!isId(key) || !this.#served.has(key)) {
      encoded?.discard(
        new StreamError("STREAM_ABANDONED", `Cannot send the streams that "${method}" gave: nobody waits`),
      );
      this.#served.delete(key);
    } else {
      // A stream of the result is a part of the call: who stops reading it stops the method.
      const opened = encoded?.open((reason) => controller.abort(reason));
      const value = encoded === undefined ? (result ?? null) : encoded.value;
      this.#answer(key, { jsonrpc: "2.0", id: key, result: value, ...(opened?.wires && { streams: opened.wires }) });
    }
    abandon(received.streams, method);
  }

  #fail(key: RpcId | object, error: unknown): void {
    if (isId(key)) this.#answer(key, { jsonrpc: "2.0", id: key, error: this.#describe(error) });
    else this.#served.delete(key);
  }

  #answer(id: RpcId, response: RpcResponse): void {
    if (!this.#served.delete(id)) return;
    try {
      this.#host.send(response);
    } catch (error) {
      // An error's data cannot cross: the caller is told so.
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

function streamsOf({ streams }: Received): ChannelStream[] {
  return streams.map(({ stream }) => stream);
}

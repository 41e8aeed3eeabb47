/**
 * The calls of the remote: which method, how many at once, their answers, each exactly once. Methods are in Maps of own
 * names, so that `"constructor"` is not found.
 */
import { RpcError, StreamError } from "../errors.ts";
import { decodeReason } from "../reason.ts";
import type { Arrival } from "../stream/arrival.ts";
import type { Duplex } from "../stream/stream.ts";
import { type Obstacle, type Reply, sendAnswer } from "./answer.ts";
import { describe } from "./failure.ts";
import {
  isId,
  RPC_CODES,
  type RpcErrorObject,
  type RpcId,
  type RpcMessage,
  type RpcResponse,
  resultOf,
} from "./messages.ts";
import { makeProgress } from "./progress.ts";
import { type CallContext, Context, Served } from "./served.ts";
import { abandonAll, discardIn, type Encoded, endAll, type Received, type Values } from "./values.ts";

/** Calls of Sluice's own methods at once: a remote has two or three, pings of an impatient one may gather. */
const MOST_OWN = 1_024;

export type Method = (params: never, context: CallContext) => unknown;

export interface ServingHost {
  readonly trusted: boolean;
  /** Calls of the remote in progress at once. */
  readonly calls: number;
  readonly values: Values;
  send(message: RpcMessage | readonly RpcMessage[]): void;
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
  /** Of these, calls of the user's methods, and of Sluice's own; the others are notifications. Each kind has a limit. */
  #active = 0;
  #own = 0;
  readonly #send: Reply = (answer) => {
    const { values, trusted } = this.#host;
    const send = (response: RpcResponse): void => this.#host.send(response);
    values.naming.whenRoom(answer.streams, () => sendAnswer(answer, send, trusted));
  };
  #refusing: { readonly reason: unknown } | undefined = undefined;

  constructor(host: ServingHost, methods: ReadonlyMap<string, Method>, system: ReadonlyMap<string, Method>) {
    this.#host = host;
    this.#methods = methods;
    this.#system = system;
  }

  /** Calls of the user's methods, which owe an answer. */
  get active(): number {
    return this.#active;
  }

  /** The answer goes to `reply`, which may throw if it cannot cross: then less of it does. */
  serve(request: Request, arrival: Arrival, reply: Reply = this.#send): void {
    const { method, params, id, streams } = request;
    const refusal =
      (id === undefined ? undefined : this.#refusedId(id)) ?? this.#refusal(method, params, id === undefined);
    if (refusal !== undefined) {
      this.#host.values.release(streams, new StreamError("STREAM_ABANDONED", refusal.message));
      // Nobody is told of a notification's errors, nor that there were too many at once.
      if (id !== undefined) this.refuse(id, refusal, reply);
      return;
    }
    const key = id === undefined ? {} : (id as RpcId);
    const served = this.#begin(key, method, reply);
    this.#receive(request, key, served, (received) => {
      const context = new Context(served, arrival, (value) => this.#progress(key, served, value));
      this.#run(method, received, context, arrival)
        .then((result) => this.#finish(key, served, result))
        .catch((error) => {
          endAll(received.streams, error);
          this.#fail(key, served, error);
        });
    });
  }

  /** The params with their streams in place. A call that is cancelled while it waits for those is answered all the same. */
  #receive(
    { params, streams }: Request,
    key: RpcId | object,
    served: Served,
    then: (received: Received) => void,
  ): void {
    if (streams === undefined) {
      then({ value: params, streams: [] });
      return;
    }
    const { signal } = served;
    const cancel = (): void => this.#fail(key, served, signal.reason);
    signal.addEventListener("abort", cancel, { once: true });
    this.#host.values.decode(params, streams, (received) => {
      signal.removeEventListener("abort", cancel);
      if (signal.aborted) endAll(received.streams, signal.reason);
      else then(received);
    });
  }

  /** Its progress is worth nothing once it was answered. */
  #progress(key: RpcId | object, served: Served, value: unknown): void {
    if (isId(key) && this.#served.get(key) === served && !served.aborted)
      this.#host.send(makeProgress(key, value, served.method));
  }

  refuse(id: unknown, error: RpcErrorObject, reply: Reply = this.#send): void {
    reply({ response: { jsonrpc: "2.0", id: isId(id) ? id : null, error }, streams: 0, sent: () => {} });
  }

  /** `$/cancel` of the remote: the call is still answered, by the method that was told to stop. */
  cancelled(id: unknown, reason?: unknown): void {
    const served = isId(id) ? this.#served.get(id) : undefined;
    if (served === undefined) return;
    const message = `The caller has cancelled its call of "${served.method}"`;
    served.abort(reason === undefined ? new DOMException(message, "AbortError") : decodeReason(reason));
  }

  /** From now on the remote's calls are answered with this error; Sluice's own methods still work. */
  refuseAll(reason: unknown): void {
    this.#refusing = { reason };
  }

  close(reason: unknown): void {
    for (const served of this.#served.values()) {
      served.abort(reason);
      served.result?.discard(reason);
    }
    this.#served.clear();
    this.#active = 0;
    this.#own = 0;
  }

  #begin(key: RpcId | object, method: string, reply: Reply): Served {
    const served = new Served(method, reply);
    this.#served.set(key, served);
    if (this.#system.has(method)) this.#own++;
    else if (isId(key)) this.#active++;
    this.#host.changed();
    return served;
  }

  /** It was answered, or is a notification whose method has settled. False: it was over before, with the channel. */
  #end(key: RpcId | object, { method }: Served): boolean {
    if (!this.#served.delete(key)) return false;
    if (this.#system.has(method)) this.#own--;
    else if (isId(key)) this.#active--;
    return true;
  }

  #refusedId(id: unknown): RpcErrorObject | undefined {
    const code = RPC_CODES.invalidRequest;
    if (!isId(id)) return { code, message: "Cannot answer a request: its id must be a string or a number" };
    if (!this.#served.has(id)) return undefined;
    return { code, message: `Cannot answer a request: id ${String(id)} is in use already, use another for each` };
  }

  /** Why a method cannot be run, if so. */
  #refusal(method: string, params: unknown, isNotice: boolean): RpcErrorObject | undefined {
    const { invalidParams, serverError } = RPC_CODES;
    if (params !== undefined && (typeof params !== "object" || params === null)) {
      return {
        code: invalidParams,
        message: `Cannot call "${method}": params must be an object or an array, wrap them in one`,
      };
    }
    const isOwn = this.#system.has(method);
    const most = isOwn ? MOST_OWN : this.#host.calls;
    const notices = this.#served.size - this.#active - this.#own;
    if ((isOwn ? this.#own : isNotice ? notices : this.#active) < most) return undefined;
    return {
      code: serverError,
      message: `Cannot serve "${method}": ${most} calls are in progress already, call again once one is answered`,
    };
  }

  async #run(name: string, received: Received, context: CallContext, arrival: Arrival): Promise<Result> {
    const system = this.#system.get(name);
    if (system === undefined && this.#refusing !== undefined) throw this.#refusing.reason;
    const method = system ?? this.#methods.get(name);
    if (method === undefined) {
      throw new RpcError(
        RPC_CODES.methodNotFound,
        `Cannot call "${name}": the remote has no such method, name it in its definition`,
      );
    }
    const waits = arrival.wait(() => context.signal);
    if (waits !== undefined) {
      await waits;
      // Cancelled, or the channel is gone, since the wait was over.
      context.signal.throwIfAborted();
    }
    const result = await method(received.value as never, context);
    return { result, received, method: name };
  }

  /** The method has settled: answers, and lets go of what it left of the streams that it was given. */
  #finish(key: RpcId | object, served: Served, { result, received, method }: Result): void {
    const isOwed = isId(key) && this.#served.has(key);
    let encoded: Encoded | undefined;
    let streams: RpcResponse["streams"];
    try {
      if (!this.#system.has(method) && result !== undefined) {
        encoded = this.#host.values.encode(result, `Cannot answer "${method}": result`);
      }
      if (isOwed) streams = encoded?.name();
    } catch (error) {
      if (encoded === undefined) discardIn(result, error);
      else encoded.discard(error);
      endAll(received.streams, error);
      this.#fail(key, served, error);
      return;
    }
    if (!isOwed) {
      encoded?.discard(
        new StreamError("STREAM_ABANDONED", `Cannot send the streams that "${method}" gave: nobody waits`),
      );
      this.#end(key, served);
      abandonAll(received, method);
      return;
    }
    served.result = encoded;
    const value = encoded === undefined ? (result ?? null) : encoded.value;
    this.#answer(resultOf(key, value, streams), served, (obstacle) => {
      if (obstacle !== undefined) encoded?.discard(obstacle.reason);
      else if (streams !== undefined && encoded !== undefined) {
        follow(encoded.open(), served);
        // A generator has hardly begun: as long as its result goes on, it may still take up what it was given.
        encoded.over().then(() => abandonAll(received, method));
        return;
      }
      abandonAll(received, method);
    });
  }

  #fail(key: RpcId | object, served: Served, error: unknown): void {
    if (!isId(key)) this.#end(key, served);
    else this.#answer({ jsonrpc: "2.0", id: key, error: describe(error, this.#host.trusted) }, served, () => {});
  }

  /** `sent` is told what kept the answer from crossing as it is, if so. It is the call's end in any case. */
  #answer(response: RpcResponse, served: Served, sent: (obstacle: Obstacle | undefined) => void): void {
    const { id } = response;
    if (served.isAnswered || !this.#served.has(id)) return;
    served.isAnswered = true;
    served.reply({
      response,
      streams: response.streams?.length ?? 0,
      sent: (obstacle) => {
        this.#end(id, served);
        sent(obstacle);
        this.#host.changed();
      },
    });
  }
}

/** The streams of a result are a part of the call: once none of them is wanted any more, the method is told to stop. */
function follow(streams: readonly Duplex[], served: Served): void {
  let wanted = streams.length;
  for (const { signal } of streams) {
    const unwanted = (): void => {
      if (--wanted === 0) served.abort(signal.reason);
    };
    signal.addEventListener("abort", unwanted, { once: true });
  }
}

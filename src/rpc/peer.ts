/**
 * A light JSON-RPC 2.0 peer: both ends call and answer. It knows ids, answers and cancellation; it does not know how a
 * message travels, nor what a stream is.
 */
import { ARRIVED, type Arrival } from "../stream/arrival.ts";
import type { Reply } from "./answer.ts";
import { batchError, serveBatch } from "./batch.ts";
import type { CallOptions } from "./call-options.ts";
import { Calls, type CallsHost, type Choose } from "./calls.ts";
import { isResponse, isRpc, RPC_CODES, type RpcErrorObject, type RpcMessage, type RpcResponse } from "./messages.ts";
import { ProgressInOrder } from "./progress.ts";
import { type Method, Serving, type ServingHost } from "./serving.ts";

export type { CallOptions } from "./call-options.ts";
export type { CallContext } from "./served.ts";
export type { Method } from "./serving.ts";

export interface RpcHost extends CallsHost, ServingHost {
  /** Messages that a batch of the remote may have. */
  readonly batch: number;
  send(message: RpcMessage | readonly RpcMessage[]): void;
}

export class RpcPeer {
  readonly #host: RpcHost;
  readonly #calls: Calls;
  readonly #serving: Serving;
  readonly #progress = new ProgressInOrder((params) => this.#calls.progressed(params));
  #closed = false;

  /** `system` holds Sluice's own methods, which start with `$/`; `methods` the user's. */
  constructor(host: RpcHost, methods: ReadonlyMap<string, Method>, system: ReadonlyMap<string, Method>) {
    this.#host = host;
    this.#calls = new Calls(host);
    this.#serving = new Serving(host, methods, system);
  }

  /** The user's calls under way, in both directions. */
  get active(): number {
    return this.#calls.active + this.#serving.active;
  }

  /** What of ours waits for a place at the remote. */
  get waiting(): number {
    return this.#calls.waiting;
  }

  /** So many calls the remote takes at once; more wait here. */
  allow(calls: number): void {
    this.#calls.allow(calls);
  }

  /** With a `refusal` it is only checked, and the streams in its params end; `choose` has the last word on its method. */
  call(
    method: string,
    params: unknown,
    options?: CallOptions,
    refusal?: { readonly reason: unknown },
    choose?: Choose,
  ): Promise<unknown> {
    return this.#calls.call(method, params, options, refusal, choose);
  }

  notify(method: string, params?: unknown): void {
    this.#calls.notify(method, params);
  }

  /** A message of the remote, or a batch of them. Throws a ProtocolError for what ends the channel. */
  receive(message: unknown, arrival: Arrival = ARRIVED): void {
    if (Array.isArray(message)) this.#receiveBatch(message, arrival);
    else if (isRpc(message)) this.#receiveOne(message, arrival);
    else this.unreadable({ code: RPC_CODES.invalidRequest, message: "Cannot read a request: it is no JSON-RPC 2.0" });
  }

  /** What came is no message that could be answered under its id. */
  unreadable(error: RpcErrorObject): void {
    this.#serving.refuse(null, error);
  }

  #receiveOne(message: Record<string, unknown>, arrival: Arrival, reply?: Reply): void {
    const { method, params, id, streams } = message;
    // An entry of the same batch may have closed the channel.
    if (this.#closed) return;
    if (typeof method === "string") this.#serving.serve({ method, params, id, streams }, arrival, reply);
    else if (isResponse(message))
      this.#calls.answered(message as unknown as RpcResponse, this.#progress.before(arrival));
    else {
      const error = {
        code: RPC_CODES.invalidRequest,
        message: "Cannot read a request: it has no method, name one in a string",
      };
      this.#serving.refuse(id, error, reply);
    }
  }

  #receiveBatch(entries: readonly unknown[], arrival: Arrival): void {
    const error = batchError(entries, this.#host.batch);
    if (error !== undefined) this.unreadable(error);
    else {
      serveBatch(entries, {
        receive: (message, reply) => this.#receiveOne(message, arrival, reply),
        refuse: (id, why, reply) => this.#serving.refuse(id, why, reply),
        whenRoom: (streams, send) => this.#host.values.naming.whenRoom(streams, send),
        send: (answers) => this.#host.send(answers),
      });
    }
  }

  /** `$/cancel` of the remote, with the reason if it has told one. */
  cancelled(id: unknown, reason?: unknown): void {
    this.#serving.cancelled(id, reason);
  }

  /** `$/progress` of the remote. */
  progressed(params: unknown, arrival: Arrival = ARRIVED): void {
    this.#progress.come(params, arrival);
  }

  /** From now on the remote's calls are answered with this error; Sluice's own methods still work. */
  refuse(reason: unknown): void {
    this.#serving.refuseAll(reason);
  }

  /** Nothing is sent or received any more: what waits rejects with `reasonFor` its method. */
  close(reasonFor: (call: string) => unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#calls.close(reasonFor);
    this.#serving.close(reasonFor("a call"));
  }
}

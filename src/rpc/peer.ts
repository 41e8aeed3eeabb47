/**
 * A light JSON-RPC 2.0 peer: both ends call and answer. It knows ids, answers and cancellation; it does not know how a
 * message travels, nor what a stream is.
 */
import { ARRIVED, type Arrival } from "../stream/arrival.ts";
import { type CallOptions, Calls, type CallsHost } from "./calls.ts";
import { RPC_CODES, type RpcResponse } from "./messages.ts";
import { type Method, Serving, type ServingHost } from "./serving.ts";

export type { CallOptions } from "./calls.ts";
export type { CallContext, Method } from "./serving.ts";

export type RpcHost = CallsHost & ServingHost;

export class RpcPeer {
  readonly #calls: Calls;
  readonly #serving: Serving;
  #closed = false;

  /** `system` holds Sluice's own methods, which start with `$/`; `methods` the user's. */
  constructor(host: RpcHost, methods: ReadonlyMap<string, Method>, system: ReadonlyMap<string, Method>) {
    this.#calls = new Calls(host);
    this.#serving = new Serving(host, methods, system);
  }

  /** The user's calls under way, in both directions. */
  get active(): number {
    return this.#calls.active + this.#serving.active;
  }

  /** So many calls the remote takes at once; more wait here. */
  allow(calls: number): void {
    this.#calls.allow(calls);
  }

  /** With a `refusal` it is only checked, and the streams in its params end. */
  call(
    method: string,
    params: unknown,
    options?: CallOptions,
    refusal?: { readonly reason: unknown },
  ): Promise<unknown> {
    return this.#calls.call(method, params, options, refusal);
  }

  notify(method: string, params?: unknown): void {
    this.#calls.notify(method, params);
  }

  /** A message of the remote. Throws a ProtocolError for what ends the channel. */
  receive(message: Record<string, unknown>, arrival: Arrival = ARRIVED): void {
    const { method, params, id, streams } = message;
    if (typeof method === "string") this.#serving.serve({ method, params, id, streams }, arrival);
    else if (Object.hasOwn(message, "result") || Object.hasOwn(message, "error")) {
      this.#calls.answered(message as unknown as RpcResponse, arrival);
    } else {
      this.#serving.refuse(id, {
        code: RPC_CODES.invalidRequest,
        message: "Cannot read a request: it has no method",
      });
    }
  }

  /** `$/cancel` of the remote. */
  cancelled(id: unknown): void {
    this.#serving.cancelled(id);
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

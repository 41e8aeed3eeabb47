/**
 * The calls that we make: ids, answers, cancellation, time-outs. How they wait for the remote to have room is in
 * `places.ts`, what users may pass in `call-options.ts`; what the remote calls is in `serving.ts`.
 */
import { ProtocolError } from "../errors.ts";
import type { Scheduler } from "../link.ts";
import { encodeReason } from "../reason.ts";
import { Signals } from "../signals.ts";
import { ARRIVED, type Arrival } from "../stream/arrival.ts";
import type { Duplex } from "../stream/stream.ts";
import { type CallOptions, checkCall, checkMethod, checkOptions } from "./call-options.ts";
import { rebuild } from "./failure.ts";
import { type RpcMessage, type RpcResponse, requestOf } from "./messages.ts";
import { Places } from "./places.ts";
import { readProgress } from "./progress.ts";
import { alone, type Encoded, endAll, type Values } from "./values.ts";

export interface CallsHost {
  readonly scheduler: Scheduler;
  /** Answers to calls that were never made, until they are a breach. */
  readonly unsolicited: number;
  readonly values: Values;
  /** Milliseconds for a call that has no time-out of its own. */
  readonly callTimeout: number;
  /** Is a remote told the stack of a reason? */
  readonly trusted: boolean;
  send(message: RpcMessage): void;
  /** The number of calls under way, or of those that wait, has changed. */
  changed(): void;
}

/** Says which method a call is of, once it is sent: that may depend on what the remote turns out to be. */
export type Choose = () => string;

/** What is sent. */
interface Message {
  readonly method: string;
  readonly params: Encoded | undefined;
}

interface Notice extends Message {
  readonly id?: undefined;
  readonly choose?: undefined;
}

interface Call extends Message {
  readonly id: number;
  readonly choose: Choose | undefined;
  /** The streams among them, once it was sent. */
  streams: readonly Duplex[];
  sent: boolean;
  /** At the remote, of those that users' calls take. */
  hasPlace: boolean;
  /** Its answer has come; what waits is a stream in it, or data before it. */
  isAnswered: boolean;
  /** Ends that wait for data. */
  wait: AbortController | undefined;
  readonly onProgress: CallOptions["onProgress"];
  resolve(result: unknown): void;
  reject(reason: unknown): void;
}

export class Calls {
  readonly #host: CallsHost;
  #nextId = 1;
  readonly #pending = new Map<number, Call>();
  /** Where the user's wait, and notifications behind them, until they may be sent. */
  readonly #places: Places<Call | Notice>;
  /** The user's calls that are pending. */
  #active = 0;
  /** Calls that were given up and may still be answered, without blame; and whether they have a place until then. */
  readonly #givenUp = new Map<number, boolean>();
  #unsolicited = 0;
  readonly #signals = new Signals();
  #closed: { readonly reason: unknown } | undefined = undefined;

  constructor(host: CallsHost) {
    this.#host = host;
    const { naming } = host.values;
    this.#places = new Places({
      mayGo: ({ params }) => naming.hasRoom(params?.count ?? 0),
      send: (each) => this.#sendLate(each),
    });
    naming.onRoom(() => this.#admit());
  }

  /** The user's calls under way; Sluice's own do not keep anything open. */
  get active(): number {
    return this.#active;
  }

  /** Calls that wait for a place at the remote, or for their streams to be taken, and notifications behind them. */
  get waiting(): number {
    return this.#places.waiting;
  }

  /** So many calls the remote takes at once; more wait here, and can be cancelled. */
  allow(calls: number): void {
    this.#places.allow(calls);
  }

  /** With a `refusal` it is only checked, and the streams in its params end; `choose` has the last word on its method. */
  call(
    method: string,
    params: unknown,
    options: CallOptions = {},
    refusal?: { readonly reason: unknown },
    choose?: Choose,
  ): Promise<unknown> {
    let encoded: Encoded | undefined;
    try {
      checkCall(method, params);
      checkOptions(method, options);
      encoded = this.#encode(method, params);
    } catch (error) {
      return Promise.reject(error);
    }
    const { signal, onProgress } = options;
    const refused = signal?.aborted ? { reason: signal.reason as unknown } : (refusal ?? this.#closed);
    if (refused !== undefined) {
      encoded?.discard(refused.reason);
      return Promise.reject(refused.reason);
    }
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
        choose,
        params: encoded,
        streams: [],
        sent: false,
        hasPlace: false,
        isAnswered: false,
        wait: undefined,
        onProgress,
        resolve(result) {
          release();
          resolve(result);
        },
        reject(reason) {
          release();
          call.wait?.abort(reason);
          if (call.sent) endAll(call.streams, reason);
          else encoded?.discard(reason);
          reject(reason);
        },
      };
      const stopTimer =
        timeout === Number.POSITIVE_INFINITY
          ? undefined
          : this.#host.scheduler.after(timeout, () => this.#giveUp(call, timedOut(method, timeout)));
      const unwatch = signal && this.#signals.watch(signal, () => this.#giveUp(call, signal.reason));
      this.#pending.set(id, call);
      if (!isSystem(method)) this.#active++;
      this.#host.changed();
      if (isSystem(method) || this.#places.enter(call)) this.#send(call);
    });
  }

  notify(method: string, params?: unknown): void {
    checkCall(method, params);
    if (this.#closed) return;
    const notice = { method, params: this.#encode(method, params) };
    if (this.#places.enter(notice)) this.#post(notice);
  }

  /** Sluice's own methods have params that need no check. */
  #encode(method: string, params: unknown): Encoded | undefined {
    if (params === undefined) return undefined;
    if (isSystem(method)) return alone(params);
    return this.#host.values.encode(params, `Cannot call "${method}": params`);
  }

  /** An answer of the remote. Throws a ProtocolError for one too many to a call that was never made. */
  answered(response: RpcResponse, arrival: Arrival): void {
    const { id, streams } = response;
    const call = typeof id === "number" ? this.#pending.get(id) : undefined;
    if (call?.sent && !call.isAnswered) {
      call.isAnswered = true;
      this.#free(call);
      this.#settle(call, response, arrival);
      return;
    }
    this.#host.values.release(streams, givenUp());
    // Late answers to calls that we gave up are expected; second ones, and answers to calls never made, are not.
    const hadPlace = typeof id === "number" ? this.#givenUp.get(id) : undefined;
    if (hadPlace !== undefined) {
      this.#givenUp.delete(id as number);
      if (hadPlace) this.#places.free();
      this.#host.changed();
      return;
    }
    const { unsolicited } = this.#host;
    if (++this.#unsolicited > unsolicited) {
      throw new ProtocolError(
        "RESPONSE_FLOOD",
        `Cannot take more than ${unsolicited} answers to calls that were never made: mend the remote, or raise limits.unsolicited`,
      );
    }
  }

  /** The answer of a call, which may be given up while the answer waits for its streams, and for data. */
  #settle(call: Call, { result, error, streams: wires }: RpcResponse, arrival: Arrival): void {
    this.#host.values.decode(result, wires, ({ value, streams }) => {
      const settle = (): void => {
        const isFailure = error !== undefined && error !== null;
        if (!this.#pending.has(call.id) || isFailure) endAll(streams, givenUp());
        if (isFailure) call.reject(rebuild(error, call.method));
        else call.resolve(value);
      };
      const waits = arrival === ARRIVED || isSystem(call.method) ? undefined : arrival.wait(() => waitOf(call));
      if (waits === undefined) settle();
      else waits.then(settle, settle);
    });
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
    for (const each of this.#places.clear()) {
      if (each.id === undefined) each.params?.discard(reasonFor(`the notification "${each.method}"`));
    }
    for (const call of [...this.#pending.values()]) call.reject(reasonFor(`the call of "${call.method}"`));
  }

  #send(call: Call): void {
    call.sent = true;
    call.hasPlace = !isSystem(call.method);
    try {
      call.streams = this.#post(call);
    } catch (error) {
      call.reject(error);
    }
  }

  /** Sends a request, or a notification. The streams among its params. */
  #post({ id, method, choose, params }: Call | Notice): readonly Duplex[] {
    try {
      const chosen = choose === undefined ? method : choose();
      if (choose !== undefined) checkMethod(chosen);
      const streams = params?.name();
      this.#host.send(requestOf(id, chosen, params?.value, streams));
    } catch (error) {
      params?.discard(error);
      throw error;
    }
    return params?.open() ?? [];
  }

  /** More streams may be named. */
  #admit(): void {
    if (this.#places.waiting === 0) return;
    this.#places.admit();
    this.#host.changed();
  }

  /** What had to wait. If it is a notification and cannot cross, there is nobody left to be told. */
  #sendLate(each: Call | Notice): void {
    if (each.id !== undefined) {
      this.#send(each);
      return;
    }
    try {
      this.#post(each);
    } catch {
      // A notification has no answer, not even an error.
    }
  }

  /** Cancelled, or timed out: the remote is told, and still answers; its place is taken until then. */
  #giveUp(call: Call, reason: unknown): void {
    const { id } = call;
    if (!this.#pending.has(id)) return;
    const isDue = call.sent && !call.isAnswered;
    if (isDue) {
      this.#givenUp.set(id, call.hasPlace);
      call.hasPlace = false;
    }
    call.reject(reason);
    if (!isDue || this.#closed) return;
    // A reason may be longer than the remote takes; and this is nobody's call, who could be told of an error.
    for (const params of [{ id, reason: encodeReason(reason, this.#host.trusted) }, { id }]) {
      try {
        this.#host.send({ jsonrpc: "2.0", method: "$/cancel", params });
        return;
      } catch {
        // Without its reason, then.
      }
    }
  }

  #forget(call: Call): void {
    if (!this.#pending.delete(call.id)) return;
    if (!isSystem(call.method)) this.#active--;
    if (call.sent) this.#free(call);
    else this.#places.leave(call);
    this.#host.changed();
  }

  #free(call: Call): void {
    if (!call.hasPlace) return;
    call.hasPlace = false;
    this.#places.free();
  }
}

/** The signal that ends the wait of a call's answer. */
function waitOf(call: Call): AbortSignal {
  call.wait = new AbortController();
  return call.wait.signal;
}

function givenUp(): DOMException {
  return new DOMException("The call was given up", "AbortError");
}

function isSystem(method: string): boolean {
  return method.startsWith("$/");
}

function timedOut(method: string, timeout: number): DOMException {
  return new DOMException(
    `The call of "${method}" was not answered within ${timeout} ms: allow more, or see what keeps the remote`,
    "TimeoutError",
  );
}

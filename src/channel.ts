/** What users have in their hands: a channel to one peer, its calls and its streams. What happens behind it is `session.ts`. */
import type {
  ArgumentsOf,
  BatchName,
  ChunkOf,
  FallbackOption,
  MethodName,
  OtherStreamName,
  ReadFrom,
  ResultOf,
  StreamingName,
  StreamName,
  Untyped,
  WrittenTo,
} from "./api.ts";
import { checkNames } from "./check.ts";
import type { State } from "./life.ts";
import type { ConnectOptions, Link } from "./options.ts";
import { CALL_OPTIONS, type CallOptions, checkUsersMethod } from "./rpc/call-options.ts";
import type { Choose } from "./rpc/calls.ts";
import type { Remote } from "./rpc/remote.ts";
import { type StreamCallOptions, streamOf } from "./rpc/stream-call.ts";
import { Session } from "./session.ts";
import type { OpenOptions } from "./stream/definition.ts";
import type { StreamStats } from "./stream/stats.ts";
import type { ChannelStream } from "./stream/stream.ts";
import { streamName } from "./stream/streams.ts";

/** The default stream of a channel. */
export interface DataStream {
  /** What the remote sends on its default stream. Excludes `onData`. */
  readonly readable: ReadableStream<unknown>;
  readonly writable: WritableStream<unknown>;
}

export interface ChannelStats {
  readonly state: ChannelState;
  /** Calls under way, in both directions. */
  readonly calls: number;
  /** Handlers of streams that have not settled, also of streams that are over: `close()` waits for them. */
  readonly handlers: number;
  readonly streams: readonly StreamStats[];
}

export type ChannelState = State;

const STREAM_CALL_OPTIONS: readonly string[] = [...CALL_OPTIONS, "fallback"];

/** What disposing of a channel waits for what is under way, in milliseconds. */
const DISPOSE_GRACE = 1_000;

/**
 * Joins the peer at the other end of `link`. Returns at once; whatever is called or opened waits until both are there.
 * `Api` is the type of the remote's definition, and types what is called and opened; `options` hold our own.
 */
export function connect<Api = Untyped>(link: Link, options: ConnectOptions = {}): Channel<Api> {
  return new Channel<Api>(link, options);
}

export class Channel<Api = Untyped> implements AsyncDisposable {
  /** Closes, and aborts what is not done within a second. Not there where the runtime has no such symbol. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;
  /** Resolves once the remote has said hello, or counts as a plain one; rejects if it never will. */
  readonly ready: Promise<void>;
  /** Resolves once the channel was closed by either side; rejects with what broke it. */
  readonly closed: Promise<void>;
  readonly #session: Session;

  constructor(link: Link, options: ConnectOptions) {
    this.#session = new Session(link, options);
    this.ready = this.#session.life.ready;
    this.closed = this.#session.life.closed;
  }

  /** What is known of the remote: `undefined` until it has said hello, or counts as a plain one. */
  get remote(): Remote | undefined {
    return this.#session.remote;
  }

  /**
   * Opens a stream, at once: `readable` and `writable` may be used before the far side has taken it. It is met there
   * by `streams[name]`, else in `incomingStreams`; if nobody takes it, both ends error with STREAM_NOT_FOUND.
   */
  openStream<In = unknown, Out = unknown, Made = In>(
    name?: OtherStreamName<Api>,
    options?: OpenOptions<In, Out, Made>,
  ): ChannelStream<Made, Out>;
  openStream<Name extends StreamName<Api>, Made = ReadFrom<Api, Name>>(
    name: Name,
    options?: OpenOptions<ReadFrom<Api, Name>, WrittenTo<Api, Name>, Made>,
  ): ChannelStream<Made, WrittenTo<Api, Name>>;
  openStream(name: string = "", options: OpenOptions = {}): ChannelStream {
    const session = this.#session;
    streamName(name);
    const refusal = session.streamRefusal(`stream "${name}"`);
    if (refusal !== undefined) throw refusal;
    return session.streams.open(name, options);
  }

  /** Streams of the remote that no handler is named for, accepted as they are read. Asking for it is what takes them. */
  get incomingStreams(): ReadableStream<ChannelStream> {
    return this.#session.streams.incomingStreams;
  }

  /** Calls a method of the remote. */
  call<Name extends MethodName<Api>>(
    method: Name,
    ...rest: ArgumentsOf<Api, Name, [options?: CallOptions]>
  ): Promise<ResultOf<Api, Name>>;
  call(method: string, params?: unknown, options?: CallOptions): Promise<unknown> {
    return this.#call(method, params, options);
  }

  #call(method: string, params: unknown, options?: CallOptions, choose?: Choose): Promise<unknown> {
    try {
      checkUsersMethod(method);
    } catch (error) {
      return Promise.reject(error);
    }
    const { life, rpc } = this.#session;
    const refusal = life.isEnding ? { reason: life.closedError(`call "${method}"`) } : undefined;
    return rpc.call(method, params, options, refusal, choose);
  }

  /** Calls a method of the remote that gives a stream or an async iterable: what it gives, at once. */
  stream<Name extends StreamingName<Api>>(
    method: Name,
    ...rest: ArgumentsOf<Api, Name, [options?: StreamCallOptions & FallbackOption<BatchName<Api, Name>>]>
  ): ReadableStream<ChunkOf<Api, Name>>;
  stream(method: string, params?: unknown, options: StreamCallOptions & FallbackOption = {}): ReadableStream<unknown> {
    checkNames("call option", STREAM_CALL_OPTIONS, options);
    const { fallback, ...rest } = options;
    const session = this.#session;
    // Which of the two, only the remote's hello tells: the call waits for that, as all do.
    const choose = fallback === undefined ? undefined : () => (session.takesStreams ? method : fallback);
    const call = (signal: AbortSignal | undefined) => this.#call(method, params, { ...rest, signal }, choose);
    return streamOf(call, method, rest, session.classes);
  }

  /** The default stream, for what needs no name. Its options are `connect`'s `data`. */
  get data(): DataStream {
    const { data } = this.#session;
    return {
      get readable() {
        return data.readable;
      },
      get writable() {
        return data.writable;
      },
    };
  }

  /** Writes a chunk to the default stream. Resolves once there was credit for it. */
  sendData(chunk: unknown): Promise<void> {
    const session = this.#session;
    const refusal = session.streamRefusal("the default stream", "send data");
    return refusal === undefined ? session.data.send(chunk) : Promise.reject(refusal);
  }

  /**
   * Calls `handle` with each chunk of the remote's default stream as it arrives, in order; its credit returns when what
   * `handle` gives has settled. A call that was made after `sendData` is handled after its chunk has arrived.
   */
  onData<Chunk = unknown>(handle: (chunk: Chunk) => unknown): void {
    this.#session.data.onData(handle as (chunk: unknown) => unknown);
  }

  /** Tells the remote something, without an answer. */
  notify<Name extends MethodName<Api>>(method: Name, ...params: ArgumentsOf<Api, Name>): void;
  notify(method: string, params?: unknown): void {
    checkUsersMethod(method);
    const { life, rpc } = this.#session;
    if (life.isEnding) throw life.closedError(`notify "${method}"`);
    rpc.notify(method, params);
  }

  /** Finishes what is under way on both sides, takes nothing new, then closes. */
  close(): Promise<void> {
    return this.#session.close();
  }

  /** Ends everything at once, on both sides, with `reason`. */
  abort(reason: unknown = new DOMException("The channel was aborted", "AbortError")): void {
    this.#session.abort(reason);
  }

  /** Keeps the process alive also while nothing is under way. By default calls and streams do, an idle channel does not. */
  ref(): void {
    this.#session.underWay.keepAlive(true);
  }

  /** Does not keep the process alive, whatever is under way. */
  unref(): void {
    this.#session.underWay.keepAlive(false);
  }

  stats(): ChannelStats {
    const { life, rpc, streams } = this.#session;
    return { state: life.state, calls: rpc.active, handlers: streams.handlers, streams: streams.stats() };
  }

  static {
    // Not every runtime has the symbol.
    if (typeof Symbol.asyncDispose === "symbol") {
      Object.defineProperty(Channel.prototype, Symbol.asyncDispose, {
        value(this: Channel): Promise<void> {
          return this.#dispose();
        },
        configurable: true,
        writable: true,
      });
    }
  }

  async #dispose(): Promise<void> {
    const stop = this.#session.link.scheduler.after(DISPOSE_GRACE, () => this.abort());
    await this.close().catch(() => {});
    stop();
  }
}

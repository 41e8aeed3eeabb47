/**
 * One connection between two peers, from `connect` to `closed`: who may speak when, what comes, and what ends it all. It
 * puts the parts together; how calls and streams work is in `rpc/` and `stream/`, what users see in `channel.ts`, the states
 * in `life.ts`, what a close has to wait for in `under-way.ts`.
 */
import { checkOptions } from "./check.ts";
import { Conduct } from "./conduct.ts";
import { handlersOf, methodsOf } from "./define.ts";
import { connectionLost, LinkError, ProtocolError, StreamError } from "./errors.ts";
import { type Failure, Life } from "./life.ts";
import { type Limits, resolveLimits } from "./limits.ts";
import type { MessageLink } from "./link.ts";
import { CONNECT, type ConnectOptions, checkLink, type Link, takeLink } from "./options.ts";
import { decodeReason, encodeReason } from "./reason.ts";
import { Heartbeat } from "./rpc/heartbeat.ts";
import { linkHello, makeHello, PROTOCOL_VERSION, readHello } from "./rpc/hello.ts";
import { isRpc, type RpcMessage, requestOf } from "./rpc/messages.ts";
import { type Method, RpcPeer } from "./rpc/peer.ts";
import { PlainRemote } from "./rpc/plain.ts";
import { checkHandshake, PLAIN_REMOTE, type Remote, sluiceRemote } from "./rpc/remote.ts";
import { ENVELOPE, type ReadText, readText } from "./rpc/text.ts";
import { VALUE, Values } from "./rpc/values.ts";
import { ARRIVED, type Arrival } from "./stream/arrival.ts";
import { complete } from "./stream/complete.ts";
import type { InitialCredit } from "./stream/credit.ts";
import { DATA, DefaultStream } from "./stream/default-stream.ts";
import type { OpenOptions } from "./stream/definition.ts";
import type { StreamClasses } from "./stream/strategy.ts";
import type { Duplex } from "./stream/stream.ts";
import { Streams } from "./stream/streams.ts";
import { traceLink } from "./trace.ts";
import { UnderWay } from "./under-way.ts";
import type { CoreLink, CoreReceiver } from "./wire/core-link.ts";
import type { Frame } from "./wire/frames.ts";
import { MOST_DEPTH } from "./wire/json.ts";

const INITIAL_CREDIT: InitialCredit = { chunks: 1, bytes: 64 * 1024 };

export class Session implements CoreReceiver {
  readonly life: Life = new Life();
  readonly link: CoreLink;
  readonly rpc: RpcPeer;
  readonly streams: Streams;
  /** The default stream. */
  readonly data: DefaultStream;
  readonly classes: StreamClasses;
  readonly underWay: UnderWay;
  readonly #limits: Limits;
  readonly #initialCredit: InitialCredit;
  readonly #heartbeat: Heartbeat;
  /** The remote, as long as it may be a plain one, if it may at all; and once it has said hello. */
  readonly #plain: PlainRemote | undefined = undefined;
  #greeted: Remote | undefined = undefined;
  #first = false;
  /** The remote wants to close, and has got its answer: nothing was under way here. */
  #drained = false;

  constructor(given: Link, options: ConnectOptions) {
    checkLink(given);
    const overBytes = given.kind === "framed" ? given : undefined;
    checkOptions("connect option", CONNECT, options);
    this.#limits = resolveLimits(options.limits, (overBytes?.link ?? (given as MessageLink)).trusted);
    const core = overBytes?.bind(this.#limits) ?? (given as CoreLink);
    const handshake = checkHandshake(options.handshake, core.carriesUnmet);
    const link = options.trace === undefined ? core : traceLink(core, options.trace);
    this.link = link;
    this.#initialCredit = options.initialCredit ?? INITIAL_CREDIT;
    const { scheduler, trusted } = link;
    const { calls, unsolicited, batch, callTimeout } = this.#limits;
    const platform = options.ponyfill ?? globalThis;
    const classes = complete(platform);
    this.classes = classes;
    const changed = (): void => this.underWay.changed();
    const conduct = new Conduct(scheduler, this.#limits, (error) => this.abort(error));
    const values = new Values({
      classes: platform,
      refusal: (count, named) =>
        this.takesStreams ? this.streams.namingRefusal(count, named) : unsupported("a stream in a call"),
      openStream: (name, of, met) => this.#openValue(name, of, met),
    });
    const send = (message: RpcMessage | readonly RpcMessage[]): void => this.#send(message);
    const ping = (): null => {
      conduct.ping();
      return null;
    };
    this.rpc = new RpcPeer(
      { scheduler, trusted, calls, unsolicited, batch, callTimeout, values, send, changed },
      methodsOf(options),
      new Map<string, Method>([
        ["$/ping", ping],
        ["$/shutdown", () => this.#drain()],
      ]),
    );
    // What is called or told before the remote has said hello waits for that.
    this.rpc.allow(0);
    const data = options.data ?? {};
    this.streams = new Streams({
      link,
      limits: this.#limits,
      conduct,
      classes,
      overBytes: overBytes?.streams,
      initialCredit: this.#initialCredit,
      handlers: handlersOf(options),
      data,
      system: new Map([
        [VALUE, (offer) => values.offered(offer)],
        [DATA, (offer) => this.data.offered(offer)],
      ]),
      breach: (error) => this.abort(error),
      changed,
    });
    this.data = new DefaultStream({ classes, options: data, open: (name, of) => this.#openData(name, of), changed });
    this.underWay = new UnderWay(this);
    this.#heartbeat = new Heartbeat(
      scheduler,
      () => link.heartbeat,
      this.rpc,
      (error) => this.lost(error),
    );
    if (handshake === "optional")
      this.#plain = new PlainRemote(scheduler, this.#limits.message, () => this.#openPlainly());
    takeLink(given);
    const { startTimeout = core.startTimeout ?? Number.POSITIVE_INFINITY } = options;
    link.listen(this);
    this.life.limitStart(scheduler, startTimeout, () => this.lost(notStarted(startTimeout)));
  }

  // What the channel asks.

  /** What is known of the remote: `undefined` until it has said hello, or counts as a plain one. */
  get remote(): Remote | undefined {
    return this.#greeted ?? this.#plain?.remote;
  }

  /** False once the remote is known to know plain JSON-RPC only. */
  get takesStreams(): boolean {
    return this.remote?.capabilities.streams !== false;
  }

  /** Why `stream` cannot be opened, by somebody who wants to do `what` with it; `undefined`: it can. */
  streamRefusal(stream: string, what: string = `open ${stream}`): StreamError | undefined {
    if (this.life.isEnding) return this.life.closedError(what);
    return this.takesStreams ? undefined : unsupported(stream);
  }

  /** Finishes what is under way on both sides, takes nothing new, then closes. */
  close(): Promise<void> {
    const { life } = this;
    if (!life.isMet && this.underWay.isSettled) this.#finish();
    else if (!life.isEnding) {
      life.close();
      this.#refuseNew();
      // What was lost, or aborted, meanwhile has ended with that.
      this.#shutDown().catch((error) => this.abort(error));
    }
    return life.closed;
  }

  /** Ends everything at once, on both sides, with `reason`. */
  abort(reason: unknown): void {
    this.#finish({ reason }, () => reason, "abort");
  }

  // What the link tells.

  met(first: boolean): void {
    if (this.life.state === "closed") return;
    this.life.met();
    this.#first = first;
    this.#plain?.dismiss();
    const fork = this.link.adopt !== undefined;
    const params = makeHello(this.#limits, this.#initialCredit, fork, this.link.hello);
    // Over bytes, the two have met once control can be sent: who is to answer may still be starting.
    if (this.link.lane === undefined && this.#greeted === undefined) this.#heartbeat.met();
    this.link.post({ jsonrpc: "2.0", method: "$/hello", params });
  }

  receive(message: unknown): void {
    if (this.life.state === "closed") return;
    try {
      if (this.#plain?.sends(message)) this.#receivePlain(this.#plain.read(message));
      else if (!isRpc(message) && !Array.isArray(message)) this.streams.receive(message);
      else this.#receiveRpc(message, this.#arrival(message));
    } catch (error) {
      this.abort(error);
    }
  }

  frame(frame: Frame): void {
    if (this.life.state === "closed") return;
    try {
      this.streams.take(frame);
    } catch (error) {
      this.abort(error);
    }
  }

  /** A message on a path for text: one that cannot be read is answered, and ends nothing. */
  text(line: string, parsed?: unknown): void {
    const read = readText(line, this.#limits.message, MOST_DEPTH + ENVELOPE, parsed);
    if ("error" in read) this.rpc.unreadable(read.error);
    else if (isRpc(read.value) || Array.isArray(read.value)) this.receive(read.value);
    else this.rpc.receive(read.value);
  }

  admits(stream: number): boolean {
    return this.streams.admits(stream);
  }

  begins(stream: number, bytes: number): void {
    this.streams.begins(stream, bytes);
  }

  breach(error: unknown): void {
    this.abort(error);
  }

  lost(error: Error): void {
    if (this.life.state === "closed") return;
    // A remote that wanted to close, and was told that nothing is under way any more, has closed. A plain one tells
    // nobody that it wants to.
    if ((this.#drained || this.remote === PLAIN_REMOTE) && this.underWay.isOver) this.#finish();
    else this.#finish({ reason: error }, (what) => connectionLost(what, error));
  }

  // What comes.

  #receivePlain(read: ReadText): void {
    if ("error" in read) this.rpc.unreadable(read.error);
    else this.#receiveRpc(read.value, ARRIVED);
  }

  #receiveRpc(message: unknown, arrival: Arrival): void {
    if (!this.#control(message, arrival)) this.rpc.receive(message, arrival);
  }

  /** The remote is taken for one that knows plain JSON-RPC only. */
  #openPlainly(): void {
    this.life.open();
    this.streams.unsupported(unsupported);
    this.rpc.allow(Number.POSITIVE_INFINITY);
    this.underWay.changed();
  }

  /** A ping is answered at once: it asks for no more than a sign of life. */
  #arrival(message: Record<string, unknown> | unknown[]): Arrival {
    return "method" in message && message["method"] === "$/ping" ? ARRIVED : this.data.arrival(dataCount(message));
  }

  /** Sluice's own notifications: they take effect before the next message, progress in its turn. Returns whether it was one. */
  #control(message: unknown, arrival: Arrival): boolean {
    const { method, params, id } = isRpc(message) ? message : {};
    const given = (params ?? {}) as { id?: unknown; reason?: unknown };
    if (method === "$/hello") this.#hello(params);
    else if (this.#greeted === undefined && this.#plain === undefined)
      throw new ProtocolError("HELLO_EXPECTED", "Cannot take a message before $/hello: say that first");
    else if (id !== undefined) return false;
    else if (method === "$/cancel") this.rpc.cancelled(given.id, given.reason);
    else if (method === "$/progress") this.rpc.progressed(params, arrival);
    else if (method === "$/bye") this.lost(new LinkError("CONNECTION_LOST", "The remote has closed the channel"));
    else if (method === "$/abort") this.#finish({ reason: decodeReason(given.reason) });
    else return false;
    return true;
  }

  #hello(params: unknown): void {
    if (this.#greeted !== undefined)
      throw new ProtocolError("DUPLICATE_HELLO", "Cannot take a second $/hello: say it once");
    const remote = readHello(params);
    this.link.greeted?.(linkHello(params), remote.message);
    this.#plain?.dismiss();
    this.#greeted = sluiceRemote(PROTOCOL_VERSION, remote, params);
    if (!this.#greeted.capabilities.streams) this.streams.unsupported(unsupported);
    this.life.open();
    this.streams.greeted(remote, this.#first);
    this.rpc.allow(remote.calls);
    this.#heartbeat.start();
    this.underWay.changed();
  }

  // Closing.

  #refuseNew(): void {
    this.rpc.refuse(
      new StreamError("CHANNEL_CLOSED", "Cannot call a method: the remote is closing the channel, connect anew"),
    );
    this.streams.close(
      new StreamError("CHANNEL_CLOSED", "Cannot open a stream: the remote is closing the channel, connect anew"),
    );
    this.data.close();
  }

  /** The remote wants to close. Resolves once nothing is under way at this side. */
  #drain(): Promise<null> {
    this.life.close();
    this.#refuseNew();
    return this.underWay.over().then(() => {
      this.#drained = true;
      return null;
    });
  }

  async #shutDown(): Promise<void> {
    // Nobody to tell yet: what waits for the remote may still be given up.
    const { life } = this;
    if (!life.isMet) await Promise.race([this.underWay.settled(), life.ready]);
    // A plain one is told nothing; what was taken for one may have met us by then.
    if (!life.isMet) await this.underWay.settled();
    if (life.isMet) {
      await life.ready;
      // What was called before still waits for a place there: later it would be refused.
      await this.underWay.sent();
      // `$/shutdown` goes behind the streams: the calls that were made before it must have come by then as well.
      if (this.link.splits) await this.rpc.call("$/ping", {});
      // The remote takes nothing new from now on, and answers once nothing is under way there.
      await this.rpc.call("$/shutdown", {});
    }
    await this.underWay.over();
    this.#finish();
  }

  /**
   * The one way to the end: with a failure, everything still under way settles with what `reasonFor` says of it. An
   * `abort` is this side's, and the remote is told. It is closed first of all: who hears of the end can begin nothing.
   */
  #finish(
    failure?: Failure,
    reasonFor: (what: string) => unknown = () => failure?.reason,
    event: "abort" | "lost" = "lost",
  ): void {
    const { life } = this;
    if (!life.end(failure)) return;
    this.#heartbeat.stop();
    this.#plain?.stop();
    const why = failure === undefined ? (what: string) => life.closedError(`finish ${what}`) : reasonFor;
    this.streams.fail(event, why);
    if (event === "abort" && life.isMet)
      this.#sayLast("$/abort", { reason: encodeReason(failure?.reason, this.link.trusted) });
    this.rpc.close(why);
    this.data.end(failure === undefined ? {} : { reason: why("the default stream") });
    life.settle();
    // Not every runtime tells that a port was closed.
    if (failure === undefined && this.#greeted !== undefined) this.#sayLast("$/bye");
    this.link.close();
  }

  /** The remote is told of the end; one that takes no message of that length sees it by the link's. */
  #sayLast(method: string, params?: object): void {
    try {
      this.link.post(requestOf(undefined, method, params));
    } catch {
      // Nothing must keep the channel from its end.
    }
  }

  // What the parts tell.

  #send(message: RpcMessage | readonly RpcMessage[]): void {
    if (this.life.state === "closed") return;
    // Control may overtake data: how many chunks of the default stream were sent before goes along.
    const data = this.data.started;
    const told = data === 0 || Array.isArray(message) ? message : { ...message, data };
    this.link.post(this.#plain === undefined ? told : this.#plain.write(told));
  }

  /** For a stream in params or a result. */
  #openValue(name: string, options: OpenOptions, met: () => void): Duplex {
    if (this.life.state === "closed") throw this.life.closedError("open a stream in a call");
    return this.streams.open(name, options, { met });
  }

  #openData(name: string, options: OpenOptions): Duplex {
    const refusal = this.streamRefusal("the default stream");
    if (refusal !== undefined) throw refusal;
    return this.streams.open(name, options, "extra");
  }
}

function notStarted(ms: number): LinkError {
  const message = `Nobody has connected at the other end within ${ms} ms: see that it calls connect(), or allow more by the option startTimeout`;
  return new LinkError("START_TIMEOUT", message);
}

/** The chunks of the default stream that were sent before a message. */
function dataCount(message: Record<string, unknown> | unknown[]): number {
  const data = "data" in message ? message["data"] : undefined;
  return typeof data === "number" && data > 0 ? data : 0;
}

function unsupported(what: string): StreamError {
  return new StreamError("STREAM_UNSUPPORTED", `Cannot open ${what}: the remote takes no streams, only JSON-RPC calls`);
}

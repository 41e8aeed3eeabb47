/**
 * One end of a link over messages: it meets the other end, knows whether that one is there, and ends once. Where the two
 * meet, and over which port they talk from then on, its kinds know: `link.ts` has a port of its own, `door-link.ts` a door.
 */
import { LinkError } from "../../src/errors.ts";
import type { Lane, LaneReceiver, LinkReceiver, MessageLink, Scheduler, Transferable } from "../../src/link.ts";
import { claim } from "./claim.ts";
import { isGoodbye } from "./goodbye.ts";
import { adopt, fork, PortLane } from "./lane.ts";
import { lockManager } from "./locks.ts";
import { isReady, Meeting, makeNonce, type Ready } from "./meeting.ts";
import { type Bond, Presence } from "./presence.ts";
import { realmScheduler } from "./scheduler.ts";
import type { MessagePortOptions, PortLike } from "./types.ts";

/** Milliseconds between pings where nothing else tells that the other end is gone. */
const HEARTBEAT = 10_000;

/** Milliseconds that a worker may take to connect, its loading included. */
export const WORKER_START = 30_000;

/** What is known beforehand. */
export interface Circumstances {
  /** What the two are the ends of, in the messages of errors. */
  readonly name: string;
  readonly bond: Bond;
  /** Does the place where they meet tell when the other end is gone? */
  readonly tells: boolean;
  /** Do streams have ports of their own, if the options do not say? */
  readonly forks: boolean;
  /** What has one channel at a time: the port or worker that is listened to. */
  readonly end?: object | undefined;
  /** Of one that was started for this: milliseconds until it must be there. */
  readonly startTimeout?: number | undefined;
}

export abstract class Endpoint implements MessageLink, LaneReceiver {
  readonly kind = "message";
  readonly trusted: boolean;
  readonly scheduler: Scheduler = realmScheduler();
  readonly startTimeout?: number;
  readonly fork?: () => { lane: Lane; port: Transferable };
  readonly adopt?: (port: unknown) => Lane | undefined;
  protected readonly nonce: string = makeNonce();
  protected closed = false;
  readonly #name: string;
  readonly #end: object | undefined;
  readonly #meeting = new Meeting(this.nonce);
  readonly #presence: Presence;
  readonly #heartbeat: number | undefined;
  readonly #copies: boolean;
  #receiver: LinkReceiver | undefined = undefined;
  #port: PortLike | undefined = undefined;
  /** Over the port. */
  #lane: PortLane | undefined = undefined;
  #leave: (() => void) | undefined = undefined;
  #release: (() => void) | undefined = undefined;
  /** Its own `ready` is out. */
  #isReady = false;

  constructor(options: MessagePortOptions, { name, bond, tells, forks, end, startTimeout }: Circumstances) {
    this.trusted = options.trusted ?? true;
    if (startTimeout !== undefined) this.startTimeout = startTimeout;
    this.#name = name;
    this.#end = end;
    this.#heartbeat = options.heartbeat ?? (tells ? 0 : undefined);
    this.#copies = options.transfer === false;
    this.#presence = new Presence(bond, {
      scheduler: this.scheduler,
      locks: lockManager(),
      post: (message) => this.#lane?.post(message),
      lost: (error) => this.end(error),
    });
    if ((options.fork ?? forks) && !this.#copies && typeof MessageChannel === "function") {
      this.fork = fork;
      this.adopt = adopt;
    }
  }

  get heartbeat(): number {
    return this.#heartbeat ?? (this.#presence.tells ? 0 : HEARTBEAT);
  }

  listen(receiver: LinkReceiver): void {
    this.#release = this.#end && claim(this.#end, this.#name);
    this.#receiver = receiver;
    this.#leave = this.open();
    this.#presence.begin(this.nonce, (lock) => {
      this.#isReady = true;
      this.#meeting.lock = lock;
      this.say(this.#meeting.ready);
    });
  }

  post(message: unknown, transfer?: Transferable[]): void {
    this.#lane?.post(message, transfer);
  }

  receive(message: unknown): void {
    this.#presence.hear();
    if (isGoodbye(message)) this.#presence.left();
    else this.#receiver?.receive(message);
  }

  lost(error: Error): void {
    this.end(error);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#lane?.close();
    this.#presence.end();
    this.#release?.();
    this.#leave?.();
  }

  keepAlive(on: boolean): void {
    if (on) this.#port?.ref?.();
    else this.#port?.unref?.();
  }

  /** Starts listening where the two meet; what it returns is called at the end. */
  protected abstract open(): (() => void) | undefined;

  /** Says something there: at the port, if nowhere else. */
  protected say(message: Ready): void {
    this.post(message);
  }

  /** The other end, whose nonce it is, was found there. */
  protected abstract found(remote: string, first: boolean): void;

  /** From now on the core may talk. */
  protected met(first: boolean): void {
    this.#receiver?.met(first);
  }

  /** Something was said where the two meet: returns whether it was for the meeting. */
  protected meet(message: unknown): boolean {
    if (!isReady(message)) return false;
    // What came before our own `ready` is said again in answer to that.
    if (!this.#isReady) return true;
    const { answer, met, restarted } = this.#meeting.hear(message);
    if (answer !== undefined) this.say(answer);
    if (met) {
      this.#presence.met(message);
      this.found(message.nonce, this.#meeting.first);
    }
    if (restarted) {
      const why = `The other end of ${this.#name} has started anew: connect anew here, too`;
      this.end(new LinkError("CONNECTION_LOST", why));
    }
    return true;
  }

  /** Whom this end has heard so far is gone, and nothing else was said: it may meet another. */
  protected forget(): void {
    this.#meeting.forget();
  }

  /** All that the core says goes over `port`, whose lane is to be listened to. */
  protected use(port: PortLike): PortLane {
    this.#port = port;
    this.#lane = new PortLane(port, this.#copies ? "copies" : "link");
    return this.#lane;
  }

  protected end(error: Error): void {
    if (this.closed) return;
    this.close();
    this.#receiver?.lost(error);
  }
}

/** A link over a MessagePort that is used for nothing else. Streams get ports of their own, or share this one. */
import { LinkError } from "../../src/errors.ts";
import type { Lane, LaneReceiver, LinkReceiver, MessageLink, Scheduler } from "../../src/link.ts";
import { isGoodbye } from "./goodbye.ts";
import { PortLane } from "./lane.ts";
import { isReady, Meeting, makeNonce, type Ready } from "./meeting.ts";
import { APART, type Bond, Presence, TOLD } from "./presence.ts";
import { realmScheduler } from "./scheduler.ts";
import type { MessagePortOptions, PortLike } from "./types.ts";

/** Milliseconds between pings where nothing else tells that the other end is gone. */
export const HEARTBEAT = 10_000;

/** What the adapter of a port knows of its other end. */
export interface PortContext {
  readonly bond: Bond;
  /** Does a `close` event of the port tell when its other end is gone? Left out: as the runtime's ports do. */
  readonly tells?: boolean;
  /** Called when the link is listened to; what it returns, when it has ended. `lost`: nobody will be there any more. */
  begin?(on: { lost(error: LinkError): void; isMet(): boolean }): () => void;
  /** Whether calls or streams are open, told when that changes; at first they count as open. */
  busy?(on: boolean): void;
}

const ANY_PORT: PortContext = { bond: APART };

export class MessagePortLink implements MessageLink, LaneReceiver {
  readonly kind = "message";
  readonly carriesUnmet = true;
  readonly trusted: boolean;
  readonly scheduler: Scheduler = realmScheduler();
  readonly fork?: () => { lane: Lane; port: Transferable };
  readonly adopt?: (port: unknown) => Lane | undefined;
  readonly #port: PortLike;
  readonly #lane: PortLane;
  readonly #nonce: string = makeNonce();
  readonly #meeting = new Meeting(this.#nonce);
  readonly #heartbeat: number | undefined;
  readonly #presence: Presence;
  readonly #context: PortContext;
  #end: (() => void) | undefined = undefined;
  #receiver: LinkReceiver | undefined = undefined;
  #isReady = false;
  #met = false;

  constructor(port: PortLike, options: MessagePortOptions = {}, context: PortContext = ANY_PORT) {
    this.trusted = options.trusted ?? true;
    const { bond, tells = tellsClose() } = context;
    this.#heartbeat = options.heartbeat ?? (tells ? 0 : undefined);
    this.#port = port;
    this.#lane = new PortLane(port, options.transfer === false ? "copies" : "link");
    this.#context = context;
    this.#presence = new Presence(tells ? TOLD : bond, {
      scheduler: this.scheduler,
      post: (message) => this.#lane.post(message),
      lost: (error) => this.lost(error),
    });
    if (options.fork !== false && options.transfer !== false && typeof MessageChannel === "function") {
      this.fork = fork;
      this.adopt = adopt;
    }
  }

  get heartbeat(): number {
    return this.#heartbeat ?? (this.#presence.tells ? 0 : HEARTBEAT);
  }

  listen(receiver: LinkReceiver): void {
    this.#receiver = receiver;
    this.#lane.listen(this);
    this.#end = this.#context.begin?.({ lost: (error) => this.lost(error), isMet: () => this.#met });
    this.#presence.begin(this.#nonce, (lock) => {
      this.#isReady = true;
      this.#meeting.lock = lock;
      this.#lane.post(this.#meeting.ready);
    });
  }

  post(message: unknown, transfer?: Transferable[]): void {
    this.#lane.post(message, transfer);
  }

  close(): void {
    this.#lane.close();
    this.#presence.end();
    this.#end?.();
    this.#end = undefined;
  }

  keepAlive(on: boolean): void {
    if (on) this.#port.ref?.();
    else this.#port.unref?.();
    this.#context.busy?.(on);
  }

  receive(message: unknown): void {
    this.#presence.hear();
    if (isReady(message)) this.#meet(message);
    else if (isGoodbye(message)) this.#presence.left();
    else this.#receiver?.receive(message);
  }

  lost(error: Error): void {
    this.close();
    this.#receiver?.lost(error);
  }

  #meet(ready: Ready): void {
    // The answer to our own, still to be posted, will tell the same.
    if (!this.#isReady) return;
    const { answer, met, restarted } = this.#meeting.hear(ready);
    if (answer !== undefined) this.#lane.post(answer);
    if (met) {
      this.#met = true;
      this.#presence.met(ready);
      this.#receiver?.met(this.#meeting.first);
    }
    if (restarted)
      this.lost(new LinkError("CONNECTION_LOST", "The other end of the port has started anew: connect anew here, too"));
  }
}

export function fork(): { lane: Lane; port: Transferable } {
  const { port1, port2 } = new MessageChannel();
  return { lane: new PortLane(port1, "stream"), port: port2 };
}

export function adopt(port: unknown): Lane | undefined {
  const like = port as Partial<PortLike> | null;
  const isPort =
    typeof like === "object" &&
    like !== null &&
    typeof like.postMessage === "function" &&
    typeof like.start === "function";
  return isPort ? new PortLane(like as PortLike, "stream") : undefined;
}

/** Node and Bun fire `close` at a port whose other end is gone; Deno and browsers do not. */
export function tellsClose(): boolean {
  const versions = (globalThis as { process?: { versions?: Record<string, string> } }).process?.versions;
  return versions?.["node"] !== undefined && !("Deno" in globalThis);
}

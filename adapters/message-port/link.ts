/** A link over a MessagePort that is used for nothing else. Streams get ports of their own, or share this one. */
import { LinkError } from "../../src/errors.ts";
import type { Lane, LaneReceiver, LinkReceiver, MessageLink, Scheduler } from "../../src/link.ts";
import { PortLane } from "./lane.ts";
import { isReady, Meeting, makeNonce } from "./meeting.ts";
import { realmScheduler } from "./scheduler.ts";
import type { MessagePortOptions, PortLike } from "./types.ts";

/** Milliseconds between pings where nothing else tells that the other end is gone. */
export const HEARTBEAT = 10_000;

export class MessagePortLink implements MessageLink, LaneReceiver {
  readonly kind = "message";
  readonly carriesUnmet = true;
  readonly trusted: boolean;
  readonly heartbeat: number;
  readonly scheduler: Scheduler = realmScheduler();
  readonly fork?: () => { lane: Lane; port: Transferable };
  readonly adopt?: (port: unknown) => Lane | undefined;
  readonly #port: PortLike;
  readonly #lane: PortLane;
  readonly #meeting = new Meeting(makeNonce());
  #receiver: LinkReceiver | undefined = undefined;

  constructor(port: PortLike, options: MessagePortOptions = {}) {
    this.trusted = options.trusted ?? true;
    this.heartbeat = options.heartbeat ?? (tellsClose() ? 0 : HEARTBEAT);
    this.#port = port;
    this.#lane = new PortLane(port, "link");
    if (options.fork !== false && typeof MessageChannel === "function") {
      this.fork = fork;
      this.adopt = adopt;
    }
  }

  listen(receiver: LinkReceiver): void {
    this.#receiver = receiver;
    this.#lane.listen(this);
    this.#lane.post(this.#meeting.ready);
  }

  post(message: unknown, transfer?: Transferable[]): void {
    this.#lane.post(message, transfer);
  }

  close(): void {
    this.#lane.close();
  }

  keepAlive(on: boolean): void {
    if (on) this.#port.ref?.();
    else this.#port.unref?.();
  }

  receive(message: unknown): void {
    if (!isReady(message)) {
      this.#receiver?.receive(message);
      return;
    }
    const { answer, met, restarted } = this.#meeting.hear(message);
    if (answer !== undefined) this.#lane.post(answer);
    if (met) this.#receiver?.met(this.#meeting.first);
    if (restarted)
      this.lost(new LinkError("CONNECTION_LOST", "The other end of the port has started anew: connect anew here, too"));
  }

  lost(error: Error): void {
    this.#lane.close();
    this.#receiver?.lost(error);
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

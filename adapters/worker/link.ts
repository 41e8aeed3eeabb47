/**
 * A link between a worker and the thread that started it. The two meet on the worker's own message channel, which
 * others may use as well; from then on they have a private port, handed over by the parent; or stay where they are, where
 * a port would be slower than that channel.
 */

import { LinkError } from "../../src/errors.ts";
import type { Lane, LaneReceiver, LinkReceiver, MessageLink, Scheduler } from "../../src/link.ts";
import { PortLane } from "../message-port/lane.ts";
import { adopt, fork, HEARTBEAT } from "../message-port/link.ts";
import { isReady, Meeting, makeNonce } from "../message-port/meeting.ts";
import { realmScheduler } from "../message-port/scheduler.ts";
import type { PortLike } from "../message-port/types.ts";
import { DoorPort } from "./door-port.ts";
import type { Doorway, WorkerLinkOptions } from "./types.ts";

/** Milliseconds that a worker's `error` or `exit` may come after the end of its port. */
const LAST_WORDS = 100;

/** The parent's word that ends the meeting: the private port, or that there is none and the door stays in use. */
interface PortMessage {
  readonly sluice: "port";
  /** The nonce of the worker whom it is for. */
  readonly to: string;
  /** The parent's nonce. */
  readonly from: string;
  readonly port: MessagePort | null;
}

function isPortMessage(message: unknown): message is PortMessage {
  const { sluice, to } = (message ?? {}) as Partial<PortMessage>;
  return sluice === "port" && typeof to === "string";
}

export class WorkerLink implements MessageLink, LaneReceiver {
  readonly kind = "message";
  readonly trusted = true;
  readonly scheduler: Scheduler = realmScheduler();
  readonly heartbeat: number;
  readonly fork?: () => { lane: Lane; port: Transferable };
  readonly adopt?: (port: unknown) => Lane | undefined;
  readonly #door: Doorway;
  readonly #side: "parent" | "worker";
  readonly #nonce: string = makeNonce();
  readonly #meeting = new Meeting(this.#nonce);
  #port: PortLike | undefined = undefined;
  /** The port, if it leads through the door. */
  #doorPort: DoorPort | undefined = undefined;
  #lane: PortLane | undefined = undefined;
  #receiver: LinkReceiver | undefined = undefined;
  #closed = false;

  constructor(door: Doorway, side: "parent" | "worker", options: WorkerLinkOptions) {
    this.#door = door;
    this.#side = side;
    this.heartbeat = options.heartbeat ?? (door.tellsDeath ? 0 : HEARTBEAT);
    if (options.fork ?? !door.carries) {
      this.fork = fork;
      this.adopt = adopt;
    }
  }

  listen(receiver: LinkReceiver): void {
    this.#receiver = receiver;
    this.#door.open({
      message: (message) => this.#doorPort?.hear(message) === true || this.#knock(message),
      unreadable: () => this.#doorPort?.fail(),
      lost: (error) => this.#end(error),
    });
    this.#door.post(this.#meeting.ready, []);
  }

  post(message: unknown, transfer?: Transferable[]): void {
    this.#lane?.post(message, transfer);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#lane?.close();
    this.#door.keepAlive(true);
    this.#door.shut();
    this.#door.leave?.();
  }

  keepAlive(on: boolean): void {
    // A worker lives as long as its channel: work comes from nowhere else.
    if (this.#side === "worker" || this.#closed) return;
    this.#door.keepAlive(on);
    if (on) this.#port?.ref?.();
    else this.#port?.unref?.();
  }

  receive(message: unknown): void {
    this.#receiver?.receive(message);
  }

  /** The private port is gone. Why, the door may know a moment later: that the worker failed, or was terminated. */
  lost(error: Error): void {
    if (this.#side === "parent" && this.#door.tellsDeath) this.scheduler.after(LAST_WORDS, () => this.#end(error));
    else this.#end(error);
  }

  #end(error: Error): void {
    if (this.#closed) return;
    const receiver = this.#receiver;
    this.close();
    receiver?.lost(error);
  }

  /** Never true: what is said at the meeting hides from nobody. */
  #knock(message: unknown): false {
    if (isReady(message)) {
      const { answer, met, restarted } = this.#meeting.hear(message);
      if (answer !== undefined) this.#door.post(answer, []);
      if (restarted)
        this.#end(
          new LinkError("CONNECTION_LOST", "The other end of the worker has started anew: connect anew here, too"),
        );
      else if (met && this.#side === "parent") this.#handOver(message.nonce);
    } else if (
      this.#side === "worker" &&
      isPortMessage(message) &&
      message.to === this.#nonce &&
      this.#lane === undefined
    ) {
      if (message.port === null) this.#stay(message.from);
      else {
        this.#enter(message.port);
        this.#door.shut();
      }
    }
    return false;
  }

  #handOver(to: string): void {
    const said = { sluice: "port", to, from: this.#nonce } as const;
    if (this.#door.carries) {
      this.#door.post({ ...said, port: null } satisfies PortMessage, []);
      this.#stay(to);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    this.#door.post({ ...said, port: port2 } satisfies PortMessage, [port2]);
    this.#enter(port1);
  }

  #stay(remote: string): void {
    this.#doorPort = new DoorPort(this.#door, this.#nonce, remote);
    this.#enter(this.#doorPort);
  }

  #enter(port: PortLike): void {
    this.#port = port;
    this.#lane = new PortLane(port, "link");
    this.#lane.listen(this);
    this.#receiver?.met(this.#side === "parent");
  }
}

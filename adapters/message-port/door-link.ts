/**
 * A link whose two ends meet at a door, where messages of others come along as well: a worker's own message channel, a
 * window. From then on they have a private port, which one of them hands over to the other; or stay where they are, where a
 * port would be slower. What a door is, and who may speak there, its adapter knows.
 */
import { LinkError } from "../../src/errors.ts";
import type { Lane, LaneReceiver, LinkReceiver, MessageLink, Scheduler } from "../../src/link.ts";
import { DoorPort } from "./door-port.ts";
import { isGoodbye } from "./goodbye.ts";
import { PortLane } from "./lane.ts";
import { adopt, fork, HEARTBEAT } from "./link.ts";
import { isReady, Meeting, makeNonce, type Ready } from "./meeting.ts";
import { type Bond, Presence } from "./presence.ts";
import { realmScheduler } from "./scheduler.ts";
import type { MessagePortOptions, PortLike } from "./types.ts";

/** Milliseconds that the door's own news of the other side may come after the end of the port. */
const LAST_WORDS = 100;

/** What is at the other side, seen from here: where the two meet, and nothing more. */
export interface Doorway {
  /** In the messages of errors. */
  readonly name: string;
  post(message: unknown, transfer: Transferable[]): void;
  /**
   * Starts listening. `message` returns whether a message was the link's alone: others need not see it. `unreadable`: one
   * has come that cannot be read. `lost` may come at any time, and tells that nobody is at the other side any more.
   */
  open(on: { message(message: unknown): boolean; unreadable(): void; lost(error: Error): void }): void;
  /** Stops listening. */
  shut(): void;
  /** Of a worker's side, where a worker never ends by itself: ends it, once its channel to the parent has closed. */
  leave?(): void;
  /** Whether the other side keeps this process alive. */
  keepAlive(on: boolean): void;
  /** Does `lost` come by itself when the other side dies? */
  readonly tellsDeath: boolean;
  /** Does all that the two say go through the door, being the quickest way? Else through a private port. */
  readonly carries?: boolean;
}

export interface DoorOptions extends MessagePortOptions {
  /** Who hands the port over: this end, the other one, or the first of the two. */
  readonly role: "host" | "guest" | "equal";
  readonly bond: Bond;
}

/** The word that ends the meeting: the private port, or that there is none and the door stays in use. */
interface PortMessage {
  readonly sluice: "port";
  /** The nonce of whom it is for. */
  readonly to: string;
  /** Whose it is. */
  readonly from: string;
  readonly port: MessagePort | null;
}

function isPortMessage(message: unknown): message is PortMessage {
  const { sluice, to, from, port } = (message ?? {}) as Partial<PortMessage>;
  const isPort = port === null || typeof port?.postMessage === "function";
  return sluice === "port" && typeof to === "string" && typeof from === "string" && isPort;
}

export class DoorLink implements MessageLink, LaneReceiver {
  readonly kind = "message";
  readonly trusted: boolean;
  readonly scheduler: Scheduler = realmScheduler();
  readonly fork?: () => { lane: Lane; port: Transferable };
  readonly adopt?: (port: unknown) => Lane | undefined;
  readonly #door: Doorway;
  readonly #role: DoorOptions["role"];
  readonly #nonce: string = makeNonce();
  readonly #meeting = new Meeting(this.#nonce);
  readonly #heartbeat: number | undefined;
  readonly #presence: Presence;
  /** What the lane is made for. */
  readonly #carries: "link" | "copies";
  #port: PortLike | undefined = undefined;
  /** The port, if it leads through the door. */
  #doorPort: DoorPort | undefined = undefined;
  #lane: PortLane | undefined = undefined;
  #receiver: LinkReceiver | undefined = undefined;
  #isReady = false;
  #closed = false;

  constructor(door: Doorway, options: DoorOptions) {
    this.#door = door;
    this.#role = options.role;
    this.trusted = options.trusted ?? true;
    this.#heartbeat = options.heartbeat ?? (door.tellsDeath ? 0 : undefined);
    this.#presence = new Presence(options.bond, {
      scheduler: this.scheduler,
      post: (message) => this.#lane?.post(message),
      lost: (error) => this.#end(error),
    });
    this.#carries = options.transfer === false ? "copies" : "link";
    if ((options.fork ?? !door.carries) && options.transfer !== false) {
      this.fork = fork;
      this.adopt = adopt;
    }
  }

  get heartbeat(): number {
    return this.#heartbeat ?? (this.#presence.tells ? 0 : HEARTBEAT);
  }

  listen(receiver: LinkReceiver): void {
    this.#receiver = receiver;
    this.#door.open({
      message: (message) => this.#doorPort?.hear(message) === true || this.#knock(message),
      unreadable: () => this.#doorPort?.fail(),
      lost: (error) => this.#end(error),
    });
    this.#presence.begin(this.#nonce, (lock) => {
      this.#isReady = true;
      this.#meeting.lock = lock;
      this.#door.post(this.#meeting.ready, []);
    });
  }

  post(message: unknown, transfer?: Transferable[]): void {
    this.#lane?.post(message, transfer);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#lane?.close();
    this.#presence.end();
    this.#door.keepAlive(true);
    this.#door.shut();
    this.#door.leave?.();
  }

  keepAlive(on: boolean): void {
    // A worker lives as long as its channel: work comes from nowhere else.
    if (this.#role === "guest" || this.#closed) return;
    this.#door.keepAlive(on);
    if (on) this.#port?.ref?.();
    else this.#port?.unref?.();
  }

  receive(message: unknown): void {
    this.#presence.hear();
    if (isGoodbye(message)) this.#presence.left();
    else this.#receiver?.receive(message);
  }

  /** The private port is gone. Why, the door may know a moment later: that the worker failed, or was terminated. */
  lost(error: Error): void {
    if (this.#role !== "guest" && this.#door.tellsDeath) this.scheduler.after(LAST_WORDS, () => this.#end(error));
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
    // What came before our own `ready` is said again in answer to that.
    if (!this.#isReady) return false;
    if (isReady(message)) this.#meet(message);
    else if (
      isPortMessage(message) &&
      this.#role !== "host" &&
      message.to === this.#nonce &&
      this.#lane === undefined
    ) {
      if (message.port === null) {
        if (this.#door.carries) this.#stay(message.from, false);
      } else {
        this.#enter(message.port, false);
        // A worker has one parent, and that one does not start anew.
        if (this.#role === "guest") this.#door.shut();
      }
    }
    return false;
  }

  #meet(ready: Ready): void {
    const { answer, met, restarted } = this.#meeting.hear(ready);
    if (answer !== undefined) this.#door.post(answer, []);
    if (restarted) {
      const message = `The other end of ${this.#door.name} has started anew: connect anew here, too`;
      this.#end(new LinkError("CONNECTION_LOST", message));
    } else if (met) {
      this.#presence.met(ready);
      if (this.#role === "host" || (this.#role === "equal" && this.#meeting.first)) this.#handOver(ready.nonce);
    }
  }

  #handOver(to: string): void {
    const said = { sluice: "port", to, from: this.#nonce } as const;
    if (this.#door.carries) {
      this.#door.post({ ...said, port: null } satisfies PortMessage, []);
      this.#stay(to, true);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    this.#door.post({ ...said, port: port2 } satisfies PortMessage, [port2]);
    this.#enter(port1, true);
  }

  #stay(remote: string, first: boolean): void {
    this.#doorPort = new DoorPort(this.#door, this.#nonce, remote);
    this.#enter(this.#doorPort, first);
  }

  #enter(port: PortLike, first: boolean): void {
    this.#port = port;
    this.#lane = new PortLane(port, this.#carries);
    this.#lane.listen(this);
    this.#receiver?.met(first);
  }
}

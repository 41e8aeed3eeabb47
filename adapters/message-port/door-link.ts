/**
 * A link whose two ends meet at a door, where messages of others come along as well: a worker's own message channel, a
 * window. From then on they have a private port, which one of them hands over to the other; or stay where they are, where a
 * port would be slower. What a door is, and who may speak there, its adapter knows.
 */

import { LinkError } from "../../src/errors.ts";
import type { Transferable } from "../../src/link.ts";
import { DoorPort } from "./door-port.ts";
import type { Doorway } from "./doorway.ts";
import { Endpoint } from "./endpoint.ts";
import { GOODBYE, isGoodbye } from "./goodbye.ts";
import { isReady, type Ready } from "./meeting.ts";
import type { Bond } from "./presence.ts";
import type { MessagePortOptions, PortLike } from "./types.ts";

/** Milliseconds that the door's own news of the other side may come after the end of the port. */
const LAST_WORDS = 100;

/** Milliseconds in which another host may follow one that was closed before the two had met. */
const NEXT_HOST = 1_000;

export interface DoorOptions extends MessagePortOptions {
  /** Who hands the port over: this end, the other one, or the first of the two. */
  readonly role: "host" | "guest" | "equal";
  readonly bond: Bond;
  readonly startTimeout?: number;
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

export class DoorLink extends Endpoint {
  readonly #door: Doorway;
  readonly #role: DoorOptions["role"];
  /** The port, if it leads through the door. */
  #doorPort: DoorPort | undefined = undefined;
  /** The two have left the meeting for the port. */
  #isInside = false;
  #shut: (() => void) | undefined = undefined;
  /** Of a guest whose host has given up. */
  #stopWaiting: (() => void) | undefined = undefined;

  constructor(door: Doorway, options: DoorOptions) {
    const { name, end, tellsDeath: tells, carries } = door;
    const { bond, startTimeout } = options;
    super(options, { name, bond, tells, forks: !carries, end, startTimeout });
    this.#door = door;
    this.#role = options.role;
  }

  override keepAlive(on: boolean): void {
    // A worker lives as long as its channel: work comes from nowhere else.
    if (this.#role === "guest" || this.closed) return;
    this.#door.keepAlive(on);
    super.keepAlive(on);
  }

  /** The private port is gone. Why, the door may know a moment later: that the worker failed, or was terminated. */
  override lost(error: Error): void {
    if (this.#role !== "guest" && this.#door.tellsDeath) this.scheduler.after(LAST_WORDS, () => this.end(error));
    else this.end(error);
  }

  /** Before the two have met there is no port whose end would tell: who comes then is told at the door. */
  override close(): void {
    if (this.#role === "host" && this.#shut !== undefined && !this.#isInside && !this.closed) {
      this.#door.post(GOODBYE, []);
    }
    super.close();
  }

  protected override open(): () => void {
    const shut = this.#door.open({
      message: (message) => this.#doorPort?.hear(message) === true || this.#knock(message),
      unreadable: () => this.#doorPort?.fail(),
      lost: (error) => this.end(error),
    });
    this.#shut = shut;
    return () => {
      this.#stopWaiting?.();
      this.#door.keepAlive(true);
      shut();
      this.#door.leave?.();
    };
  }

  protected override say(message: Ready | PortMessage, transfer: Transferable[] = []): void {
    this.#door.post(message, transfer);
  }

  protected override found(remote: string, first: boolean): void {
    if (this.#role === "host" || (this.#role === "equal" && first)) this.#handOver(remote);
  }

  /** Never true: what is said at the meeting hides from nobody. */
  #knock(message: unknown): false {
    if (this.#role === "guest" && !this.#isInside) this.#heed(message);
    if (this.meet(message) || !isPortMessage(message)) return false;
    const { to, from, port } = message;
    if (this.#role === "host" || to !== this.nonce || this.#isInside) return false;
    if (port === null) {
      if (this.#door.carries) this.#stay(from, false);
    } else {
      this.#enter(port, false);
      // A worker has one parent, and that one does not start anew.
      if (this.#role === "guest") this.#shut?.();
    }
    return false;
  }

  /**
   * A host that is closed before the two have met says so. All that comes to the door keeps its order: what comes after
   * that is another's, who has been linked since. Without one the guest would wait for ever, and keep its worker alive.
   */
  #heed(message: unknown): void {
    if (!isReady(message) && !isGoodbye(message)) return;
    this.#stopWaiting?.();
    if (isReady(message)) return;
    this.forget();
    const why = "The other end was closed before the two had met";
    this.#stopWaiting = this.scheduler.after(NEXT_HOST, () => this.end(new LinkError("CONNECTION_LOST", why)));
  }

  #handOver(to: string): void {
    const said = { sluice: "port", to, from: this.nonce } as const;
    if (this.#door.carries) {
      this.say({ ...said, port: null });
      this.#stay(to, true);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    this.say({ ...said, port: port2 }, [port2]);
    this.#enter(port1, true);
  }

  #stay(remote: string, first: boolean): void {
    this.#doorPort = new DoorPort(this.#door, this.nonce, remote);
    this.#enter(this.#doorPort, first);
  }

  #enter(port: PortLike, first: boolean): void {
    this.#isInside = true;
    this.use(port).listen(this);
    this.met(first);
  }
}

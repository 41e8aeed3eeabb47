/** One end of a simulated lane: keeps what comes before anybody listens, and ends once. It knows no delays. */
import type { Lane, LinkReceiver } from "../../src/link.ts";
import type { SideName } from "./scenario.ts";

/** Something that reaches an end of a lane: a message, the meeting, or the news that the other end is gone. */
export type Delivery = (receiver: LinkReceiver) => void;

/** What an end asks of the net it belongs to. */
export interface Carrier {
  /** Clones and sends; throws what `postMessage` would throw. */
  carry(from: LaneEnd, message: unknown, transfer: readonly unknown[] | undefined): void;
  closed(end: LaneEnd): void;
  /** Runs a task as an event of its own, at once. */
  next(task: () => void): void;
}

/** The lane that is the link itself. */
export const LINK = "main";

export class LaneEnd implements Lane {
  readonly side: SideName;
  readonly label: string;
  other!: LaneEnd;
  /** Nothing reaches this end before this time: lanes keep their order. */
  floor = 0;
  /** Deliveries that would come later than this are lost with the link. */
  cutAt: number = Number.POSITIVE_INFINITY;
  closed = false;
  readonly #carrier: Carrier;
  #receiver: LinkReceiver | undefined = undefined;
  #early: Delivery[] = [];
  #flushing = false;

  constructor(carrier: Carrier, side: SideName, label: string) {
    this.#carrier = carrier;
    this.side = side;
    this.label = label;
  }

  get isLink(): boolean {
    return this.label === LINK;
  }

  post(message: unknown, transfer?: Transferable[]): void {
    if (!this.closed) this.#carrier.carry(this, message, transfer);
  }

  listen(receiver: LinkReceiver): void {
    this.#receiver = receiver;
    if (this.#early.length > 0 && !this.#flushing) this.#flush();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#carrier.closed(this);
  }

  /** Delivers, or keeps for later. */
  arrive(delivery: Delivery): void {
    if (this.closed) return;
    if (this.#receiver === undefined || this.#early.length > 0 || this.#flushing) this.#early.push(delivery);
    else delivery(this.#receiver);
  }

  /** One after the other, each an event of its own, as a started port does. */
  #flush(): void {
    this.#flushing = true;
    this.#carrier.next(() => {
      const delivery = this.#early.shift();
      if (delivery !== undefined && !this.closed) delivery(this.#receiver as LinkReceiver);
      if (this.#early.length > 0) this.#flush();
      else this.#flushing = false;
    });
  }
}

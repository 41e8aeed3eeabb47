/** A link over a MessagePort that is used for nothing else: there the two meet, and there they stay. */
import type { LinkError } from "../../src/errors.ts";
import { Endpoint } from "./endpoint.ts";
import { type PortLane, tellsClose } from "./lane.ts";
import { APART, type Bond, TOLD } from "./presence.ts";
import type { MessagePortOptions, PortLike } from "./types.ts";

/** What the adapter of a port knows of its other end. */
export interface PortContext {
  readonly bond: Bond;
  /** Does a `close` event of the port tell when its other end is gone? Left out: as the runtime's ports do. */
  readonly tells?: boolean;
  /** Does what is posted cross before the two have met as well? Left out: it does. */
  readonly carriesUnmet?: boolean;
  /** What has one channel at a time, where the port only stands for it. Left out: the port itself. */
  readonly end?: object;
  /** Of one that was started for this: milliseconds until it must be there. */
  readonly startTimeout?: number;
  /** Called when the link is listened to; what it returns, when it has ended. `lost`: nobody will be there any more. */
  begin?(on: { lost(error: LinkError): void; isMet(): boolean }): () => void;
  /** Whether calls or streams are open, told when that changes; at first they count as open. */
  busy?(on: boolean): void;
}

const ANY_PORT: PortContext = { bond: APART };

export class MessagePortLink extends Endpoint {
  readonly carriesUnmet: boolean;
  readonly #lane: PortLane;
  readonly #context: PortContext;
  #met = false;

  constructor(port: PortLike, options: MessagePortOptions = {}, context: PortContext = ANY_PORT) {
    const { bond, tells = tellsClose(), carriesUnmet = true, end = port, startTimeout } = context;
    super(options, { name: "the port", bond: tells ? TOLD : bond, tells, forks: true, end, startTimeout });
    this.carriesUnmet = carriesUnmet;
    this.#lane = this.use(port);
    this.#context = context;
  }

  override keepAlive(on: boolean): void {
    super.keepAlive(on);
    this.#context.busy?.(on);
  }

  override receive(message: unknown): void {
    if (!this.meet(message)) super.receive(message);
  }

  protected override open(): (() => void) | undefined {
    this.#lane.listen(this);
    return this.#context.begin?.({ lost: (error) => this.end(error), isMet: () => this.#met });
  }

  protected override found(_: string, first: boolean): void {
    this.#met = true;
    this.met(first);
  }
}

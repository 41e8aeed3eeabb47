/**
 * A function in the place of a direction's reader: it takes each chunk as it arrives, and no queue holds any. What it has
 * not settled yet counts as held.
 */
import type { ReceiveCredit } from "./credit.ts";
import type { Turn } from "./gather.ts";
import type { Flow } from "./system.ts";

/** What it needs of its direction. */
interface ConsumerHost {
  readonly credit: ReceiveCredit;
  /** Credit has returned: a grant may be due. */
  ready(): void;
  fail(event: "abort", reason: unknown): void;
}

export class Consumer {
  readonly #consume: NonNullable<Flow["consume"]>;
  readonly #turn: Turn;
  readonly #host: ConsumerHost;
  /** The end of this turn will look for a grant that is due. */
  #granting = false;

  constructor(consume: NonNullable<Flow["consume"]>, turn: Turn, host: ConsumerHost) {
    this.#consume = consume;
    this.#turn = turn;
    this.#host = host;
  }

  /** A chunk of this weight, charged so many bytes, has come. What the function throws, this throws. */
  take(value: unknown, weight: number, bytes: number): void {
    const handled = this.#consume(value) as Promise<unknown> | undefined;
    if (handled === undefined) {
      this.#host.credit.leave(weight, bytes);
      return;
    }
    handled.then(
      () => {
        this.#host.credit.leave(weight, bytes);
        this.#grantLater();
      },
      (error) => this.#host.fail("abort", error),
    );
  }

  /** Of what has been consumed in this turn, one grant. */
  #grantLater(): void {
    if (this.#granting) return;
    this.#granting = true;
    this.#turn.defer(() => {
      this.#granting = false;
      this.#host.ready();
    });
  }
}

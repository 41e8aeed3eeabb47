/**
 * Tells grants to the senders. The first of a turn goes at once, and so do more for that stream: a lone stream waits for
 * nothing. Those of other streams behind it go together once the turn is over: of a thousand streams, whose windows are
 * small, a message for each grant would cost both sides as much as the chunks do.
 */
import type { Lane } from "../link.ts";
import { type CreditsFrame, MOST_CREDITS } from "../wire/frames.ts";
import type { Grant } from "./credit.ts";
import type { Turn } from "./gather.ts";

/** What is filled before it is posted. */
type Gathered = { readonly [Column in keyof Omit<CreditsFrame, "type">]: number[] };

export class Grants {
  readonly #link: Pick<Lane, "post">;
  readonly #turn: Turn;
  #gathered: Gathered = nothing();
  /** The stream whose grant went at once last, and whether that is why others wait for the end of this turn. */
  #last = -1;
  #isBegun = false;

  constructor(link: Pick<Lane, "post">, turn: Turn) {
    this.#link = link;
    this.#turn = turn;
  }

  /** `lane` is the stream's own. What is gathered goes over the link, and may come before what was posted there. */
  tell(id: number, lane: Lane, { limit, bytes }: Grant): void {
    if (this.#isBegun && id !== this.#last) {
      this.#gather(id, limit, bytes);
      return;
    }
    lane.post({ type: "stream-credit", id, limit, bytes });
    if (id === this.#last) return;
    this.#last = id;
    this.#isBegun = true;
    this.#turn.later(this.#over);
  }

  /** Nothing is told any more. */
  close(): void {
    this.#gathered = nothing();
  }

  #gather(id: number, limit: number, bytes: number): void {
    const { ids, limits, bytes: byteLimits } = this.#gathered;
    limits.push(limit);
    byteLimits.push(bytes);
    if (ids.push(id) >= MOST_CREDITS) this.#post();
  }

  readonly #over = (): void => {
    this.#isBegun = false;
    if (this.#gathered.ids.length > 0) this.#post();
  };

  #post(): void {
    this.#link.post({ type: "stream-credits", ...this.#gathered } satisfies CreditsFrame);
    this.#gathered = nothing();
  }
}

function nothing(): Gathered {
  return { ids: [], limits: [], bytes: [] };
}

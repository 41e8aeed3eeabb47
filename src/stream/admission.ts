/**
 * The streams that this side opens: they wait, in order, until the remote takes more, and then go out under their ids.
 * What the remote takes is known to `streams.ts`; the streams that the remote opens are in `offers.ts`.
 */
import { StreamError } from "../errors.ts";
import type { CoreLink } from "../wire/core-link.ts";
import { openFrame } from "./agreement.ts";
import type { InitialCredit } from "./credit.ts";
import type { Ids } from "./ids.ts";
import type { Lanes } from "./lanes.ts";
import type { Offer } from "./offer.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Duplex } from "./stream.ts";

/** What the remote takes of the streams that are opened. */
export interface Room {
  /** On ports of their own. */
  readonly fork: boolean;
  /** Open at once, and of these not yet accepted or refused. */
  readonly streams: number;
  readonly unaccepted: number;
  readonly initialCredit: InitialCredit;
}

/**
 * `"extra"`: beside what the limits allow, of which the protocol has at most one. `"named"`: a message names it, so that
 * the remote waits for it; it is opened even if it has ended before it could be.
 */
export type Role = "extra" | "named";

interface Waiting {
  readonly stream: Duplex;
  readonly resolved: ResolvedOptions;
}

export class Admission {
  readonly #link: CoreLink;
  readonly #lanes: Lanes;
  readonly #ids: Ids;
  /** All that is open, by id. */
  readonly #open: Map<number, Duplex | Offer>;
  /** Not yet opened, in order. */
  #waiting: Waiting[] = [];
  /** Of these, the channel's own, which wait for nobody to take them: they pass those of users. */
  #own: Waiting[] = [];
  /** How many are open, and not yet answered. */
  #opened = 0;
  #unanswered = 0;
  /** The channel's own: `"extra"` counts towards no limit, `"named"` not among the unanswered. */
  readonly #roles = new WeakMap<Duplex, Role>();

  constructor(link: CoreLink, lanes: Lanes, ids: Ids, open: Map<number, Duplex | Offer>) {
    this.#link = link;
    this.#lanes = lanes;
    this.#ids = ids;
    this.#open = open;
  }

  /** Streams that wait to be opened: how many, and which. */
  get length(): number {
    return this.#waiting.length + this.#own.length;
  }
  get streams(): Duplex[] {
    return [...this.#own, ...this.#waiting].map(({ stream }) => stream);
  }

  /** This one waits from now on. */
  add(stream: Duplex, resolved: ResolvedOptions, role: Role | undefined): void {
    if (role !== undefined) this.#roles.set(stream, role);
    (role === undefined ? this.#waiting : this.#own).push({ stream, resolved });
  }

  /** Opens those that wait, as far as the remote takes more. */
  admit(room: Room): void {
    for (const each of [...this.#own]) {
      // One that ends as it starts makes room, and the next may have been started from within.
      if (!this.#own.includes(each)) continue;
      if (this.#roles.get(each.stream) !== "extra" && this.#opened >= room.streams) continue;
      this.#own = this.#own.filter((other) => other !== each);
      this.#start(each, room);
    }
    while (this.#waiting.length > 0 && this.#opened < room.streams && this.#unanswered < room.unaccepted) {
      this.#start(this.#waiting.shift() as Waiting, room);
    }
  }

  #start({ stream, resolved }: Waiting, room: Room): void {
    const id = this.#ids.take();
    if (id === undefined) {
      stream.fail(
        "lost",
        new StreamError(
          "STREAM_LIMIT",
          `Cannot open stream "${stream.name}": this channel has used up its ids, connect anew`,
        ),
      );
      return;
    }
    const role = this.#roles.get(stream);
    if (role !== "extra") this.#opened++;
    const forked = room.fork ? this.#link.fork?.() : undefined;
    stream.id = id;
    stream.lane = forked?.lane ?? this.#lanes.of(id);
    this.#open.set(id, stream);
    try {
      this.#link.post(
        { ...openFrame(stream, resolved), ...(forked && { port: forked.port }) },
        forked && [forked.port],
      );
    } catch (error) {
      // The metadata cannot be cloned: nothing was sent, and the far side need not be told.
      stream.fail("lost", error);
      return;
    }
    forked?.lane.listen(stream);
    if (role === undefined) this.#unanswered++;
    stream.opened(room.initialCredit);
  }

  /** It has ended before it could be opened. `room`: of a remote that is there. */
  withdraw(stream: Duplex, room: Room | undefined): void {
    const own = this.#own.find((each) => each.stream === stream);
    this.#own = this.#own.filter((each) => each !== own);
    this.#waiting = this.#waiting.filter((each) => each.stream !== stream);
    if (own !== undefined && this.#roles.get(stream) === "named" && room !== undefined) this.#startEnded(own, room);
  }

  /** A message may have named it, so that the remote waits for it. It counts for nothing, and is not kept. */
  #startEnded({ stream, resolved }: Waiting, room: Room): void {
    const id = this.#ids.take();
    if (id === undefined) return;
    stream.id = id;
    stream.lane = this.#lanes.of(id);
    this.#link.post(openFrame(stream, resolved));
    stream.openedLate(room.initialCredit);
    stream.lane.close();
  }

  /** It was accepted or refused, or has ended before. */
  answered(stream: Duplex): void {
    if (!this.#roles.has(stream)) this.#unanswered--;
  }

  /** It was open, and has ended. */
  ended(stream: Duplex): void {
    if (this.#roles.get(stream) !== "extra") this.#opened--;
  }

  /** None waits any more. */
  clear(): void {
    this.#waiting = [];
    this.#own = [];
  }
}

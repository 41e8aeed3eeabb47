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
import { Line } from "./line.ts";
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

/** A stream that a message names, so that the remote waits for it: it is opened even if it has ended before it could be. */
export interface Named {
  /** It was opened, and the remote has answered it, or nothing more will be heard of it. */
  met(): void;
}

/** `"extra"`: beside what the limits allow, of which the protocol has at most one. */
export type Role = "extra" | Named;

interface Waiting {
  readonly stream: Duplex;
  readonly resolved: ResolvedOptions;
  readonly line: Line<Waiting>;
}

export class Admission {
  readonly #link: CoreLink;
  readonly #lanes: Lanes;
  readonly #ids: Ids;
  /** All that is open, by id. */
  readonly #open: Map<number, Duplex | Offer>;
  /** Not yet opened; and in order, those of each kind. The channel's own wait for nobody to take them, and go first. */
  readonly #waiting = new Map<Duplex, Waiting>();
  readonly #extra = new Line<Waiting>();
  readonly #named = new Line<Waiting>();
  readonly #users = new Line<Waiting>();
  /** How many are open, and not yet answered. */
  #opened = 0;
  #unanswered = 0;
  /** The channel's own: `"extra"` counts towards no limit, what is named not among the unanswered. */
  readonly #roles = new WeakMap<Duplex, Role>();

  constructor(link: CoreLink, lanes: Lanes, ids: Ids, open: Map<number, Duplex | Offer>) {
    this.#link = link;
    this.#lanes = lanes;
    this.#ids = ids;
    this.#open = open;
  }

  /** Streams that wait to be opened: how many, and which. */
  get length(): number {
    return this.#waiting.size;
  }
  /** Of these, such that messages name. */
  get named(): number {
    return this.#named.size;
  }
  get streams(): Duplex[] {
    return [...this.#waiting.keys()];
  }

  /** This one waits from now on. */
  add(stream: Duplex, resolved: ResolvedOptions, role: Role | undefined): void {
    if (role !== undefined) this.#roles.set(stream, role);
    const line = role === undefined ? this.#users : role === "extra" ? this.#extra : this.#named;
    const waiting = { stream, resolved, line };
    this.#waiting.set(stream, waiting);
    line.add(waiting);
  }

  /** Opens those that wait, as far as the remote takes more. One that ends as it starts makes room, seen from within. */
  admit(room: Room): void {
    this.#startAll(this.#extra, room, () => true);
    this.#startAll(this.#named, room, () => this.#opened < room.streams);
    this.#startAll(this.#users, room, () => this.#opened < room.streams && this.#unanswered < room.unaccepted);
  }

  #startAll(line: Line<Waiting>, room: Room, hasRoom: () => boolean): void {
    for (let next = line.first; next !== undefined && hasRoom(); next = line.first) {
      this.#leave(next);
      this.#start(next, room);
    }
  }

  #leave(waiting: Waiting): void {
    this.#waiting.delete(waiting.stream);
    waiting.line.delete(waiting);
  }

  #start({ stream, resolved }: Waiting, room: Room): void {
    const id = this.#ids.take();
    if (id === undefined) {
      stream.fail("lost", usedUp(`open stream "${stream.name}"`));
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
    const waiting = this.#waiting.get(stream);
    if (waiting === undefined) return;
    this.#leave(waiting);
    const role = this.#roles.get(stream);
    if (typeof role !== "object" || room === undefined) return;
    this.#startEnded(waiting, room);
    role.met();
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
    const role = this.#roles.get(stream);
    if (role === undefined) this.#unanswered--;
    else if (role !== "extra") role.met();
  }

  /** It was open, and has ended. */
  ended(stream: Duplex): void {
    if (this.#roles.get(stream) !== "extra") this.#opened--;
  }

  /** None waits any more. */
  clear(): void {
    for (const waiting of this.#waiting.values()) this.#leave(waiting);
  }
}

export function usedUp(what: string): StreamError {
  return new StreamError("STREAM_LIMIT", `Cannot ${what}: this channel has used up its ids, connect anew`);
}

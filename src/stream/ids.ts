/** The ids of a channel's streams: of one side the odd ones, of the other the even ones, each upwards and only once. */
import { ProtocolError } from "../errors.ts";

/** Ids end here; what is open by then is finished, and a new channel has to be made. */
const LAST_ID = 2 ** 31 - 1;

export class Ids {
  readonly #last: number;
  /** Of ours, the next one; of the remote's, the last one. */
  #next = 0;
  #lastOfRemote = -1;

  constructor(last: number = LAST_ID) {
    this.#last = last;
  }

  /** The remote is there: `first` says which ids are ours. */
  greeted(first: boolean): void {
    this.#next = first ? 1 : 2;
    this.#lastOfRemote = first ? 0 : -1;
  }

  isOurs(id: number): boolean {
    return id % 2 === this.#next % 2;
  }

  /** Has a stream had this id, whatever has become of it? */
  isUsed(id: number): boolean {
    return this.isOurs(id) ? id < this.#next : id <= this.#lastOfRemote;
  }

  /** Streams that we can still open. */
  get left(): number {
    return Math.max(0, Math.floor((this.#last - this.#next) / 2) + 1);
  }

  /** The id of our next stream; `undefined`: all are used up. */
  take(): number | undefined {
    if (this.left === 0) return undefined;
    const id = this.#next;
    this.#next += 2;
    return id;
  }

  /** The remote opens a stream with this id. Throws if it may not. */
  takeOfRemote(id: number): void {
    if (this.isOurs(id) || id <= this.#lastOfRemote || id > this.#last)
      throw new ProtocolError("BAD_STREAM_ID", `Cannot open stream ${id}: it is not an id that the remote may use now`);
    this.#lastOfRemote = id;
  }
}

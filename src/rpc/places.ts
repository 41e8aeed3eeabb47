/**
 * The wait for a free place: the remote serves so many calls at once, and more wait here, in their order. A notification
 * takes no place, but must not overtake the calls before it. What is sent, and how, is not its business, nor for what else
 * it may have to wait.
 */
import { Line } from "../stream/line.ts";

/** What waits: a call has an id, a notification none. */
export interface Waiting {
  readonly id?: number | undefined;
}

export interface PlacesHost<Each> {
  /** May this one go now, if there is a place for it? If not, {@link Places.admit} is called once it may. */
  mayGo(each: Each): boolean;
  /** Gets what has waited, once it goes. */
  send(each: Each): void;
}

export class Places<Each extends Waiting> {
  readonly #host: PlacesHost<Each>;
  #most = Number.POSITIVE_INFINITY;
  #taken = 0;
  readonly #waiting = new Line<Each>();
  #admitting = false;

  constructor(host: PlacesHost<Each>) {
    this.#host = host;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** So many there are from now on. */
  allow(most: number): void {
    this.#most = most;
    this.admit();
  }

  /** May it go at once? A call has its place then. Else it waits. */
  enter(each: Each): boolean {
    if (this.#waiting.size === 0 && this.#take(each)) return true;
    this.#waiting.add(each);
    return false;
  }

  /** A call does not need its place any more. */
  free(): void {
    this.#taken--;
    this.admit();
  }

  /** What waits is given up: what is behind it may go. */
  leave(each: Each): void {
    if (this.#waiting.delete(each)) this.admit();
  }

  /** Nothing is sent any more. Returns what has waited. */
  clear(): Each[] {
    return this.#waiting.clear();
  }

  #take(each: Each): boolean {
    if (!this.#host.mayGo(each)) return false;
    if (each.id === undefined) return this.#most > 0;
    if (this.#taken >= this.#most) return false;
    this.#taken++;
    return true;
  }

  /** Lets go what may. A call that cannot be sent frees its place at once: that is seen here, not from within, however many they are. */
  admit(): void {
    if (this.#admitting) return;
    this.#admitting = true;
    try {
      for (let each = this.#waiting.first; each !== undefined && this.#take(each); each = this.#waiting.first) {
        this.#waiting.delete(each);
        this.#host.send(each);
      }
    } finally {
      this.#admitting = false;
    }
  }
}

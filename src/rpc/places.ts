/**
 * The wait for a free place: the remote serves so many calls at once, and more wait here, in their order. A notification
 * takes no place, but must not overtake the calls before it. What is sent, and how, is not its business.
 */

/** What waits: a call has an id, a notification none. */
export interface Waiting {
  readonly id?: number | undefined;
}

export class Places<Each extends Waiting> {
  readonly #send: (each: Each) => void;
  #most = Number.POSITIVE_INFINITY;
  #taken = 0;
  readonly #waiting = new Set<Each>();
  #admitting = false;

  /** `send` gets what has waited, once it may go. */
  constructor(send: (each: Each) => void) {
    this.#send = send;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** So many there are from now on. */
  allow(most: number): void {
    this.#most = most;
    this.#admit();
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
    this.#admit();
  }

  /** What waits is given up: what is behind it may go. */
  leave(each: Each): void {
    if (this.#waiting.delete(each)) this.#admit();
  }

  /** Nothing is sent any more. Returns what has waited. */
  clear(): Each[] {
    const all = [...this.#waiting];
    this.#waiting.clear();
    return all;
  }

  #take({ id }: Each): boolean {
    if (id === undefined) return this.#most > 0;
    if (this.#taken >= this.#most) return false;
    this.#taken++;
    return true;
  }

  /** A call that cannot be sent frees its place at once: that is seen here, not from within, however many they are. */
  #admit(): void {
    if (this.#admitting) return;
    this.#admitting = true;
    try {
      for (const each of this.#waiting) {
        if (!this.#take(each)) return;
        this.#waiting.delete(each);
        this.#send(each);
      }
    } finally {
      this.#admitting = false;
    }
  }
}

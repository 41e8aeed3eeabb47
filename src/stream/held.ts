/** A queue of what is held, oldest first: the bytes charged for each chunk, and its weight where that is not always 1. */
export class Held {
  #bytes: number[] = new Array<number>(16).fill(0);
  #weights: number[] | undefined;
  #head = 0;
  #length = 0;

  constructor(weighed: boolean) {
    this.#weights = weighed ? new Array<number>(16).fill(0) : undefined;
  }

  get length(): number {
    return this.#length;
  }

  /** Bytes charged for the oldest chunk, and its weight. */
  get bytes(): number {
    return this.#bytes[this.#head] as number;
  }
  get weight(): number {
    return this.#weights === undefined ? 1 : (this.#weights[this.#head] as number);
  }

  push(bytes: number, weight: number): void {
    const size = this.#bytes.length;
    if (this.#length === size) {
      this.#bytes = this.#grown(this.#bytes);
      if (this.#weights !== undefined) this.#weights = this.#grown(this.#weights);
      this.#head = 0;
    }
    const at = (this.#head + this.#length) & (this.#bytes.length - 1);
    this.#bytes[at] = bytes;
    if (this.#weights !== undefined) this.#weights[at] = weight;
    this.#length++;
  }

  shift(): void {
    this.#head = (this.#head + 1) & (this.#bytes.length - 1);
    this.#length--;
  }

  /** The size stays a power of two, so that a mask wraps around. */
  #grown(ring: number[]): number[] {
    const ordered = ring.slice(this.#head).concat(ring.slice(0, this.#head));
    return ordered.concat(new Array<number>(ring.length).fill(0));
  }
}

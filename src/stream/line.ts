/** What waits, in order. Any of it may leave, and the first is found at once, however many have left before it. */
export class Line<Each extends object> {
  readonly #all = new Set<Each>();
  /** Goes on where it has stopped: a set is slow to begin with when thousands have left it at its start. */
  #walk: Iterator<Each> = this.#all.values();
  #first: Each | undefined = undefined;

  get size(): number {
    return this.#all.size;
  }

  get first(): Each | undefined {
    while (this.#first === undefined && this.#all.size > 0) {
      const { done, value } = this.#walk.next();
      if (done) this.#walk = this.#all.values();
      else this.#first = value;
    }
    return this.#first;
  }

  add(each: Each): void {
    this.#all.add(each);
  }

  /** Returns whether it has waited here. */
  delete(each: Each): boolean {
    if (each === this.#first) this.#first = undefined;
    return this.#all.delete(each);
  }

  /** All of it leaves. */
  clear(): Each[] {
    const all = [...this.#all];
    this.#all.clear();
    this.#first = undefined;
    return all;
  }
}

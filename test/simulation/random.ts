/** Everything random in a simulated run comes from here, and so from its seed. Not for anything but tests. */

/** mulberry32: 32 bits of state, good enough to mix schedules, and the same in every runtime. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)] as T;
  }

  /** One of the values, each as likely as its weight says. */
  weighted<T>(table: readonly (readonly [weight: number, value: T])[]): T {
    let left = this.next() * table.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of table) {
      left -= weight;
      if (left < 0) return value;
    }
    return (table.at(-1) as readonly [number, T])[1];
  }

  /** A source of its own, so that one part's appetite does not change what another part draws. */
  fork(): Random {
    return new Random(this.int(0, 2 ** 32 - 1));
  }
}

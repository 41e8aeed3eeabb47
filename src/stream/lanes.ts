/** Where the frames of streams go that have no port of their own. */
import type { Lane } from "../link.ts";
import type { CoreLink } from "../wire/core-link.ts";

export class Lanes {
  readonly #link: CoreLink;
  /** Of all streams of a link of messages. It cannot be closed by one of them. */
  readonly #shared: Lane;

  constructor(link: CoreLink) {
    this.#link = link;
    this.#shared = {
      post: (message, transfer) => link.post(message, transfer),
      listen: () => {},
      close: () => {},
    };
  }

  of(id: number): Lane {
    return this.#link.lane?.(id) ?? this.#shared;
  }
}

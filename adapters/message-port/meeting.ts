/**
 * How two ends of a message link meet, whichever is there first and however late the other comes. Each says `ready`
 * with a nonce of its own; whoever hears one that does not know him yet says it again. What was posted before the
 * other listened is lost in some runtimes, so nothing else is sent until a `ready` has come: that proves a listener.
 */

export interface Ready {
  readonly sluice: "ready";
  /** The sender's. */
  readonly nonce: string;
  /** The receiver's, as far as the sender has heard of it. */
  readonly seen: string | null;
  /** The sender holds the Web Lock that is named after its nonce for as long as it is there. */
  readonly lock?: boolean;
}

export function isReady(message: unknown): message is Ready {
  const ready = message as Partial<Ready> | null;
  return (
    typeof ready === "object" &&
    ready !== null &&
    ready.sluice === "ready" &&
    typeof ready.nonce === "string" &&
    (ready.seen === null || typeof ready.seen === "string") &&
    (ready.lock === undefined || typeof ready.lock === "boolean")
  );
}

/** How often one that is known already is answered: it needs one, and may have asked a few times before that came. */
const MOST_ANSWERS = 4;

/** What follows from a `ready` that has come. */
export interface Heard {
  /** To be posted back. */
  readonly answer: Ready | undefined;
  /** The two have met just now. */
  readonly met: boolean;
  /** Somebody else is at the other end than before. */
  readonly restarted: boolean;
}

export class Meeting {
  readonly #nonce: string;
  #remote: string | null = null;
  #answered = 0;
  /** Set before the first `ready` is posted. */
  lock = false;

  constructor(nonce: string) {
    this.#nonce = nonce;
  }

  /** What to post first. */
  get ready(): Ready {
    const ready: Ready = { sluice: "ready", nonce: this.#nonce, seen: this.#remote };
    return this.lock ? { ...ready, lock: true } : ready;
  }

  /** Differs between the two ends. */
  get first(): boolean {
    return this.#nonce > (this.#remote ?? "");
  }

  hear(ready: Ready): Heard {
    const met = this.#remote === null;
    const restarted = !met && ready.nonce !== this.#remote;
    if (met) this.#remote = ready.nonce;
    const isAnswered = !restarted && ready.seen !== this.#nonce && this.#answered++ < MOST_ANSWERS;
    return { answer: isAnswered ? this.ready : undefined, met, restarted };
  }

  /** Who was heard has given up before anything else was said: whoever comes now is met anew. */
  forget(): void {
    this.#remote = null;
    this.#answered = 0;
  }
}

/** Not a UUID by name: `randomUUID` is there in secure contexts only, a page on plain HTTP has none. */
export function makeNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

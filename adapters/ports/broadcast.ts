/**
 * A BroadcastChannel, on which everybody hears everything, as a port between two. Two that are free find each other on
 * the channel of the given name; from then on they talk on one that is named after both, where nobody else listens.
 *
 *     free ──a free one of a smaller nonce──▶ offering ──it says yes──▶ paired
 *      │◀───it is another's, or is silent───────┘                         ▲
 *      └──an offer of a greater nonce, to which one says yes──────────────┘
 *
 * Offers go from the greater nonce to the smaller only, so that they never go in a circle. An offer may be an old one: its
 * sender has heard meanwhile that this one was another's, and looked further. Until something comes over the channel of
 * the two, who has said yes takes that back if the other is another's now, and says it again if the other is free.
 *
 * Who leaves before that says that it is its own: to all others it is another's then. Of who cannot say so any more, only
 * the silence tells. One that was silent and is there after all hears that the other is free, as above.
 */
import { checkOptions } from "../../src/check.ts";
import { mistake } from "../../src/errors.ts";
import type { MessageLink } from "../../src/link.ts";
import { GOODBYE, isGoodbye } from "../message-port/goodbye.ts";
import { MessagePortLink, type PortContext } from "../message-port/link.ts";
import { isReady, makeNonce, type Ready } from "../message-port/meeting.ts";
import { SHARED } from "../message-port/options.ts";
import { TOGETHER } from "../message-port/presence.ts";
import { realmScheduler } from "../message-port/scheduler.ts";
import type { ListenerObject, PortLike } from "../message-port/types.ts";
import type { BroadcastLinkOptions } from "./types.ts";

/** Milliseconds that an offer, or a yes, may go unanswered. */
const ANSWER_TIME = 1_000;
/**
 * Milliseconds until something must come over the channel of the two, once the partner has said yes. It was there a moment
 * ago, and may count on this one by now: given up sooner, it would lose its link for standing still a little.
 */
const FIRST_WORDS_TIME = 10_000;

/**
 * A link to another realm of the same origin that asks for one of the same name. It joins two; who comes third waits for
 * a fourth. Nothing is transferred, and all goes to every process of the origin: prefer a MessagePort where there is one.
 */
export function broadcastLink(name: string, options: BroadcastLinkOptions = {}): MessageLink {
  if (typeof name !== "string" || name === "") {
    throw mistake(new TypeError(`Cannot name a broadcast link ${JSON.stringify(name)}: pass a string`), "BAD_OPTION");
  }
  checkOptions("broadcastLink option", SHARED, options);
  // No runtime tells that the other one is gone; but a channel joins what is in one storage partition.
  const context: PortContext = { bond: TOGETHER, tells: false, carriesUnmet: false };
  return new MessagePortLink(new PairPort(name), { ...options, fork: false }, context);
}

/** Runtimes of servers keep the process alive for an open channel. */
type Channel = BroadcastChannel & { ref?(): void; unref?(): void };

class PairPort implements PortLike {
  readonly #name: string;
  readonly #nonce: string = makeNonce();
  readonly #listeners = new Map<string, ListenerObject>();
  /** Where the two find each other: open from the start on, for an open channel keeps the process alive. */
  #market: Channel | undefined = undefined;
  /** Whom this one has offered itself to, or said yes to. */
  #partner: string | null = null;
  #pair: Channel | undefined = undefined;
  /** Something has come over it: now it is certain. */
  #isPaired = false;
  /** Posted before that. */
  #posted: unknown[] = [];
  #alive = true;
  /** Milliseconds that the next offer or yes may wait: two that are slow must not take them back for ever. */
  #patience = ANSWER_TIME;
  #stopWaiting: (() => void) | undefined = undefined;

  constructor(name: string) {
    this.#name = name;
  }

  postMessage(message: unknown): void {
    if (!this.#isPaired) this.#posted.push(message);
    this.#pair?.postMessage(message);
  }

  addEventListener(type: string, listener: ListenerObject): void {
    this.#listeners.set(type, listener);
  }

  removeEventListener(type: string): void {
    this.#listeners.delete(type);
  }

  start(): void {
    this.#market = new BroadcastChannel(`sluice:${this.#name}`);
    if (!this.#alive) this.#market.unref?.();
    this.#market.addEventListener("message", ({ data }) => {
      if (isReady(data)) this.#hear(data);
    });
    this.#say();
  }

  close(): void {
    this.#stopWaiting?.();
    if (!this.#isPaired) {
      this.#say(this.#nonce);
      // The partner may be certain already.
      this.#pair?.postMessage(GOODBYE);
    }
    this.#market?.close();
    this.#pair?.close();
  }

  ref(): void {
    this.#alive = true;
    this.#market?.ref?.();
    this.#pair?.ref?.();
  }

  unref(): void {
    this.#alive = false;
    this.#market?.unref?.();
    this.#pair?.unref?.();
  }

  #say(seen: string | null = this.#partner): void {
    const ready: Ready = { sluice: "ready", nonce: this.#nonce, seen };
    this.#market?.postMessage(ready);
  }

  #hear({ nonce, seen }: Ready): void {
    const isOffer = seen === this.#nonce;
    if (this.#partner === null) {
      if (isOffer) this.#joinAs(nonce);
      else if (seen === null) {
        // The greater one offers itself; the smaller one only tells that it is there.
        if (this.#nonce > nonce) this.#choose(nonce);
        this.#say();
      }
    } else if (nonce !== this.#partner) {
      // Somebody else's offer: it learns whose this one is.
      if (isOffer) this.#say();
    } else if (isOffer) {
      if (this.#pair === undefined) {
        this.#join();
        this.#wait(FIRST_WORDS_TIME);
      }
    } else if (!this.#isPaired) {
      if (seen !== null) this.#part();
      else if (this.#pair !== undefined) {
        this.#wait(this.#patience);
        this.#say();
      }
    }
  }

  #choose(partner: string): void {
    this.#partner = partner;
    this.#wait(this.#patience);
  }

  /** Gives the partner so many milliseconds. */
  #wait(ms: number): void {
    this.#stopWaiting?.();
    this.#stopWaiting = realmScheduler().after(ms, () => {
      this.#patience *= 2;
      // One that hears only now what was said there would take it for a beginning.
      this.#pair?.postMessage(GOODBYE);
      this.#part();
    });
  }

  /** The partner is another's, or gone: this one is free again. */
  #part(): void {
    this.#stopWaiting?.();
    this.#partner = null;
    this.#pair?.close();
    this.#pair = undefined;
    this.#say();
  }

  /** Says yes, once it listens where the other will speak. */
  #joinAs(partner: string): void {
    this.#choose(partner);
    this.#join();
    this.#say();
  }

  #join(): void {
    const both = [this.#nonce, this.#partner].sort().join("/");
    this.#pair = new BroadcastChannel(`sluice:${this.#name}/${both}`);
    this.#pair.addEventListener("message", (event) => this.#begin(event), { once: true });
    for (const [type, listener] of this.#listeners) this.#pair.addEventListener(type, listener as EventListenerObject);
    if (!this.#alive) this.#pair.unref?.();
    for (const message of this.#posted) this.#pair.postMessage(message);
  }

  /** The first that comes over the channel of the two: the partner is certain, unless it has given up on this one. */
  #begin(event: Event): void {
    if (isGoodbye((event as MessageEvent).data)) {
      event.stopImmediatePropagation();
      this.#part();
      return;
    }
    this.#stopWaiting?.();
    this.#isPaired = true;
    this.#posted = [];
  }
}

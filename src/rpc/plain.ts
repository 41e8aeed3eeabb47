/**
 * A remote that may know plain JSON-RPC 2.0 only: what tells that it does, and the form of its messages, which may be text.
 * What a channel to such a one can do, and what is dangerous about text, is not its business.
 *
 *     maybe ──JSON-RPC comes first, or a second passes──▶ plain
 *       └────────────── it meets us, or says hello ─────────┴──▶ dismissed
 */
import type { Scheduler } from "../link.ts";
import { isRpc, type RpcMessage } from "./messages.ts";
import { PLAIN_REMOTE, type Remote } from "./remote.ts";
import { type ReadText, readText, writeText } from "./text.ts";

/** How long a remote that may be plain has to meet us, in milliseconds. */
const MEETING_TIME = 1_000;

export class PlainRemote {
  /** What is known of it, once it counts as a plain one, and as long as it does. */
  remote: Remote | undefined = undefined;
  readonly #taken: () => void;
  readonly #longest: number;
  readonly #stopWaiting: () => void;
  /** It sends its messages as text, so it gets text. */
  #text = false;
  /** It is none. */
  #dismissed = false;

  /** `taken` is called when it is taken for one; `longest`: characters of a text. */
  constructor(scheduler: Scheduler, longest: number, taken: () => void) {
    this.#longest = longest;
    this.#taken = taken;
    this.#stopWaiting = scheduler.after(MEETING_TIME, () => this.#take());
  }

  /** Does a message come from a remote that is plain? The first of such a one tells. */
  sends(message: unknown): boolean {
    if (this.#dismissed) return false;
    const isObject = isRpc(message);
    if (isObject && message["method"] === "$/hello") return false;
    const isText = typeof message === "string";
    this.#text ||= isText;
    if (isText || isObject || Array.isArray(message)) this.#take();
    return this.remote !== undefined;
  }

  read(message: unknown): ReadText {
    return typeof message === "string" ? readText(message, this.#longest) : { value: message };
  }

  write(message: RpcMessage | readonly RpcMessage[]): unknown {
    return this.#text ? writeText(message) : message;
  }

  #take(): void {
    this.stop();
    if (this.remote !== undefined) return;
    this.remote = PLAIN_REMOTE;
    this.#taken();
  }

  /** It is a Sluice peer, though it may have been taken for a plain one, for it was late: from now on it is any other. */
  dismiss(): void {
    this.stop();
    this.#dismissed = true;
    this.#text = false;
    this.remote = undefined;
  }

  /** What it is need not be known any more. */
  stop(): void {
    this.#stopWaiting();
  }
}

/** A link of messages whose other end is a test: it sees what is posted, and says what comes. */
import type { LinkReceiver, MessageLink } from "../../../src/link.ts";
import { FakeScheduler, settle } from "./scheduler.ts";

/** What is posted: a message, or a frame. */
export type Posted = Readonly<Record<string, unknown>>;

/** Of a remote that has no limits but these. */
export const HELLO: { version: number; limits: object; initialCredit: object } = {
  version: 1,
  limits: { streams: 100, maxChunk: 1_000_000 },
  initialCredit: { chunks: 1, bytes: 65_536 },
};

export class HandLink implements MessageLink {
  readonly kind = "message";
  readonly trusted: boolean;
  readonly heartbeat = 0;
  readonly carriesUnmet = true;
  readonly scheduler: FakeScheduler = new FakeScheduler();
  readonly posted: Posted[] = [];
  /** Characters of a message, as a link of text has it. */
  most: number = Number.POSITIVE_INFINITY;
  closed = false;
  #receiver!: LinkReceiver;

  constructor(trusted: boolean = true) {
    this.trusted = trusted;
  }

  listen(receiver: LinkReceiver): void {
    this.#receiver = receiver;
  }

  post(message: unknown): void {
    if (JSON.stringify(message).length > this.most) throw new RangeError("Cannot send a message of so many characters");
    this.posted.push(structuredClone(message) as Posted);
  }

  close(): void {
    this.closed = true;
  }

  keepAlive(): void {}

  /** The remote is there, and has said hello. This side is the first of the two. */
  meet(hello: object = HELLO): void {
    this.#receiver.met(true);
    this.say("$/hello", hello);
  }

  met(): void {
    this.#receiver.met(true);
  }

  lose(error: Error): void {
    this.#receiver.lost(error);
  }

  /** Something comes. */
  receive(message: unknown): void {
    this.#receiver.receive(structuredClone(message));
  }

  /** A request comes, or, without an id, a notification. */
  say(method: string, params?: unknown, id?: unknown): void {
    this.receive({ jsonrpc: "2.0", method, params, ...(id !== undefined && { id }) });
  }

  /** An answer comes to the last request of that method. */
  answer(method: string, answer: object = { result: null }): void {
    this.receive({ jsonrpc: "2.0", id: this.of(method).at(-1)?.["id"], ...answer });
  }

  /** What was posted of that method. */
  of(method: string): Posted[] {
    return this.posted.filter((each) => each["method"] === method);
  }

  /** The methods of what was posted. */
  get methods(): unknown[] {
    return this.posted.map((each) => each["method"]).filter((each) => each !== undefined);
  }

  /** The names of the streams that were opened. */
  get opened(): unknown[] {
    return this.posted.filter(({ type }) => type === "stream-open").map(({ name }) => name);
  }

  /** Promises settle, and turns end. */
  async rest(): Promise<void> {
    for (let i = 0; i < 4; i++) {
      await settle();
      this.scheduler.turn();
    }
  }
}

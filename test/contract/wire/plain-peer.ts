/** A peer that knows plain JSON-RPC 2.0 and nothing of Sluice, written by hand, at the other port of a real channel. */
import { setImmediate as turn } from "node:timers/promises";
import { type Channel, type ConnectOptions, connect } from "sluice";
import { type MessagePortOptions, messagePortLink } from "sluice/message-port";
import { onTestFinished } from "vitest";
import { FakeScheduler } from "../../unit/support/scheduler.ts";
import type { Message } from "./peer.ts";

export interface PlainOptions extends ConnectOptions {
  readonly link?: MessagePortOptions;
}

export class PlainPeer {
  readonly channel: Channel;
  /** The channel's time. */
  readonly scheduler: FakeScheduler = new FakeScheduler();
  /** All that has come and is JSON-RPC, objects and texts, as it came. */
  readonly messages: (Message | Message[] | string)[] = [];
  /** All that has come and is none. */
  readonly others: unknown[] = [];
  /** The port was closed by the channel. */
  closed = false;
  readonly #port: MessagePort;
  #answering: ((request: Message) => unknown) | undefined = undefined;

  constructor({ link, ...options }: PlainOptions = {}) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port2;
    port2.onmessage = ({ data }) => this.#take(data);
    port2.addEventListener("close", () => {
      this.closed = true;
    });
    const own = Object.assign(messagePortLink(port1, link), { scheduler: this.scheduler });
    this.channel = connect(own, { handshake: "optional", ...options });
    onTestFinished(() => {
      this.channel.abort();
      port1.close();
      port2.close();
    });
  }

  send(message: unknown): void {
    this.#port.postMessage(message);
  }

  close(): void {
    this.#port.close();
  }

  /** From now on every request is answered with what `answering` gives: a result, or a whole answer. */
  answer(answering: (request: Message) => unknown): void {
    this.#answering = answering;
  }

  /** A second has passed in which nobody met the channel. */
  async presumed(): Promise<void> {
    await this.scheduler.pass(1_000);
  }

  /** What is under way has come, and what follows from it. */
  async settled(): Promise<void> {
    for (let i = 0; i < 8; i++) await turn();
  }

  /** What came for a message, once nothing more can come. */
  async sends(message: unknown): Promise<unknown[]> {
    const before = this.messages.length;
    this.send(message);
    await this.settled();
    return this.messages.slice(before);
  }

  #take(data: unknown): void {
    const read = (typeof data === "string" ? JSON.parse(data) : data) as Message;
    if (!Array.isArray(read) && read["jsonrpc"] !== "2.0") {
      this.others.push(data);
      return;
    }
    this.messages.push(data as Message | string);
    if (this.#answering === undefined || read["id"] === undefined || read["method"] === undefined) return;
    const answer = { jsonrpc: "2.0", id: read["id"], ...(this.#answering(read) as object) };
    this.send(typeof data === "string" ? JSON.stringify(answer) : answer);
  }
}

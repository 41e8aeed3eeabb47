/** What peers that are driven by hand have in common, whatever their link: what has come, and what became of the channel. */
import type { Channel } from "sluice";
import { expect } from "vitest";

export type Message = Record<string, unknown>;

export abstract class HandDriven {
  abstract readonly channel: Channel;
  /** All that has come, the meeting aside: messages, and frames with `type`, `id` and their fields. */
  readonly messages: Message[] = [];
  #asked = 0;
  #waiting: (() => void)[] = [];

  /** Sends a JSON-RPC message. */
  abstract message(message: object): void;

  /** The first message of all for which `matches`, now or later. */
  async seen(matches: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const message = this.messages.find(matches);
      if (message !== undefined) return message;
      await this.more();
    }
  }

  /** Waits until the channel has handled all that was sent, by asking something of it. */
  async settled(): Promise<void> {
    for (let i = 0; i < 2; i++) {
      const id = `settled ${this.#asked++}`;
      this.message({ id, method: "no such method" });
      await this.seen((message) => message["id"] === id);
    }
  }

  /** The channel has ended with this error, which blames the remote, and has told so. */
  async accused(code: string): Promise<void> {
    const settled = this.channel.closed.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    // A channel that answers has taken no offence: there is nothing to wait for.
    const error = await Promise.race([settled, this.settled().then(() => "no offence taken")]);
    expect(error).toMatchObject({ name: "ProtocolError", code, origin: "remote" });
    const { params } = await this.seen((message) => message["method"] === "$/abort");
    expect(params).toMatchObject({ reason: { name: "ProtocolError", code } });
  }

  /** The channel has taken no offence. */
  async unmoved(): Promise<void> {
    await this.settled();
    expect(this.channel.stats().state).toBe("open");
  }

  protected add(message: Message): void {
    this.messages.push(message);
    this.wake();
  }

  /** Resolves when something has come. */
  protected more(): Promise<void> {
    return new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  protected wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

/** A peer that is driven by hand, message by message, at the other port of a real channel. */
import { type Channel, type ConnectOptions, connect } from "sluice";
import { type MessagePortOptions, messagePortLink } from "sluice/message-port";
import { onTestFinished } from "vitest";
import { HandDriven, type Message } from "./hand-driven.ts";

export type { Message } from "./hand-driven.ts";

/** A nonce above every other: the channel's own streams have even ids, the peer's odd ones. */
const NONCE = "~peer";

export const HELLO: Message & { limits: Message; initialCredit: Message } = {
  version: 1,
  capabilities: { fork: false },
  limits: { streams: 1000, unaccepted: 1000, maxChunk: 16 * 1024 * 1024 },
  initialCredit: { chunks: 0, bytes: 0 },
};

export const WINDOW: Message = { unit: "chunks", limit: 256, bytes: 8 * 1024 * 1024, fixed: false };

/** The first ids that the peer and the channel give. */
export const OPENED = 1;
export const OURS = 2;

export class Peer extends HandDriven {
  readonly channel: Channel;
  readonly #port: MessagePort;
  /** The port was closed by the channel. */
  readonly closed: Promise<void>;
  #read = 0;

  constructor(options: ConnectOptions = {}, link: MessagePortOptions = { fork: false }) {
    super();
    const { port1, port2 } = new MessageChannel();
    this.#port = port2;
    port2.onmessage = ({ data }) => {
      if (data?.sluice === "ready") this.#answer(data);
      else this.add(data);
    };
    this.closed = new Promise((resolve) => port2.addEventListener("close", () => resolve()));
    this.channel = connect(messagePortLink(port1, link), options);
    onTestFinished(() => {
      this.channel.abort();
      port1.close();
      port2.close();
    });
  }

  send(message: unknown, transfer: MessagePort[] = []): void {
    this.#port.postMessage(message, transfer as never);
  }

  message(message: object): void {
    this.send({ jsonrpc: "2.0", ...message });
  }

  hello(changes: Message = {}): void {
    this.send({ jsonrpc: "2.0", method: "$/hello", params: { ...HELLO, ...changes } });
  }

  /** Opens a stream at the channel. */
  open(name: string, changes: Message = {}, id: number = OPENED): void {
    this.send({ type: "stream-open", id, name, codec: "clone", readable: WINDOW, ...changes });
  }

  accept(changes: Message = {}, id: number = OURS): void {
    this.send({ type: "stream-accept", id, codec: "clone", readable: WINDOW, ...changes });
  }

  data(chunks: unknown[], charged: number = 64 * chunks.length, id: number = OPENED): void {
    this.send({ type: "stream-data", id, chunks, charged });
  }

  close(): void {
    this.#port.close();
  }

  /** The next message for which `matches`, skipping others. */
  async next(matches: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      while (this.#read < this.messages.length) {
        const message = this.messages[this.#read++] as Message;
        if (matches(message)) return message;
      }
      await this.more();
    }
  }

  /** The next frame of that type. */
  frame(type: string): Promise<Message> {
    return this.next((message) => message["type"] === type);
  }

  /** The frames of that type that have come so far. */
  frames(type: string): Message[] {
    return this.messages.filter((message) => message["type"] === type);
  }

  #answer({ nonce, seen }: { nonce: string; seen: string | null }): void {
    if (seen !== NONCE) this.send({ sluice: "ready", nonce: NONCE, seen: nonce });
  }
}

/** A peer that has said hello, at a channel that has. */
export async function greeted(
  options: ConnectOptions = {},
  hello: Message = {},
  link?: MessagePortOptions,
): Promise<Peer> {
  const peer = new Peer(options, link);
  await peer.next((message) => message["method"] === "$/hello");
  peer.hello(hello);
  await peer.channel.ready;
  return peer;
}

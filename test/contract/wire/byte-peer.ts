/** A peer that is driven by hand, byte by byte, at the other end of a link of bytes of a real channel. */
import { type Channel, type ConnectOptions, connect, LinkError } from "sluice";
import { type ByteLink, type ByteLinkReceiver, framed } from "sluice/bytes";
import { expect, onTestFinished } from "vitest";
import { DATA, type Fields, frameBytes, framesIn, joined, text } from "../../unit/support/bytes.ts";
import { HandDriven, type Message } from "./hand-driven.ts";
import { HELLO, OPENED, WINDOW } from "./peer.ts";

const NAMES = ["", "message", "stream-open", "stream-accept", "stream-refuse", "stream-data", "stream-end"];
const MORE_NAMES = ["stream-ended", "stream-error", "stream-credit", "stream-cancel"];
/** The number of a frame's type. */
export const TYPE: Readonly<Record<string, number>> = Object.fromEntries(
  [...NAMES, ...MORE_NAMES].map((name, number) => [name, number]),
);

export interface PeerOptions {
  /** Lines have a path of their own. */
  readonly ownControl?: boolean;
  /** Nothing that is written is ever taken. */
  readonly stalls?: boolean;
}

export class BytePeer extends HandDriven {
  readonly channel: Channel;
  /** The channel has closed the link. */
  closed = false;
  #receiver!: ByteLinkReceiver;
  readonly #ownControl: boolean;

  constructor(options: ConnectOptions = {}, { ownControl = false, stalls = false }: PeerOptions = {}) {
    super();
    this.#ownControl = ownControl;
    const link: ByteLink = {
      kind: "bytes",
      trusted: true,
      heartbeat: 0,
      scheduler: {
        defer: (task) => queueMicrotask(() => process.nextTick(task)),
        yield: (task) => void setImmediate(task),
        after(ms, task) {
          const timer = setTimeout(task, ms);
          return () => clearTimeout(timer);
        },
      },
      listen: (receiver) => {
        this.#receiver = receiver;
        queueMicrotask(() => {
          receiver.met(false);
          receiver.connected();
        });
      },
      ...(ownControl && { post: (line: string) => this.add(JSON.parse(line)) }),
      write: (parts, taken) => {
        if (stalls) return false;
        for (const { type, stream, payload, flags, count } of framesIn(joined(...parts)))
          this.add(meaningOf(type, stream, payload, flags, count));
        setImmediate(taken);
        return false;
      },
      keepAlive: () => {},
      close: () => {
        this.closed = true;
        this.wake();
      },
    };
    this.channel = connect(framed(link), options);
    this.channel.closed.catch(() => {});
    onTestFinished(() => this.channel.abort());
  }

  /** Bytes, as they are. After the link was closed they are not read. */
  raw(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.closed; ) {
      const space = this.#receiver.space();
      const count = Math.min(space.length, bytes.length - at);
      space.set(bytes.subarray(at, at + count));
      at += count;
      this.#receiver.filled(count);
    }
  }

  /** A frame: its payload is JSON, or bytes. */
  frame(type: string, id: number, payload: object = {}, fields: Partial<Fields> = {}): void {
    const bytes = payload instanceof Uint8Array ? payload : text(JSON.stringify(payload));
    this.raw(frameBytes({ type: TYPE[type] as number, stream: id, ...fields }, bytes));
  }

  /** A text on the path of control. */
  line(line: string): void {
    if (this.#ownControl) this.#receiver.text(line);
    else this.raw(frameBytes({ type: 1 }, text(line)));
  }

  message(message: object): void {
    this.line(JSON.stringify({ jsonrpc: "2.0", ...message }));
  }

  hello(changes: Message = {}): void {
    this.message({ method: "$/hello", params: { ...HELLO, ...changes } });
  }

  open(name: string, changes: Message = {}, id: number = OPENED): void {
    this.frame("stream-open", id, { name, codec: "raw", readable: WINDOW, ...changes });
  }

  data(payload: Uint8Array, fields: Partial<Fields> = {}, id: number = OPENED): void {
    this.raw(frameBytes({ type: DATA, stream: id, ...fields }, payload));
  }

  lose(): void {
    this.closed = true;
    this.#receiver.lost(new LinkError("CONNECTION_LOST", "The peer is gone"));
  }

  /** The first frame of that type. */
  got(type: string): Promise<Message> {
    return this.seen((message) => message["type"] === type);
  }

  /** The channel has ended with this error, which blames the remote, has told so, and reads no more. */
  override async accused(code: string): Promise<void> {
    await super.accused(code);
    const { length } = this.messages;
    this.open("late");
    this.message({ id: "late", method: "late" });
    await new Promise((resolve) => setImmediate(resolve));
    expect(this.messages.slice(length)).toEqual([]);
  }
}

/** What a frame says, as docs/protocol.md has it. */
function meaningOf(type: number, id: number, payload: Uint8Array, flags: number, count: number): Message {
  const name = [...NAMES, ...MORE_NAMES][type] as string;
  if (type === 1) return JSON.parse(Buffer.from(payload).toString());
  if (name === "stream-data") return { type: name, id, flags, count, payload };
  const numbers = payload.slice();
  if (name === "stream-end") return { type: name, id, chunks: new Float64Array(numbers.buffer)[0] };
  if (name === "stream-credit") {
    const [limit, bytes] = new Float64Array(numbers.buffer);
    return { type: name, id, limit, bytes };
  }
  return { type: name, id, ...(payload.length > 0 && JSON.parse(Buffer.from(payload).toString())) };
}

/** A peer that has said hello, at a channel that has. */
export async function greetedBytes(
  options: ConnectOptions = {},
  hello: Message = {},
  peer?: PeerOptions,
): Promise<BytePeer> {
  const bytes = new BytePeer(options, peer);
  await bytes.seen(({ method }) => method === "$/hello");
  bytes.hello(hello);
  await bytes.channel.ready;
  return bytes;
}

/**
 * A link of bytes as the core sees links: what is posted becomes frames, and bytes that come become frames again. It
 * puts decoder and outbox together, and knows neither strategies nor runtimes.
 */
import { type LinkError, mistake, ProtocolError } from "../errors.ts";
import type { ByteLink, ByteLinkReceiver, Scheduler } from "../link.ts";
import type { ByteLane, CoreLink, CoreReceiver } from "./core-link.ts";
import { Decoder, type FrameSink } from "./decoder.ts";
import { fieldsOf, MOST_TEXT, numbered, payloadOf, textOf } from "./fields.ts";
import { type Frame, parseFrame } from "./frames.ts";
import { formOf, type Header, TYPES, tableLength, WEIGHED } from "./layout.ts";
import { Outbox } from "./outbox.ts";
import { MOST_TOGETHER, readPayload } from "./payload.ts";
import { StreamLane } from "./stream-lane.ts";

/** UTF-8 takes at most this many bytes for one unit of a string. */
const BYTES_PER_UNIT = 3;
/** Bytes of a table in front of a single chunk. */
const TABLE = 16;
/** Milliseconds for what is queued to be sent when a link is closed. */
const LAST_WORDS = 1_000;
/** Milliseconds without a byte of it, until a remote that is not trusted is held to a chunk that it has begun. */
const UNFINISHED = 30_000;

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(TYPES).map(([name, number]) => [number, name]));
const encoder = new TextEncoder();

export class FramedLink implements CoreLink, ByteLinkReceiver, FrameSink {
  readonly kind = "message";
  readonly trusted: boolean;
  readonly scheduler: Scheduler;
  readonly heartbeat: number;
  readonly splits: boolean;
  readonly hello?: ByteLink["hello"];
  readonly #link: ByteLink;
  readonly #maxChunk: number;
  readonly #maxText: number;
  readonly #decoder: Decoder;
  readonly #outbox: Outbox;
  readonly #lanes = new Map<number, StreamLane>();
  #receiver: CoreReceiver | undefined = undefined;
  /** Characters that the remote takes in one message, once it has said so. */
  #longestMessage: number = Number.POSITIVE_INFINITY;
  /** Of streams, that came in this turn. */
  #errors: Frame[] = [];
  /** Prevents the next look at what is unfinished, if there is to be one. */
  #unwatch: (() => void) | undefined = undefined;
  #closed = false;

  /** The most bytes in a chunk that comes, and characters of a message. */
  constructor(link: ByteLink, { maxChunk, message }: { readonly maxChunk: number; readonly message: number }) {
    this.#link = link;
    this.#maxChunk = maxChunk;
    this.#maxText = Math.max(MOST_TEXT, message * BYTES_PER_UNIT);
    this.trusted = link.trusted;
    this.scheduler = link.scheduler;
    this.heartbeat = link.heartbeat;
    this.splits = link.post !== undefined;
    if (link.hello !== undefined) this.hello = link.hello;
    this.#decoder = new Decoder(this, link.allocate?.bind(link));
    this.#outbox = new Outbox(link, {
      room: (stream) => this.#lanes.get(stream)?.onRoom?.(),
      failed: (error: LinkError) => this.lost(error),
    });
  }

  // What the core does.

  listen(receiver: CoreReceiver): void {
    this.#receiver = receiver;
    this.#link.listen(this);
  }

  greeted(hello: Readonly<Record<string, unknown>>, message: number): void {
    this.#longestMessage = message;
    this.#link.greeted?.(hello);
  }

  /** Posts a JSON-RPC message, or the `stream-open` of a stream. All else goes over the stream's lane. */
  post(message: unknown): void {
    const { type, id, method } = message as { type?: unknown; id?: unknown; method?: unknown };
    if (type !== undefined) {
      this.postFrame(message as Frame, id as number);
      return;
    }
    const text = JSON.stringify(message);
    if (text.length > this.#longestMessage) throw tooLong(text.length, this.#longestMessage);
    // What was opened before must have come when a remote is told that nothing new will.
    const behindStreams = method === "$/shutdown";
    if (this.#link.post !== undefined && !behindStreams) this.#link.post(text);
    else this.#outbox.control(TYPES.message, 0, encoder.encode(text));
  }

  postFrame(frame: Frame, id: number): void {
    if (frame.type === "stream-credit") {
      this.#outbox.credit(id, frame.limit, frame.bytes);
      return;
    }
    const number = TYPES[frame.type];
    // Nothing more of it is taken: what has come of a chunk is of no use.
    if (frame.type === "stream-cancel" || frame.type === "stream-refuse") this.#decoder.drop(id);
    const payload = payloadOf(frame);
    if (frame.type === "stream-end" || frame.type === "stream-error") this.#lane(id).last(number, payload);
    else this.#outbox.control(number, id, payload);
  }

  lane(id: number): ByteLane {
    return this.#lane(id);
  }

  #lane(id: number): StreamLane {
    let lane = this.#lanes.get(id);
    if (lane === undefined) {
      const forget = (): void => {
        this.#lanes.delete(id);
        this.#decoder.drop(id);
      };
      lane = new StreamLane(id, this.#outbox, this.postFrame.bind(this), forget);
      this.#lanes.set(id, lane);
    }
    return lane;
  }

  /** Bytes held of chunks that are not complete. */
  get held(): number {
    return this.#decoder.held;
  }

  keepAlive(on: boolean): void {
    this.#link.keepAlive(on);
  }

  /** What is queued is still sent, unless the remote does not take it: then it is of no use any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#unwatch?.();
    let open = true;
    const end = (): void => {
      if (!open) return;
      open = false;
      stop();
      this.#outbox.close();
      this.#link.close();
    };
    const stop = this.scheduler.after(LAST_WORDS, end);
    this.#outbox.drain(end);
  }

  // What the link tells.

  met(first: boolean): void {
    this.#receiver?.met(first);
  }

  text(line: string, parsed?: unknown): void {
    if (!this.#closed) this.#receiver?.text(line, parsed);
  }

  connected(): void {
    this.#outbox.connect();
  }

  space(): Uint8Array {
    return this.#decoder.space();
  }

  filled(count: number): void {
    if (this.#closed) return;
    try {
      this.#decoder.filled(count);
    } catch (error) {
      this.#receiver?.breach(error);
    }
    if (!this.trusted && this.#unwatch === undefined) this.#watch();
  }

  /** Memory is given to a chunk when it begins: one that never ends would keep it. */
  #watch(): void {
    this.#unwatch = undefined;
    if (this.#closed || !this.#decoder.isUnfinished) return;
    const stream = this.#decoder.stalled();
    if (stream === undefined) {
      this.#unwatch = this.scheduler.after(UNFINISHED, () => this.#watch());
      return;
    }
    const message = `Cannot wait for the rest of a chunk of stream ${stream}: none of it came for ${UNFINISHED / 1000} s`;
    this.#receiver?.breach(new ProtocolError("CHUNK_UNFINISHED", message));
  }

  lost(error: Error): void {
    if (this.#closed) return;
    this.#tellErrors();
    this.#closed = true;
    this.#unwatch?.();
    this.#outbox.close();
    this.#receiver?.lost(error);
    this.#link.close();
  }

  // What the decoder asks and tells.

  admits({ type, stream, count }: Readonly<Header>, bytes: number): boolean {
    if (this.#closed) return false;
    if (type !== TYPES["stream-data"]) {
      if (bytes <= this.#maxText) return true;
      throw new ProtocolError("BAD_FRAME", `Cannot take a frame of ${bytes} bytes: ${this.#maxText} are the most`);
    }
    const most = count === 1 ? this.#maxChunk + TABLE : MOST_TOGETHER;
    if (bytes <= most) return this.#receiver?.admits(stream) ?? false;
    throw new ProtocolError(
      "CHUNK_TOO_LARGE",
      `Cannot take a chunk of ${bytes} bytes of stream ${stream}: the limit told was ${this.#maxChunk}, cut it up`,
    );
  }

  begins({ type, stream, count, flags, total }: Readonly<Header>): void {
    if (type !== TYPES["stream-data"] || count !== 1) return;
    this.#receiver?.begins(stream, total - tableLength(1, (flags & WEIGHED) !== 0));
  }

  frame(header: Readonly<Header>, payload: Uint8Array): void {
    if (this.#closed) return;
    const { type, stream: id } = header;
    // What has come of a chunk by then stays one.
    if (type === TYPES["stream-end"] || type === TYPES["stream-error"]) this.#decoder.drop(id);
    if (type === TYPES["stream-data"]) {
      const { chunks, packed, weights } = readPayload(header, payload);
      const form = formOf(header);
      const data = packed === undefined ? { chunks } : { packed };
      this.#receiver?.frame({ type: "stream-data", id, form, ...data, ...(weights && { weights }) });
    } else if (type === TYPES.message) this.#receiver?.text(textOf(payload));
    else if (type === TYPES["stream-credit"] || type === TYPES["stream-end"])
      this.#receiver?.frame(numbered(header, payload));
    else {
      const name = NAMES.get(type) as Frame["type"];
      const fields = payload.length === 0 ? {} : fieldsOf(payload, name);
      const parsed = parseFrame({ ...fields, type: name, id });
      if (parsed.type === "stream-error") this.#defer(parsed);
      else this.#receiver?.frame(parsed);
    }
  }

  /**
   * An error throws away what its stream has queued, and in one read there may be both: whoever reads gets what came
   * before it first.
   */
  #defer(error: Frame): void {
    if (this.#errors.push(error) === 1) this.scheduler.defer(() => this.#tellErrors());
  }

  #tellErrors(): void {
    const errors = this.#errors;
    this.#errors = [];
    for (const each of errors) this.#receiver?.frame(each);
  }
}

function tooLong(length: number, longest: number): RangeError {
  const message = `Cannot send a message of ${length} characters: the remote takes ${longest}, pass a stream or raise limits.message there`;
  return mistake(new RangeError(message), "MESSAGE_TOO_LARGE");
}

/** How bugs are planted: methods of the core replaced for a while, and frames meddled with on their way out. */
import { ProtocolError } from "../../src/errors.ts";
import { charge } from "../../src/stream/chunk.ts";
import { SendCredit } from "../../src/stream/credit.ts";
import { DefaultStream } from "../../src/stream/default-stream.ts";
import { Incoming } from "../../src/stream/incoming.ts";
import { Outgoing } from "../../src/stream/outgoing.ts";
import type { Duplex } from "../../src/stream/stream.ts";
import { Streams } from "../../src/stream/streams.ts";
import { chunksOf, type DataFrame, type EndFrame } from "../../src/wire/frames.ts";
import type { SimulationOptions } from "./simulation.ts";
import { hooked, type Outbound } from "./wrapped.ts";

/** Breaks a class of the core; returns what mends it. */
export type Plant = () => () => void;
export type Wrap = NonNullable<SimulationOptions["wrap"]>;

/** Replaces a method; `make` gets the true one. */
export function patch<C extends object, K extends keyof C>(
  prototype: C,
  name: K,
  make: (real: C[K]) => C[K],
): () => void {
  const real = prototype[name];
  prototype[name] = make(real);
  return () => {
    prototype[name] = real;
  };
}

/** A lane that loses frames. */
export const dropping =
  (drops: (frame: Outbound) => boolean): Wrap =>
  (link) =>
    hooked(link, () => (frame, transfer, send) => {
      if (!drops(frame)) send(frame, transfer);
    });

/** The sender waits until the whole chunk fits. */
export function plantMustFit(): () => void {
  const next = new WeakMap<SendCredit, number>();
  const open = Object.getOwnPropertyDescriptor(SendCredit.prototype, "open") as PropertyDescriptor;
  const mend = patch(Outgoing.prototype, "write", (real) => {
    return function (this: Outgoing, chunk) {
      const length = (chunk as { byteLength?: number } | null)?.byteLength;
      next.set(this.credit, this.credit.unit === "bytes" ? (length ?? 0) : 1);
      return real.call(this, chunk);
    };
  });
  Object.defineProperty(SendCredit.prototype, "open", {
    ...open,
    get(this: SendCredit): boolean {
      const fits = this.unit === undefined || this.sent + (next.get(this) ?? 0) <= this.limit;
      return fits && open.get?.call(this);
    },
  });
  return () => {
    mend();
    Object.defineProperty(SendCredit.prototype, "open", open);
  };
}

/** Of the default stream, what waits for credit counts as sent. */
export function plantCountWritten(): () => void {
  const started = Object.getOwnPropertyDescriptor(DefaultStream.prototype, "started") as PropertyDescriptor;
  const outgoing = new WeakMap<DefaultStream, Duplex>();
  const mendOpen = patch(Streams.prototype, "open", (real) => {
    return function (this: Streams, name, options, role) {
      const stream = real.call(this, name, options, role);
      if (role === "extra") opened = stream;
      return stream;
    };
  });
  let opened: Duplex | undefined;
  const mendSend = patch(DefaultStream.prototype, "send", (real) => {
    return function (this: DefaultStream, chunk) {
      opened = undefined;
      const sent = real.call(this, chunk);
      if (opened !== undefined) outgoing.set(this, opened);
      return sent;
    };
  });
  Object.defineProperty(DefaultStream.prototype, "started", {
    ...started,
    get(this: DefaultStream): number {
      return started.get?.call(this) + (outgoing.get(this)?.outgoing.queued ?? 0);
    },
  });
  return () => {
    mendOpen();
    mendSend();
    Object.defineProperty(DefaultStream.prototype, "started", started);
  };
}

/** Without a memory of what has ended, its late frames look like a breach. */
export function plantNoOldNews(): () => void {
  const ended = new WeakMap<Streams, Set<number>>();
  const mendFinished = patch(Streams.prototype, "finished", (real) => {
    return function (this: Streams, stream) {
      ended.set(this, (ended.get(this) ?? new Set()).add(stream.id));
      real.call(this, stream);
    };
  });
  const mendReceive = patch(Streams.prototype, "receive", (real) => {
    return function (this: Streams, message) {
      const { id } = message as { id: number };
      if (ended.get(this)?.has(id)) throw new ProtocolError("BAD_STREAM_ID", `Cannot take a frame of stream ${id}`);
      real.call(this, message);
    };
  });
  return () => {
    mendFinished();
    mendReceive();
  };
}

/** An error after `close()` throws away what is queued. */
export function plantLossTakesBack(): () => void {
  const controllers = new WeakMap<Incoming, { error(reason?: unknown): void }>();
  const mendStart = patch(Incoming.prototype, "start", (real) => {
    return function (this: Incoming, controller) {
      controllers.set(this, controller);
      real.call(this, controller);
    };
  });
  const mendFail = patch(Incoming.prototype, "fail", (real) => {
    return function (this: Incoming, event, reason) {
      if (this.state === "ended" && event === "lost") controllers.get(this)?.error(reason);
      real.call(this, event, reason);
    };
  });
  return () => {
    mendStart();
    mendFail();
  };
}

/** Forgets the last chunk of what was gathered last when the end is posted; all accounts agree with that. */
export function loseLast(waiting: Outbound[], next: Outbound): void {
  const at = waiting.findLastIndex(({ type, id }) => type === "stream-data" && id === next.id);
  if (next.type !== "stream-end" || at < 0) {
    waiting.push(next);
    return;
  }
  const frame = waiting[at] as unknown as DataFrame;
  const chunks = chunksOf(frame);
  const weights = frame.weights?.slice(0, -1);
  const rest: DataFrame = {
    type: "stream-data",
    id: frame.id,
    chunks: chunks.slice(0, -1),
    ...(weights && { weights }),
    charged: (frame.charged as number) - charge(chunks.at(-1)),
  };
  const end = next as unknown as EndFrame;
  const fewer: EndFrame = { ...end, chunks: end.chunks - 1 };
  waiting.splice(at, 1, rest);
  waiting.push(fewer);
}

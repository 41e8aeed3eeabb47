/** Bugs, planted from outside: each breaks one rule of the design, and the simulator has to find it. */
import { VALUE } from "../../src/rpc/values.ts";
import { ARRIVED } from "../../src/stream/arrival.ts";
import { ReceiveCredit } from "../../src/stream/credit.ts";
import { DefaultStream } from "../../src/stream/default-stream.ts";
import { Incoming } from "../../src/stream/incoming.ts";
import { Outgoing } from "../../src/stream/outgoing.ts";
import { Duplex } from "../../src/stream/stream.ts";
import { Streams } from "../../src/stream/streams.ts";
import {
  dropping,
  loseLast,
  type Plant,
  patch,
  plantCountWritten,
  plantLossTakesBack,
  plantMustFit,
  plantNoOldNews,
  type Wrap,
} from "./planting.ts";
import { heldBack, hooked } from "./wrapped.ts";

export interface Mutation {
  readonly name: string;
  readonly wrap?: Wrap;
  readonly plant?: Plant;
}

export const mutations: readonly Mutation[] = [
  {
    name: "credit is granted on arrival",
    plant: () =>
      patch(ReceiveCredit.prototype, "arrive", (real) => {
        return function (this: ReceiveCredit, ...amounts) {
          real.apply(this, amounts);
          this.held = 0;
          this.heldBytes = 0;
        };
      }),
  },
  { name: "a chunk has to fit into the window", plant: plantMustFit },
  { name: "a frame for a stream that has ended breaks the protocol", plant: plantNoOldNews },
  {
    name: "the receiver charges other bytes than the sender",
    plant: () =>
      patch(ReceiveCredit.prototype, "arrive", (real) => {
        return function (this: ReceiveCredit, counted, weight, bytes) {
          real.call(this, counted, weight, bytes > 1000 ? bytes + 8 : bytes);
        };
      }),
  },
  {
    name: "the last chunk is lost if the end follows at once",
    wrap: (link, world) => heldBack(link, world, loseLast),
  },
  {
    name: "stream-end overtakes data",
    wrap: (link, world) =>
      heldBack(link, world, (waiting, next) => {
        const at = waiting.findIndex(({ type, id }) => type === "stream-data" && id === next.id);
        if (next.type === "stream-end" && at >= 0) waiting.splice(at, 0, next);
        else waiting.push(next);
      }),
  },
  {
    name: "a chunk is not copied when it is written",
    plant: () =>
      patch(globalThis, "Uint8Array", (real) => {
        const construct = (target: typeof real, [first, ...rest]: unknown[]): Uint8Array => {
          const isWhole = first instanceof real && rest.length === 0 && first.byteLength === first.buffer.byteLength;
          return isWhole ? first : Reflect.construct(target, [first, ...rest]);
        };
        return new Proxy(real, { construct });
      }),
  },
  {
    name: "a read that waits grants nothing",
    plant: () =>
      patch(ReceiveCredit.prototype, "grant", (real) => {
        return function (this: ReceiveCredit) {
          return real.call(this, false);
        };
      }),
  },
  {
    name: "the sender of a slow reader hears nothing",
    plant: () => patch(ReceiveCredit.prototype, "remind", () => () => undefined),
  },
  {
    name: "close() resolves before everything has arrived",
    plant: () =>
      patch(Outgoing.prototype, "close", (real) => {
        return function (this: Outgoing) {
          real.call(this).catch(() => {});
          return Promise.resolve();
        };
      }),
  },
  {
    name: "an abort does not reach a write or close that waits",
    plant: () =>
      patch(Outgoing.prototype, "start", (real) => {
        return function (this: Outgoing, controller) {
          const { signal } = new AbortController();
          real.call(this, { signal, error: (reason?: unknown) => controller.error(reason) });
        };
      }),
  },
  {
    name: "a reason loses its code",
    plant: () =>
      patch(Duplex.prototype, "encodeReason", (real) => {
        return function (this: Duplex, reason) {
          const { code: _, ...rest } = real.call(this, reason);
          return rest;
        };
      }),
  },
  { name: "a cancel is not told", wrap: dropping(({ type }) => type === "stream-cancel") },
  { name: "an error is not told", wrap: dropping(({ type }) => type === "stream-error") },
  { name: "an end is not acknowledged", wrap: dropping(({ type }) => type === "stream-ended") },
  {
    name: "a stream that has failed is not forgotten",
    plant: () =>
      patch(Streams.prototype, "finished", (real) => {
        return function (this: Streams, stream) {
          if (stream.incoming.state !== "failed") real.call(this, stream);
        };
      }),
  },
  {
    name: "a grant is one chunk too large",
    plant: () =>
      patch(ReceiveCredit.prototype, "grant", (real) => {
        return function (this: ReceiveCredit, readWaits) {
          const grant = real.call(this, readWaits);
          if (grant === undefined || this.unit !== "chunks" || this.weighed) return grant;
          this.limit++;
          return { ...grant, limit: this.limit };
        };
      }),
  },
  {
    name: "grants for several streams come before stream-accept",
    plant: () =>
      patch(Duplex.prototype, "tellGrant", (real) => {
        return function (this: Duplex, grant) {
          real.call(this, grant, true);
        };
      }),
  },
  { name: "grants for several streams are lost", wrap: dropping(({ type }) => type === "stream-credits") },
  { name: "the loss of the link takes back what has come", plant: plantLossTakesBack },
  {
    name: "weights get out of step with their chunks",
    wrap: (link) =>
      hooked(link, () => (frame, transfer, send) => {
        const { weights } = frame;
        send(weights === undefined ? frame : { ...frame, weights: weights.toReversed() }, transfer);
      }),
  },
  {
    name: "a stream is lost with its reader's end",
    plant: () =>
      patch(Incoming.prototype, "end", (real) => {
        return function (this: Incoming, chunks) {
          // Whoever has not read everything yet never will.
          if (this.queued > 1) this.fail("abort", new Error("lost"));
          else real.call(this, chunks);
        };
      }),
  },
  {
    name: "a message does not wait for the data before it",
    plant: () => patch(DefaultStream.prototype, "arrival", () => () => ARRIVED),
  },
  { name: "a message counts the chunks that were written, not those that have started", plant: plantCountWritten },
  {
    name: "dataHandled() does not wait for what onData gave",
    plant: () =>
      patch(DefaultStream.prototype, "arrival", (real) => {
        return function (this: DefaultStream, count) {
          return { ...real.call(this, count), handled: () => Promise.resolve() };
        };
      }),
  },
  {
    name: "the credit of onData returns at once",
    plant: () =>
      patch(DefaultStream.prototype, "onData", (real) => {
        return function (this: DefaultStream, handle) {
          real.call(this, (chunk) => {
            Promise.resolve(handle(chunk)).catch(() => {});
          });
        };
      }),
  },
  {
    name: "the streams of a call that failed do not end",
    plant: () =>
      patch(Duplex.prototype, "abort", (real) => {
        return function (this: Duplex, reason) {
          if (this.name !== VALUE) real.call(this, reason);
        };
      }),
  },
  {
    name: "a stream of a value that ends before it could be opened never is",
    plant: () =>
      patch(Streams.prototype, "open", (real) => {
        return function (this: Streams, name, options, role) {
          return real.call(this, name, options, role === "extra" ? role : undefined);
        };
      }),
  },
  {
    name: "the default stream takes a place among the others",
    plant: () =>
      patch(Streams.prototype, "open", (real) => {
        return function (this: Streams, name, options, role) {
          return real.call(this, name, options, role === "extra" ? undefined : role);
        };
      }),
  },
  {
    name: "an answer is sent twice",
    wrap: (link) =>
      hooked(link, () => (frame, transfer, send) => {
        send(frame, transfer);
        if ("result" in frame) send(frame, transfer);
      }),
  },
  { name: "a call is never answered", wrap: dropping((frame) => "result" in frame && frame.result !== null) },
  { name: "a cancelled call is not told", wrap: dropping((frame) => "method" in frame && frame.method === "$/cancel") },
];

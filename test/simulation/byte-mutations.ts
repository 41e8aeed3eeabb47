/** Bugs of links of bytes, planted from outside; the simulator has to find each. */
import type { ByteLink } from "../../src/link.ts";
import { Incoming } from "../../src/stream/incoming.ts";
import { Decoder } from "../../src/wire/decoder.ts";
import { FramedLink } from "../../src/wire/framed.ts";
import { Gather } from "../../src/wire/gather.ts";
import { OutQueue } from "../../src/wire/out-queue.ts";
import { Outbox } from "../../src/wire/outbox.ts";
import { DATA, frameBytes, framesIn, joined, MORE, REST } from "../unit/support/bytes.ts";
import { SimByteLink } from "./byte-link.ts";
import type { Mutation } from "./mutations.ts";
import { patch } from "./planting.ts";

type Frames = ReturnType<typeof framesIn>;

/** Frames are changed as they are written. */
const meddling = (change: (frames: Frames) => Uint8Array) => (): (() => void) =>
  patch(SimByteLink.prototype, "write", (real) => {
    return function (this: SimByteLink, parts, taken) {
      return real.call(this, [change(framesIn(joined(...parts)))], taken);
    };
  });

const written = (frames: Frames): Uint8Array =>
  joined(...frames.map(({ payload, ...header }) => frameBytes(header, payload)));

/** Two fragments of one chunk. */
function exchanged(frames: Frames): Uint8Array {
  const at = frames.findIndex(({ type, flags }) => type === DATA && (flags & REST) !== 0);
  const before = frames.findLastIndex(
    ({ stream, flags }, i) => i < at && stream === frames[at]?.stream && flags & MORE,
  );
  const [one, two] = [frames[before], frames[at]];
  if (one === undefined || two === undefined) return written(frames);
  const both = joined(two.payload, one.payload);
  const [first, second] = [both.subarray(0, one.payload.length), both.subarray(one.payload.length)];
  return written(frames.with(before, { ...one, payload: first }).with(at, { ...two, payload: second }));
}

/** What comes in one read after the beginning of a header takes its place. */
function plantSplitHeader(): () => void {
  const spaces = new WeakMap<Decoder, Uint8Array>();
  const mendSpace = patch(Decoder.prototype, "space", (real) => {
    return function (this: Decoder) {
      const space = real.call(this);
      spaces.set(this, space);
      return space;
    };
  });
  const mendFilled = patch(Decoder.prototype, "filled", (real) => {
    return function (this: Decoder, count) {
      const { held } = this;
      const space = spaces.get(this) as Uint8Array;
      const splits = held > 0 && held < 16 && count > held && space.byteOffset >= held;
      if (splits)
        new Uint8Array(space.buffer).copyWithin(space.byteOffset - held, space.byteOffset, space.byteOffset + count);
      real.call(this, splits ? count - held : count);
    };
  });
  return () => {
    mendSpace();
    mendFilled();
  };
}

/** A writer is not told to wait. */
function plantNeverFull(): () => void {
  const full = Object.getOwnPropertyDescriptor(OutQueue.prototype, "full") as PropertyDescriptor;
  Object.defineProperty(OutQueue.prototype, "full", { ...full, get: () => false });
  return () => Object.defineProperty(OutQueue.prototype, "full", full);
}

export const byteMutations: readonly Mutation[] = [
  { name: "a header that comes in two reads is lost", plant: plantSplitHeader },
  {
    name: "the memory of headers is written again before it was taken",
    plant: () =>
      patch(Gather.prototype, "end", (real) => {
        return function (this: Gather) {
          const parts = real.call(this);
          queueMicrotask(() => parts[0]?.fill(0, 0, 8));
          return parts;
        };
      }),
  },
  { name: "fragments change their order", plant: meddling(exchanged) },
  {
    name: "a later fragment does not say that it is one",
    plant: meddling((frames) => written(frames.map((frame) => ({ ...frame, flags: frame.flags & ~REST })))),
  },
  {
    name: "a frame is sent in the middle of the payload of another one",
    plant: meddling((frames) => {
      const bytes = written(frames);
      if (bytes.length < 10_000) return bytes;
      return joined(bytes.subarray(0, 8_000), frameBytes({ type: 7, stream: 1 }), bytes.subarray(8_000));
    }),
  },
  {
    name: "the tail of a large write is lost",
    plant: meddling((frames) => {
      const bytes = written(frames);
      return bytes.length < 60_000 ? bytes : bytes.subarray(0, -8);
    }),
  },
  {
    name: "credit that follows on credit is lost",
    plant: () => {
      const told = new WeakMap<Outbox, number>();
      return patch(Outbox.prototype, "credit", (real) => {
        return function (this: Outbox, stream, ...limits) {
          if (told.get(this) !== stream) real.call(this, stream, ...limits);
          told.set(this, told.get(this) === stream ? 0 : stream);
        };
      });
    },
  },
  {
    name: "a chunk in fragments counts as taken though no read waits",
    plant: () =>
      patch(Incoming.prototype, "begins", (real) => {
        return function (this: Incoming, bytes) {
          // As the platform does for a read of an empty queue.
          this.pull();
          this.pull();
          real.call(this, bytes);
        };
      }),
  },
  {
    name: "a write that waits for its chunk to be taken is never told",
    plant: () => patch(OutQueue.prototype, "returned", () => () => {}),
  },
  { name: "a writer goes on while its chunk is still being taken", plant: plantNeverFull },
  {
    name: "$/shutdown overtakes the streams that were opened before",
    plant: () =>
      patch(FramedLink.prototype, "post", (real) => {
        return function (this: FramedLink, message) {
          const link = linkOf.get(this);
          if (link?.post === undefined || (message as { method?: string }).method !== "$/shutdown")
            real.call(this, message);
          else link.post(JSON.stringify(message));
        };
      }),
  },
];

/** The link that each framed one is on. */
const linkOf = new WeakMap<FramedLink, ByteLink>();
patch(SimByteLink.prototype, "listen", (real) => {
  return function (this: SimByteLink, receiver) {
    if (receiver instanceof FramedLink) linkOf.set(receiver, this);
    real.call(this, receiver);
  };
});
